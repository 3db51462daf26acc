using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The distributor (IHI 0048, Distributor register descriptions): software's view of all interrupts. Banked registers
/// show those of the core that accesses.
/// </summary>
/// <param name="states">What it knows of every interrupt.</param>
/// <param name="currentCore">The core whose access is under way.</param>
/// <param name="access">The Security state of that access; null without the Security Extensions.</param>
/// <param name="changed">Outputs must be computed again.</param>
internal sealed class Distributor(InterruptStates states, Func<int> currentCore, Func<bool>? access, Action changed) : IInterruptRouting
{
    /// <summary>GICD_TYPER.SecurityExtn.</summary>
    private const uint SecurityExtensions = 1 << 10;

    /// <summary>What a Non-secure priority has in its highest bit: the more urgent half belongs to Secure state.</summary>
    private const byte NonSecureHalf = 0x80;

    private const uint SgisAlwaysEnabled = 0xffff;

    public static readonly RegisterMap<Distributor> Map = new(
        0x1000,
        new(0x000, "GICD_CTLR", Access.ReadWrite, "IHI 0048, GICD_CTLR")
        {
            Read = (d, _) => d.NonSecure ? d.Control >> 1 & 1 : d.Control,
            Write = (d, _, v, m) => d.WriteControl(v, m),
            Changed = Notify,
        },
        new(0x004, "GICD_TYPER", Access.ReadOnly, "IHI 0048, GICD_TYPER") { Read = (d, _) => d.Type },
        new(0x008, "GICD_IIDR", Access.ReadOnly, "IHI 0048, GICD_IIDR; Arm Limited, as QEMU 7.2") { Reset = 0x43b },
        new(0x080, "GICD_IGROUPR", Access.ReadWrite, "IHI 0048, GICD_IGROUPRn; RAZ/WI to Non-secure accesses")
        {
            Count = Words,
            Read = (d, n) => d.NonSecure ? 0 : d.States.Group[d.Place(n)],
            Write = (d, n, v, m) => d.AssignGroups(n, v, m),
            Changed = Notify,
        },
        Bits(0x100, "GICD_ISENABLER", d => d.States.Enabled, SetOnes),
        new(0x180, "GICD_ICENABLER", Access.ReadWrite, "IHI 0048, GICD_ICENABLERn")
        {
            Count = Words,
            Read = (d, n) => d.States.Enabled[d.Place(n)] & d.Visible(n),
            Write = (d, n, v, _) => d.States.Enabled[d.Place(n)] &= ~WithoutSgis(n, v & d.Visible(n)),
            Changed = Notify,
        },
        new(0x200, "GICD_ISPENDR", Access.ReadWrite, "IHI 0048, GICD_ISPENDRn")
        {
            Count = Words,
            Read = (d, n) => d.States.Pending(d.Place(n)) & d.Visible(n),
            Write = (d, n, v, _) => d.States.Latched[d.Place(n)] |= WithoutSgis(n, v & d.Visible(n)),
            Changed = Notify,
        },
        new(0x280, "GICD_ICPENDR", Access.ReadWrite, "IHI 0048, GICD_ICPENDRn")
        {
            Count = Words,
            Read = (d, n) => d.States.Pending(d.Place(n)) & d.Visible(n),
            Write = (d, n, v, _) => d.States.Latched[d.Place(n)] &= ~WithoutSgis(n, v & d.Visible(n)),
            Changed = Notify,
        },
        Bits(0x300, "GICD_ISACTIVER", d => d.States.Active, SetOnes),
        Bits(0x380, "GICD_ICACTIVER", d => d.States.Active, ClearOnes),
        new(0x400, "GICD_IPRIORITYR", Access.ReadWrite, "IHI 0048, GICD_IPRIORITYRn")
        {
            Count = Words * 8,
            Read = (d, n) => PackBytes(d.PriorityOf, n),
            Write = (d, n, v, m) => EachByte(n, v, m, d.SetPriority),
            Changed = Notify,
        },
        new(0x800, "GICD_ITARGETSR", Access.ReadWrite, "IHI 0048, GICD_ITARGETSRn")
        {
            Count = Words * 8,
            Read = (d, n) => PackBytes(d.TargetsOf, n),
            Write = (d, n, v, m) => EachByte(n, v, m, d.SetTargets),
            Changed = Notify,
        },
        new(0xc00, "GICD_ICFGR", Access.ReadWrite, "IHI 0048, GICD_ICFGRn")
        {
            Count = Words * 2,
            Read = (d, n) => d.ReadConfiguration(n),
            Write = (d, n, v, m) => d.WriteConfiguration(n, v, m),
            Changed = Notify,
        },
        new(0xe00, "GICD_NSACR", Access.ReadWrite, "IHI 0048, GICD_NSACRn; optional, not implemented: RAZ/WI")
        {
            Count = 64,
            Writable = 0,
        },
        new(0xf00, "GICD_SGIR", Access.WriteOnly, "IHI 0048, GICD_SGIR")
        {
            WordOnly = true,
            Write = (d, _, v, _) => d.SendSgi(v),
            Changed = Notify,
        },
        new(0xf10, "GICD_CPENDSGIR", Access.ReadWrite, "IHI 0048, GICD_CPENDSGIRn")
        {
            Count = 4,
            Read = (d, n) => PackBytes(d.SendersOf, n),
            Write = (d, n, v, m) => EachByte(n, v, m, (id, b) => d.SetSenders(id, (byte)(d.SendersOf(id) & ~b))),
            Changed = Notify,
        },
        new(0xf20, "GICD_SPENDSGIR", Access.ReadWrite, "IHI 0048, GICD_SPENDSGIRn")
        {
            Count = 4,
            Read = (d, n) => PackBytes(d.SendersOf, n),
            Write = (d, n, v, m) => EachByte(n, v, m, (id, b) => d.SetSenders(id, (byte)(d.SendersOf(id) | b))),
            Changed = Notify,
        },
        new(0xfd0, "ICPIDR4", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0x04 },
        new(0xfd4, "ICPIDR5", Access.ReadOnly, "IHI 0048, Identification registers") { Count = 3 },
        new(0xfe0, "ICPIDR0", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0x90 },
        new(0xfe4, "ICPIDR1", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0xb4 },
        new(0xfe8, "ICPIDR2", Access.ReadOnly, "IHI 0048, Identification registers; architecture version 2") { Reset = 0x2b },
        new(0xfec, "ICPIDR3", Access.ReadOnly, "IHI 0048, Identification registers"),
        new(0xff0, "ICCIDR0", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0x0d },
        new(0xff4, "ICCIDR1", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0xf0 },
        new(0xff8, "ICCIDR2", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0x05 },
        new(0xffc, "ICCIDR3", Access.ReadOnly, "IHI 0048, Identification registers") { Reset = 0xb1 });

    /// <summary>Words of one bit for each interrupt: QEMU's virt has 256 SPIs beside the 32 banked ones.</summary>
    private const int Words = GicV2.Lines / 32;

    private delegate void BitsWrite(ref uint word, uint value);

    public InterruptStates States => states;

    /// <summary>Targets of SPIs and senders of SGIs.</summary>
    public TargetRegisters Routes { get; } = new(states.Cores, GicV2.Lines);

    /// <summary>GICD_CTLR: forward group 0, forward group 1.</summary>
    public uint Control { get; private set; }

    private int Core => currentCore();

    private bool NonSecure => access?.Invoke() ?? false;

    private uint Type => (uint)((Words - 1) | ((states.Cores - 1) << 5)) | (access is null ? 0 : SecurityExtensions);

    public PendingInterrupt Highest(int core) => Control == 0 ? PendingInterrupt.None : states.Highest(core, this);

    public uint Forwarded(int place) => (Control.Bit(0) ? ~states.Group[place] : 0) | (Control.Bit(1) ? states.Group[place] : 0);

    public InterruptGroup GroupOf(int place, int bit) => states.Group[place].Bit(bit) ? InterruptGroup.Group1 : InterruptGroup.Group0;

    public bool IsFor(int core, int id) => Routes.IsFor(core, id);

    /// <param name="toNonSecure">
    /// Leaves every interrupt in group 1 with a priority that Non-secure state can change, as firmware would for a
    /// kernel that starts without any.
    /// </param>
    public void Reset(bool toNonSecure)
    {
        Control = 0;
        states.Reset();
        states.Enabled.AsSpan(0, states.Cores).Fill(SgisAlwaysEnabled);
        Routes.Reset();
        if (toNonSecure)
        {
            Array.Fill(states.Group, uint.MaxValue);
            Array.Fill(states.Priority, NonSecureHalf);
        }
    }

    public void Save(StateWriter to)
    {
        to.Write(Control);
        states.Save(to);
        Routes.Save(to);
    }

    public void Restore(StateReader from)
    {
        Control = from.ReadUInt32();
        states.Restore(from);
        Routes.Restore(from);
    }

    private static Register<Distributor> Bits(uint offset, string name, Func<Distributor, uint[]> which, BitsWrite write) =>
        new(offset, name, Access.ReadWrite, $"IHI 0048, {name}n")
        {
            Count = Words,
            Read = (d, n) => which(d)[d.Place(n)] & d.Visible(n),
            Write = (d, n, v, _) => write(ref which(d)[d.Place(n)], v & d.Visible(n)),
            Changed = Notify,
        };

    private static void Notify(Distributor d) => d.NotifyChanged();

    private static void SetOnes(ref uint word, uint value) => word |= value;

    private static void ClearOnes(ref uint word, uint value) => word &= ~value;

    // The pending state of an SGI is written through GICD_SPENDSGIR and GICD_CPENDSGIR alone, and SGIs are always enabled.
    private static uint WithoutSgis(int word, uint value) => word == 0 ? value & 0xffff_0000 : value;

    private void NotifyChanged() => changed();

    private int Place(int word) => states.Place(Core, word);

    /// <summary>The interrupts that the present access may see: those of group 1 for a Non-secure one.</summary>
    private uint Visible(int word) => NonSecure ? states.Group[Place(word)] : uint.MaxValue;

    private bool IsVisible(int id) => Visible(id / 32).Bit(id % 32);

    private void WriteControl(uint value, uint mask)
    {
        if (NonSecure)
        {
            // A Non-secure access has the enable of group 1 as bit 0.
            value = (value & 1) << 1;
            mask = (mask & 1) << 1;
        }

        Control = (Control & ~mask) | (value & mask & 3);
    }

    private void AssignGroups(int word, uint value, uint mask)
    {
        if (!NonSecure)
        {
            ref uint groups = ref states.Group[Place(word)];
            groups = (groups & ~mask) | (value & mask);
        }
    }

    private byte PriorityOf(int id)
    {
        byte priority = states.Priority[states.PriorityIndex(Core, id)];
        return !NonSecure ? priority : IsVisible(id) ? (byte)(priority << 1) : (byte)0;
    }

    private void SetPriority(int id, byte priority)
    {
        if (IsVisible(id))
        {
            states.Priority[states.PriorityIndex(Core, id)] = NonSecure ? (byte)(NonSecureHalf | (priority >> 1)) : priority;
        }
    }

    private static uint PackBytes(Func<int, byte> of, int word)
    {
        int id = word * 4;
        return of(id) | ((uint)of(id + 1) << 8) | ((uint)of(id + 2) << 16) | ((uint)of(id + 3) << 24);
    }

    private static void EachByte(int word, uint value, uint mask, Action<int, byte> write)
    {
        for (int i = 0; i < 4; i++)
        {
            if (mask.Bit(i * 8))
            {
                write((word * 4) + i, (byte)(value >> (i * 8)));
            }
        }
    }

    private byte TargetsOf(int id)
    {
        if (states.Cores == 1)
        {
            return 0;
        }

        return !IsVisible(id) ? (byte)0 : id < 32 ? (byte)(1 << Core) : Routes.Targets[id];
    }

    private void SetTargets(int id, byte targets)
    {
        if (id >= 32 && states.Cores > 1 && IsVisible(id))
        {
            Routes.Targets[id] = (byte)(targets & ((1 << states.Cores) - 1));
        }
    }

    private uint ReadConfiguration(int word)
    {
        uint edges = (states.Edge[Place(word / 2)] & Visible(word / 2)) >> (word % 2 * 16);
        uint value = 0;
        for (int i = 0; i < 16; i++)
        {
            value |= (edges >> i & 1) << ((i * 2) + 1);
        }

        return value;
    }

    private void WriteConfiguration(int word, uint value, uint mask)
    {
        for (int i = 0; i < 16; i++)
        {
            int id = (word * 16) + i;
            if (id >= 16 && mask.Bit((i * 2) + 1) && IsVisible(id))
            {
                states.Set(states.Edge, Core, id, value.Bit((i * 2) + 1));
            }
        }
    }

    private void SendSgi(uint value)
    {
        uint others = (1u << states.Cores) - 1;
        uint targets = value.Field(25, 24) switch
        {
            0 => value.Field(23, 16),
            1 => others & ~(1u << Core),
            2 => 1u << Core,
            _ => 0,
        };
        int id = (int)value.Field(3, 0);
        for (int core = 0; core < states.Cores; core++)
        {
            if (targets.Bit(core) && MaySend(value, core, id))
            {
                Routes.SgiSenders[(core * 16) + id] |= (byte)(1 << Core);
                states.Set(states.Latched, core, id, true);
            }
        }
    }

    /// <summary>
    /// GICD_SGIR.NSATT chooses the group that a Secure access sends; Non-secure ones send group 1. QEMU 7.2 sends
    /// whatever the group.
    /// </summary>
    private bool MaySend(uint value, int target, int id) =>
        access is null || (NonSecure || value.Bit(15)) == states.IsSet(states.Group, target, id);

    private byte SendersOf(int id) => IsVisible(id) ? Routes.SgiSenders[(Core * 16) + id] : (byte)0;

    private void SetSenders(int id, byte senders)
    {
        if (!IsVisible(id))
        {
            return;
        }

        Routes.SgiSenders[(Core * 16) + id] = (byte)(senders & ((1 << states.Cores) - 1));
        states.Set(states.Latched, Core, id, SendersOf(id) != 0);
    }
}
