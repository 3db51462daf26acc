using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>A frame with registers for words of interrupts: the distributor for shared ones, a redistributor for those of its core.</summary>
internal interface IInterruptFrame
{
    InterruptConfiguration Interrupts { get; }

    /// <summary>Where word <paramref name="word"/> of the frame is among the states; -1 where it is RES0.</summary>
    int Place(int word);

    /// <summary>Outputs must be computed again.</summary>
    void NotifyChanged();
}

/// <summary>
/// The registers that distributor and redistributors have at the same offsets (IHI 0069, Distributor register
/// descriptions, Redistributor registers for SGIs and PPIs).
/// </summary>
internal static class InterruptRows<T>
    where T : IInterruptFrame
{
    /// <param name="start">Offset of the frame.</param>
    /// <param name="prefix">GICD or GICR.</param>
    /// <param name="words">Words of 32 interrupts.</param>
    public static Register<T>[] From(uint start, string prefix, int words) =>
    [
        Bits(start + 0x080, prefix + "_IGROUPR", words, (c, p) => c.Groups(p), (c, p, v) => c.SetGroups(p, v)),
        Bits(start + 0x100, prefix + "_ISENABLER", words, ReadEnabled, (c, p, v) => c.States.Enabled[p] |= v & c.Visible(p)),
        Bits(start + 0x180, prefix + "_ICENABLER", words, ReadEnabled, (c, p, v) => c.States.Enabled[p] &= ~(v & c.Visible(p))),
        Bits(
            start + 0x200,
            prefix + "_ISPENDR",
            words,
            (c, p) => c.States.Pending(p) & c.Settable(p),
            (c, p, v) => c.States.Latched[p] |= v & c.Settable(p)),
        Bits(
            start + 0x280,
            prefix + "_ICPENDR",
            words,
            (c, p) => c.States.Pending(p) & c.Clearable(p),
            (c, p, v) => c.States.Latched[p] &= ~(v & c.Clearable(p))),
        Bits(start + 0x300, prefix + "_ISACTIVER", words, ReadActive, (c, p, v) => c.States.Active[p] |= v & c.Visible(p)),
        Bits(start + 0x380, prefix + "_ICACTIVER", words, ReadActive, (c, p, v) => c.States.Active[p] &= ~(v & c.Visible(p))),
        new(start + 0x400, prefix + "_IPRIORITYR", Access.ReadWrite, $"IHI 0069, {prefix}_IPRIORITYRn")
        {
            Count = words * 8,
            Read = ReadPriorities,
            Write = WritePriorities,
            Changed = Notify,
        },
        new(start + 0xc00, prefix + "_ICFGR", Access.ReadWrite, $"IHI 0069, {prefix}_ICFGRn; SGIs are edge-triggered")
        {
            Count = words * 2,
            WordOnly = true,
            Read = ReadEdges,
            Write = (f, n, v, _) => WriteEdges(f, n, v),
            Changed = Notify,
        },
        Bits(start + 0xd00, prefix + "_IGRPMODR", words, (c, p) => c.GroupModifiers(p), (c, p, v) => c.SetGroupModifiers(p, v)),
        new(start + 0xe00, prefix + "_NSACR", Access.ReadWrite, $"IHI 0069, {prefix}_NSACRn")
        {
            Count = words == 1 ? 1 : words * 2,
            WordOnly = true,
            Read = (f, n) => f.Place(n / 2) is >= 0 and int place ? f.Interrupts.NonSecureControl(place, n % 2) : 0,
            Write = (f, n, v, _) =>
            {
                if (f.Place(n / 2) is >= 0 and int place)
                {
                    f.Interrupts.SetNonSecureControl(place, n % 2, v);
                }
            },
        },
    ];

    private static Register<T> Bits(
        uint offset, string name, int words, Func<InterruptConfiguration, int, uint> read, Action<InterruptConfiguration, int, uint> write) =>
        new(offset, name, Access.ReadWrite, $"IHI 0069, {name}n")
        {
            Count = words,
            WordOnly = true,
            Read = (f, n) => f.Place(n) is >= 0 and int place ? read(f.Interrupts, place) : 0,
            Write = (f, n, v, _) =>
            {
                if (f.Place(n) is >= 0 and int place)
                {
                    write(f.Interrupts, place, v);
                }
            },
            Changed = Notify,
        };

    private static void Notify(T frame) => frame.NotifyChanged();

    private static uint ReadEnabled(InterruptConfiguration c, int place) => c.States.Enabled[place] & c.Visible(place);

    private static uint ReadActive(InterruptConfiguration c, int place) => c.States.Active[place] & c.Clearable(place);

    private static uint ReadPriorities(T frame, int index)
    {
        uint value = 0;
        if (frame.Place(index / 8) is >= 0 and int place)
        {
            for (int i = 0; i < 4; i++)
            {
                value |= (uint)frame.Interrupts.PriorityOf(place, (index % 8 * 4) + i) << (i * 8);
            }
        }

        return value;
    }

    private static void WritePriorities(T frame, int index, uint value, uint lanes)
    {
        for (int i = 0; i < 4; i++)
        {
            if (lanes.Bit(i * 8) && frame.Place(index / 8) is >= 0 and int place)
            {
                frame.Interrupts.SetPriority(place, (index % 8 * 4) + i, (byte)(value >> (i * 8)));
            }
        }
    }

    private static uint ReadEdges(T frame, int index)
    {
        uint value = 0;
        if (frame.Place(index / 2) is >= 0 and int place)
        {
            uint edges = (frame.Interrupts.States.Edge[place] & frame.Interrupts.Visible(place)) >> (index % 2 * 16);
            for (int i = 0; i < 16; i++)
            {
                value |= (edges >> i & 1) << ((i * 2) + 1);
            }
        }

        return value;
    }

    private static void WriteEdges(T frame, int index, uint value)
    {
        int place = frame.Place(index / 2);
        bool sgis = place >= 0 && place < frame.Interrupts.States.Cores && index % 2 == 0;
        for (int i = 0; place >= 0 && !sgis && i < 16; i++)
        {
            uint bit = 1u << ((index % 2 * 16) + i);
            if ((frame.Interrupts.Visible(place) & bit) != 0)
            {
                ref uint edges = ref frame.Interrupts.States.Edge[place];
                edges = value.Bit((i * 2) + 1) ? edges | bit : edges & ~bit;
            }
        }
    }
}
