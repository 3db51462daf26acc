namespace GdbHost.GdbStub.Session;

/// <summary>What becomes of the guest when a debugger's connection breaks. A debugger that detaches lets it run in any case.</summary>
internal enum DisconnectAction
{
    /// <summary>It runs on if it ran when the debugger came, else it stays stopped.</summary>
    AsFound,

    Stop,
    Continue,

    /// <summary>The program ends, with status 0.</summary>
    Exit,
}
