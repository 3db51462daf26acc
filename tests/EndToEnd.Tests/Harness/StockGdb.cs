using System.IO;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>Stock gdb in batch mode, on a stub of ours or of another's.</summary>
internal static class StockGdb
{
    /// <summary>
    /// For each conversation with a stub: gdb asks again what is not answered in 2 s, takes the first answer for the second's, and goes on with
    /// nonsense. A busy host may be slower.
    /// </summary>
    public const string Patience = "set remotetimeout 300";

    /// <summary>Loads symbols, connects, then follows the script.</summary>
    /// <param name="stub">What "target remote" takes: an address, or a bar and the line that starts a stub.</param>
    /// <param name="symbols">Commands before gdb connects.</param>
    public static async Task<Ended> FollowAsync(string stub, string symbols, string script)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"""
                set confirm off
                set pagination off
                set width 0
                {Patience}
                set architecture aarch64
                {symbols}
                target remote {stub}
                {script}

                """);
            return await ChildProcess.RunAsync("gdb-multiarch", "-nx", "-batch", "-x", file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
