using System;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs;

/// <summary>The stored values of one core's system registers, by <see cref="Sr"/>.</summary>
internal sealed unsafe class SysRegFile
{
    // It stays where it is, so that generated code can reach it.
    private readonly ulong[] _values = GC.AllocateArray<ulong>((int)Sr.Count, pinned: true);

    /// <summary>Where the values are, in the order of <see cref="Sr"/>, as long as this object is referenced.</summary>
    public ulong* Address => (ulong*)Unsafe.AsPointer(ref _values[0]);

    public ulong this[Sr register]
    {
        get => _values[(int)register];
        set => _values[(int)register] = value;
    }

    /// <summary>A register that exists once per Exception level, such as SCTLR_ELx: <paramref name="el1"/> is its EL1 member.</summary>
    public ulong At(Sr el1, ExceptionLevel level) => _values[(int)el1 + (int)level - 1];

    /// <summary>Writes the member of a per-level register.</summary>
    public void SetAt(Sr el1, ExceptionLevel level, ulong value) => _values[(int)el1 + (int)level - 1] = value;

    /// <summary>A register as its fields.</summary>
    public T Read<T>()
        where T : struct, IRegisterLayout<T> => T.From(this[T.Place]);

    /// <summary>Copies all values.</summary>
    public void CopyTo(SysRegFile other) => _values.CopyTo(other._values, 0);

    public void Save(StateWriter to) => to.Write(_values.AsSpan());

    public void Restore(StateReader from) => from.ReadWords(_values.AsSpan());
}
