using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>What is known of the guest's registers at a place in the unit: the values they hold, -1 where unknown.</summary>
internal sealed class KnownValues
{
    private const int VectorRegisters = 32;

    public short[] X { get; } = new short[Slots.Count];

    public short[] Q { get; } = new short[VectorRegisters];

    public short[] D { get; } = new short[VectorRegisters];

    public short Flags { get; set; }

    public bool FpChecked { get; set; }

    public bool SpChecked { get; set; }

    public ExceptionLevel LevelAtLeast { get; set; }

    public bool ControlChecked { get; set; }

    public bool InexactChecked { get; set; }

    public void Clear()
    {
        Array.Fill(X, IrOp.NoValue);
        Array.Fill(Q, IrOp.NoValue);
        Array.Fill(D, IrOp.NoValue);
        Flags = IrOp.NoValue;
        FpChecked = false;
        SpChecked = false;
        LevelAtLeast = ExceptionLevel.El0;
        ControlChecked = false;
        InexactChecked = false;
    }

    public void CopyFrom(KnownValues other)
    {
        other.X.CopyTo(X, 0);
        other.Q.CopyTo(Q, 0);
        other.D.CopyTo(D, 0);
        Flags = other.Flags;
        FpChecked = other.FpChecked;
        SpChecked = other.SpChecked;
        LevelAtLeast = other.LevelAtLeast;
        ControlChecked = other.ControlChecked;
        InexactChecked = other.InexactChecked;
    }
}
