using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>The asynchronous exceptions, in the order in which this core takes them (IMPLEMENTATION DEFINED; QEMU's order).</summary>
internal enum InterruptKind : byte
{
    SError,
    Fiq,
    Irq,
    VirtualIrq,
    VirtualFiq,
    VirtualSError,
}

/// <summary>
/// The interrupt inputs of a core, and where each is routed (DDI 0487, Asynchronous exception types, routing, masking
/// and priorities).
/// </summary>
internal sealed unsafe class Interrupts : IStateful
{
    private const int Kinds = 6;

    private readonly Core _core;
    private readonly Line[] _lines = new Line[Kinds];
    private readonly Line _group1;
    private readonly Line _secureGroup1;

    public Interrupts(Core core)
    {
        _core = core;
        for (int i = 0; i < Kinds; i++)
        {
            _lines[i] = new Line(this);
        }

        _group1 = new Line(this);
        _secureGroup1 = new Line(this);
    }

    public IInterruptLine Irq => _lines[(int)InterruptKind.Irq];

    public IInterruptLine Fiq => _lines[(int)InterruptKind.Fiq];

    /// <summary>
    /// A GICv3 says of which group its interrupt is: one of the Security state that the core is in is an IRQ, one of the
    /// other an FIQ; at EL3 both are FIQs (IHI 0069, Interrupt grouping and interrupt signaling).
    /// </summary>
    public IInterruptLine Group1 => _group1;

    /// <inheritdoc cref="Group1"/>
    public IInterruptLine SecureGroup1 => _secureGroup1;

    public IInterruptLine VirtualIrq => _lines[(int)InterruptKind.VirtualIrq];

    public IInterruptLine VirtualFiq => _lines[(int)InterruptKind.VirtualFiq];

    public string StateName => $"cpu{_core.Configuration.Index}.interrupts";

    /// <summary>A physical SError is pending. It is taken once.</summary>
    public bool SError
    {
        get => _lines[(int)InterruptKind.SError].Asserted;
        set => _lines[(int)InterruptKind.SError].Set(value);
    }

    /// <summary>ISR_EL1: what is pending, masked or not; at EL1 the virtual interrupts where they replace the physical ones.</summary>
    public ulong Status
    {
        get
        {
            HcrEl2 hcr = _core.State->El == ExceptionLevel.El1 ? _core.System.Derived.Hcr : default;
            bool a = hcr.Amo ? IsPending(InterruptKind.VirtualSError) : SError;
            bool i = hcr.Imo ? IsPending(InterruptKind.VirtualIrq) : IsPending(InterruptKind.Irq);
            bool f = hcr.Fmo ? IsPending(InterruptKind.VirtualFiq) : IsPending(InterruptKind.Fiq);
            return (a ? 1UL << 8 : 0) | (i ? 1UL << 7 : 0) | (f ? 1UL << 6 : 0);
        }
    }

    /// <summary>An input is asserted, whatever becomes of it.</summary>
    [field: NotState("from the inputs")]
    public bool Any { get; private set; }

    /// <summary>Something is pending that ends a WFI, whatever PSTATE masks.</summary>
    public bool WakesFromWfi
    {
        get
        {
            for (InterruptKind kind = 0; (int)kind < Kinds; kind++)
            {
                if (IsPending(kind))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Finds the interrupt that would be taken now, and the level it would be taken to.</summary>
    public bool TryFindUnmasked(out InterruptKind kind, out ExceptionLevel target)
    {
        for (kind = 0; (int)kind < Kinds; kind++)
        {
            if (IsPending(kind) && IsTaken(kind, out target))
            {
                return true;
            }
        }

        target = default;
        return false;
    }

    /// <summary>The input is asserted or, for a virtual one, HCR_EL2 makes it pending and enables it.</summary>
    public bool IsPending(InterruptKind kind)
    {
        bool input = _lines[(int)kind].Asserted;
        switch (kind)
        {
            case InterruptKind.SError:
                return input;
            case InterruptKind.Fiq:
                return input || IsOfGroup1(asFiq: true);
            case InterruptKind.Irq:
                return input || IsOfGroup1(asFiq: false);
        }

        HcrEl2 hcr = _core.System.Derived.Hcr;
        return !hcr.Tge && kind switch
        {
            InterruptKind.VirtualSError => hcr.Amo && hcr.Vse,
            InterruptKind.VirtualFiq => hcr.Fmo && (input || hcr.Vf),
            _ => hcr.Imo && (input || hcr.Vi),
        };
    }

    public void Save(StateWriter to)
    {
        foreach (Line line in _lines)
        {
            to.Write(line.Asserted);
        }

        to.Write(_group1.Asserted);
        to.Write(_secureGroup1.Asserted);
    }

    public void Restore(StateReader from)
    {
        foreach (Line line in _lines)
        {
            line.Set(from.ReadBool());
        }

        _group1.Set(from.ReadBool());
        _secureGroup1.Set(from.ReadBool());
    }

    private bool IsOfGroup1(bool asFiq)
    {
        if (!_group1.Asserted && !_secureGroup1.Asserted)
        {
            return false;
        }

        bool secure = _core.System.Derived.Secure;
        bool secureIsFiq = !secure || _core.State->El == ExceptionLevel.El3;
        return (_group1.Asserted && secure == asFiq) || (_secureGroup1.Asserted && secureIsFiq == asFiq);
    }

    private bool IsTaken(InterruptKind kind, out ExceptionLevel target)
    {
        target = Target(kind);
        ExceptionLevel level = _core.State->El;
        if (kind >= InterruptKind.VirtualIrq && level > ExceptionLevel.El1)
        {
            return false;
        }

        // PSTATE masks what is taken to the present level, and at EL0 what goes to EL1; it cannot mask what goes
        // higher, and what goes lower has to wait.
        bool maskable = target == ExceptionLevel.El1 ? level <= ExceptionLevel.El1 : level == target;
        return maskable ? (_core.State->Daif & Mask(kind)) == 0 : target > level;
    }

    private ExceptionLevel Target(InterruptKind kind)
    {
        if (kind >= InterruptKind.VirtualIrq)
        {
            return ExceptionLevel.El1;
        }

        ScrEl3 scr = _core.Configuration.HasEl3 ? _core.Regs.Read<ScrEl3>() : default;
        HcrEl2 hcr = _core.System.Derived.Hcr;
        (bool toEl3, bool toEl2) = kind switch
        {
            InterruptKind.SError => (scr.Ea, hcr.Amo),
            InterruptKind.Fiq => (scr.Fiq, hcr.Fmo),
            _ => (scr.Irq, hcr.Imo),
        };
        return toEl3 ? ExceptionLevel.El3 : toEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1;
    }

    private void Changed()
    {
        Any = _group1.Asserted || _secureGroup1.Asserted || Array.Exists(_lines, static line => line.Asserted);
        _core.System.Derived.UpdateAlert();
        _core.RequestAttention();
    }

    /// <summary>PSTATE.A, I and F where SPSR_ELx has them.</summary>
    private static uint Mask(InterruptKind kind) => kind switch
    {
        InterruptKind.SError or InterruptKind.VirtualSError => 1u << 8,
        InterruptKind.Irq or InterruptKind.VirtualIrq => 1u << 7,
        _ => 1u << 6,
    };

    /// <summary>One input wire.</summary>
    private sealed class Line(Interrupts inputs) : IInterruptLine
    {
        public bool Asserted { get; private set; }

        public void Set(bool asserted)
        {
            if (asserted != Asserted)
            {
                Asserted = asserted;
                inputs.Changed();
            }
        }
    }
}
