namespace GdbHost.Machine.Semihosting;

/// <summary>The console that <c>:tt</c> and the character calls mean.</summary>
internal interface ISemihostingConsole
{
    /// <summary>A character waits to be read.</summary>
    bool HasInput { get; }

    /// <summary>What waits is the last that will come.</summary>
    bool InputEnded { get; }

    void Write(byte character);

    /// <summary>Takes the oldest character that waits; false where there is none.</summary>
    bool TryRead(out byte character);
}
