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

    /// <summary>STAG of a stalled transaction; null for one that has ended.</summary>
    public ushort? StallTag { get; init; }

    /// <summary>Pages of 4 KiB that were asked for.</summary>
    public int Span { get; init; }

    /// <summary>Reason of F_UUT, which is ours to choose: 1 for a reserved Address Type.</summary>
    public ushort Reason { get; init; }

    public void Encode(Span<ulong> words)
    {
        EventFields fields = EventRow.Of(Kind).Fields;
        words.Clear();
        words[0] = (ulong)Kind | ((ulong)Stream << 32);
        if (Substream is uint substream)
        {
            words[0] = words[0].WithBit(11, !fields.HasFlag(EventFields.AlwaysSubstream)).WithField(31, 12, substream);
        }

        words[1] = words[1]
            .WithField(15, 0, StallTag ?? Reason)
            .WithBit(31, StallTag is not null)
            .WithBit(33, fields.HasFlag(EventFields.Attributes) && IsPrivileged)
            .WithBit(34, fields.HasFlag(EventFields.Attributes) && IsInstruction)
            .WithBit(35, fields.HasFlag(EventFields.Direction) && IsRead)
            .WithBit(39, fields.HasFlag(EventFields.Stage) && Stage2)
            .WithField(41, 40, fields.HasFlag(EventFields.Stage) ? (ulong)Class : 0)
            .WithBit(44, Kind == EventKind.Permission && Stage2 && Class == EventClass.TableDescriptor);
        words[2] = fields.HasFlag(EventFields.Input) ? Input : 0;
        if (fields.HasFlag(EventFields.Asked))
        {
            EncodeAsked(words);
        }

        words[3] = fields.HasFlag(EventFields.Fetch) ? Second & ~7UL
            : fields.HasFlag(EventFields.Ipa) && Stage2 ? Second & PageMask
            : 0;
    }

    /// <summary>Reads a record back, of whatever number.</summary>
    public static EventRecord Decode(ReadOnlySpan<ulong> words)
    {
        EventKind kind = (EventKind)(byte)words[0];
        EventFields fields = EventRow.Find(kind)?.Fields ?? EventFields.None;
        bool asked = fields.HasFlag(EventFields.Asked);
        bool stalled = words[1].Bit(31);
        return new EventRecord(kind, (uint)(words[0] >> 32))
        {
            Substream = words[0].Bit(11) || fields.HasFlag(EventFields.AlwaysSubstream) ? (uint)words[0].Field(31, 12) : null,
            Input = words[2],
            StallTag = stalled ? (ushort)words[1] : null,
            Reason = stalled ? (ushort)0 : (ushort)words[1],
            Span = asked ? (int)words[1].Field(51, 44) : 0,
            IsPrivileged = asked ? words[1].Bit(32) || words[1].Bit(39) : words[1].Bit(33),
            IsInstruction = asked ? words[1].Bit(33) || words[1].Bit(37) : words[1].Bit(34),
            IsRead = asked ? !words[1].Bit(34) && !words[1].Bit(38) : words[1].Bit(35),
            Stage2 = !asked && words[1].Bit(39),
            Class = asked ? EventClass.ContextDescriptor : (EventClass)words[1].Field(41, 40),
            Second = words[3],
        };
    }

    // E_PAGE_REQUEST has its permissions twice, for privileged and unprivileged accesses; F_BAD_ATS_TREQ has R, W, X and Priv. Where the
    // latter's are is of the document's figure alone, so they are where E_PAGE_REQUEST has those of its unprivileged accesses.
    private void EncodeAsked(Span<ulong> words)
    {
        bool apart = Kind == EventKind.PageRequest;
        int at = apart && IsPrivileged ? 36 : 32;
        words[1] = words[1]
            .WithField(51, 44, (ulong)Span)
            .WithBit(at + 3, true)
            .WithBit(at + 2, !IsRead)
            .WithBit(at + 1, IsInstruction)
            .WithBit(32, !apart && IsPrivileged);
        words[2] &= PageMask;
    }
}
