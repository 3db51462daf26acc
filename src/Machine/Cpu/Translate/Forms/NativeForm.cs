namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>How one operation of the instruction set is done by the host.</summary>
internal abstract class NativeForm
{
    /// <summary>An operand that there is not.</summary>
    protected const ulong None = ulong.MaxValue;

    /// <summary>The form is not exact for all values, and leaves for the interpreter where it is not.</summary>
    public virtual bool Leaves => false;

    /// <summary>The form does something even if nobody needs its result.</summary>
    public virtual bool HasEffect => false;

    /// <summary>Adds the operation to a unit. Gives its result.</summary>
    public abstract ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm);

    /// <summary>Writes the operation.</summary>
    public virtual void Write(FormWriter writer, ref IrOp op, int k)
    {
    }

    /// <summary>Adds an operation that <see cref="Write"/> will write.</summary>
    protected ulong Operation(IrBuilder unit, ulong a, ulong b, ulong c, int imm, IrTraits traits)
    {
        ulong packed = (uint)imm | ((ulong)(uint)unit.NumberOf(this) << 32);
        return Leaves
            ? unit.AddLeaving(IrCode.Form, 0, a, b, c, packed, traits)
            : unit.Add(IrCode.Form, true, 0, a, b, c, packed, traits);
    }
}
