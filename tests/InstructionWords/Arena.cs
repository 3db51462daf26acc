namespace GdbHost.InstructionWords;

/// <summary>Where a vector runs, in the oracle and in the replay: code, and a window of memory with random contents.</summary>
internal static class Arena
{
    public const ulong Start = 0x4800_0000;
    public const ulong Size = 0x4000;
    public const ulong Code = Start;
    public const ulong Window = Start + 0x2000;
    public const int WindowBytes = 512;

    /// <summary>Accesses begin here at the earliest, so that what lies before and after is watched too.</summary>
    public const int Margin = 64;
}
