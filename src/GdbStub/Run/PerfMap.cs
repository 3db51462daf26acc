using System;
using System.Globalization;
using System.IO;
using GdbHost.GdbStub.CommandLine;

namespace GdbHost.GdbStub.Run;

/// <summary>
/// The file in which Linux's perf looks up code that was made while the program ran: /tmp/perf-PID.map with a line
/// "START SIZE NAME" for each piece, in hexadecimal without 0x (tools/perf/Documentation/jit-interface.txt). A name says where the guest
/// has the code: "guest-el1-ffffffc008010000".
/// </summary>
internal sealed class PerfMap : IDisposable
{
    private readonly StreamWriter _file;

    private PerfMap(StreamWriter file) => _file = file;

    public static string PathOf(int process) => $"/tmp/perf-{process}.map";

    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static PerfMap Create()
    {
        string path = PathOf(Environment.ProcessId);
        try
        {
            return new PerfMap(new StreamWriter(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--perf-map: cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>Called on the machine's thread alone.</summary>
    public void Add(nuint address, int bytes, ulong virtualAddress, int level) => _file.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{address:x} {bytes:x} guest-el{level}-{virtualAddress:x16}"));

    public void Dispose() => _file.Dispose();
}
