namespace GdbHost.GdbStub.Session;

/// <summary>How the run ended, and what the process tells its caller.</summary>
internal sealed record GuestEnd(int ExitStatus, string Reason);

/// <summary>The exit statuses of the program.</summary>
internal static class ExitStatus
{
    public const int PoweredOff = 0;
    public const int BadInput = 2;
    public const int StuckOrTimeout = 3;
    public const int ResetRefused = 4;
}
