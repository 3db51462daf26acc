namespace GdbHost.GdbStub;

internal static class Program
{
    private static int Main() => 0;
}
