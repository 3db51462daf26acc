using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate.Building;

/// <summary>What is known of the guest's registers at a place in the unit: the values they hold, -1 where unknown.</summary>
internal sealed class KnownValues
{
    private const int VectorRegisters = 32;

    // All in one piece: this is copied at each instruction.
    private readonly short[] _values = new short[Slots.Count + (2 * VectorRegisters)];

    public Span<short> X => _values.AsSpan(0, Slots.Count);

    public Span<short> Q => _values.AsSpan(Slots.Count, VectorRegisters);

    public Span<short> D => _values.AsSpan(Slots.Count + VectorRegisters, VectorRegisters);

    public short Flags { get; set; }

    public bool FpChecked { get; set; }

    public bool SpChecked { get; set; }

    public ExceptionLevel LevelAtLeast { get; set; }

    public bool ControlChecked { get; set; }

    public bool InexactChecked { get; set; }

    public void Clear()
    {
        _values.AsSpan().Fill(IrOp.NoValue);
        Flags = IrOp.NoValue;
        FpChecked = false;
        SpChecked = false;
        LevelAtLeast = ExceptionLevel.El0;
        ControlChecked = false;
        InexactChecked = false;
    }

    public void CopyFrom(KnownValues other)
    {
        other._values.AsSpan().CopyTo(_values);
        Flags = other.Flags;
        FpChecked = other.FpChecked;
        SpChecked = other.SpChecked;
        LevelAtLeast = other.LevelAtLeast;
        ControlChecked = other.ControlChecked;
        InexactChecked = other.InexactChecked;
    }
}
