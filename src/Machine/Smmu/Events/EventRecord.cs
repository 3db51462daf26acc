using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Smmu.Events;

/// <summary>What an event says (IHI 0070, Event record formats). Which of it a record holds is in its <see cref="EventRow"/>.</summary>
internal readonly record struct EventRecord(EventKind Kind, uint Stream)
{
    public const int Bytes = 32;

    private const ulong PageMask = ~0xfffUL;

    /// <summary>Null for a transaction without one.</summary>
    public uint? Substream { get; init; }

    public ulong Input { get; init; }

    public bool IsRead { get; init; }

    public bool IsPrivileged { get; init; }

    public bool IsInstruction { get; init; }

    public bool Stage2 { get; init; }

    public EventClass Class { get; init; }

    /// <summary>IPA or FetchAddr.</summary>
    public ulong Second { get; init; }

    public void Encode(Span<ulong> words)
    {
        EventFields fields = EventRow.Of(Kind).Fields;
        words.Clear();
        words[0] = (ulong)Kind | ((ulong)Stream << 32);
        if (Substream is uint substream)
        {
            words[0] = words[0].WithBit(11, true).WithField(31, 12, substream);
        }

        words[1] = words[1]
            .WithBit(33, fields.HasFlag(EventFields.Attributes) && IsPrivileged)
            .WithBit(34, fields.HasFlag(EventFields.Attributes) && IsInstruction)
            .WithBit(35, fields.HasFlag(EventFields.Direction) && IsRead)
            .WithBit(39, fields.HasFlag(EventFields.Stage) && Stage2)
            .WithField(41, 40, fields.HasFlag(EventFields.Stage) ? (ulong)Class : 0);
        words[2] = fields.HasFlag(EventFields.Input) ? Input : 0;
        words[3] = fields.HasFlag(EventFields.Fetch) ? Second & ~7UL
            : fields.HasFlag(EventFields.Ipa) && Stage2 ? Second & PageMask
            : 0;
    }

    /// <summary>Reads a record back, of whatever number.</summary>
    public static EventRecord Decode(ReadOnlySpan<ulong> words) => new((EventKind)(byte)words[0], (uint)(words[0] >> 32))
    {
        Substream = words[0].Bit(11) ? (uint)words[0].Field(31, 12) : null,
        Input = words[2],
        IsPrivileged = words[1].Bit(33),
        IsInstruction = words[1].Bit(34),
        IsRead = words[1].Bit(35),
        Stage2 = words[1].Bit(39),
        Class = (EventClass)words[1].Field(41, 40),
        Second = words[3],
    };
}
