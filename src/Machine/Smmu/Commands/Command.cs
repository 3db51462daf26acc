using GdbHost.Machine.Common;

namespace GdbHost.Machine.Smmu.Commands;

/// <summary>CERROR codes in SMMU_CMDQ_CONS.ERR (IHI 0070, Command queue errors).</summary>
internal enum CommandError : byte
{
    None = 0,

    /// <summary>CERROR_ILL.</summary>
    Illegal = 1,

    /// <summary>CERROR_ABT: the command could not be read.</summary>
    Abort = 2,

    /// <summary>CERROR_ATC_INV_SYNC: a function has not answered a CMD_ATC_INV in time.</summary>
    InvalidationTimeout = 3,

    /// <summary>No code of the architecture's: the command is not done yet, and those behind it wait.</summary>
    Waits = 0xff,
}

/// <summary>A command as it is in memory (IHI 0070, Commands).</summary>
internal readonly record struct Command(ulong D0, ulong D1)
{
    public const int Bytes = 16;
    public const int Words = 2;

    public byte Opcode => (byte)D0;

    /// <summary>SSec: the Secure side, which is not there.</summary>
    public bool IsSecure => D0.Bit(10);

    public bool HasSubstream => D0.Bit(11);

    public uint Substream => (uint)D0.Field(31, 12);

    public uint Stream => (uint)D0.Field(63, 32);

    /// <summary>CMD_CFGI_STE_RANGE: 2^(Range + 1) StreamIDs; 31 for all.</summary>
    public int Range => (int)D1.Field(4, 0);

    public ushort Vmid => (ushort)D0.Field(47, 32);

    public ushort Asid => (ushort)D0.Field(63, 48);

    /// <summary>NUM + 1 times 2^SCALE granules, where TG is not 0.</summary>
    public int Num => (int)D0.Field(16, 12);

    public int Scale => (int)D0.Field(24, 20);

    /// <summary>0 no range, 1 4 KiB, 2 16 KiB, 3 64 KiB.</summary>
    public int Tg => (int)D1.Field(11, 10);

    public bool Leaf => D1.Bit(0);

    public ulong Address => D1.Field(63, 12) << 12;

    /// <summary>CMD_SYNC.CS: 0 nothing, 1 an interrupt, 2 an event (WFE).</summary>
    public int CompletionSignal => (int)D0.Field(13, 12);

    /// <summary>CMD_ATC_INV.G: with a SubstreamID, entries of every SubstreamID.</summary>
    public bool Global => D0.Bit(9);

    /// <summary>CMD_ATC_INV.Size: 2^Size pages of 4 KiB; 52 for all addresses.</summary>
    public int Size => (int)D1.Field(5, 0);

    /// <summary>CMD_PRI_RESP.PRGIndex.</summary>
    public int PageGroup => (int)D1.Field(8, 0);

    /// <summary>CMD_PRI_RESP.Resp: 0 failure, 1 invalid request, 2 success.</summary>
    public int Response => (int)D1.Field(13, 12);

    /// <summary>CMD_RESUME.Ac: the transaction is tried again; else it is terminated.</summary>
    public bool Retry => D0.Bit(12);

    /// <summary>CMD_RESUME.Ab: it ends with an abort; else as though it were done.</summary>
    public bool AbortsIt => D0.Bit(13);

    /// <summary>CMD_RESUME.STAG.</summary>
    public ushort StallTag => (ushort)D1;

    public uint MsiData => (uint)D0.Field(63, 32);

    public ulong MsiAddress => D1.Field(51, 2) << 2;
}
