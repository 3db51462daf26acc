namespace GdbHost.Lockstep;

/// <summary>Where a program runs, in the oracle and here. Oracle/lockstep.c has the same.</summary>
internal static class Layout
{
    public const ulong Code = 0x4800_0000;
    public const int CodeBytes = 0x1_0000;
    public const ulong Data = 0x4802_0000;
    public const int DataBytes = 0x4000;

    /// <summary>Blocks of one program.</summary>
    public const int MaxBlocks = 64;

    /// <summary>Where addresses in the data begin: what is before and behind takes the offsets.</summary>
    public const ulong DataBase = Data + 0x1000;
}
