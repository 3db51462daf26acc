using System;

namespace GdbHost.Machine.Isa;

/// <summary>
/// Prepares an instruction for its routine: fills the members the routine reads and says which routine it is, or
/// returns null where the word is a reserved value of this encoding (UNDEFINED).
/// </summary>
internal delegate Routine? DecodeStep(A64Word word, ref Instruction i);

/// <summary>How an instruction bounds a block.</summary>
[Flags]
internal enum RowTraits
{
    None = 0,

    /// <summary>Nothing after this instruction belongs to the same block: it branches, or may change what follows means.</summary>
    EndsBlock = 1,
}

/// <summary>
/// One encoding of the A64 instruction set.
/// </summary>
/// <param name="Pattern">
/// The 32 bits from 31 to 0, separated at will by spaces: digits are fixed, <c>name</c> is a one-bit field,
/// <c>name:width</c> a wider one, <c>name:width!=bits</c> excludes a value.
/// </param>
/// <param name="Name">Mnemonic and form as DDI 0487 heads them: <c>ADD (immediate)</c>.</param>
/// <param name="Decode">Prepares the operands and picks the routine.</param>
internal sealed record Row(string Pattern, string Name, DecodeStep Decode, RowTraits Traits = RowTraits.None)
{
    public bool EndsBlock => (Traits & RowTraits.EndsBlock) != 0;
}
