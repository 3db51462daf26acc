namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>When a test is taken to hang: long after it would end on the slowest host, and before scripts/test.sh ends the whole process.</summary>
internal static class Hang
{
    public const int Milliseconds = 300_000;
}
