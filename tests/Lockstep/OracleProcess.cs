using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;

namespace GdbHost.Lockstep;

/// <summary>qemu-aarch64 with Oracle/lockstep.c: takes programs, gives the state after each block.</summary>
internal sealed class OracleProcess : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockstep").FullName;
    private readonly Process _process;

    public OracleProcess()
    {
        string source = Path.Combine(_folder, "lockstep.c");
        string binary = Path.Combine(_folder, "lockstep");
        using (Stream from = typeof(OracleProcess).Assembly.GetManifestResourceStream("lockstep.c")!)
        using (FileStream to = File.Create(source))
        {
            from.CopyTo(to);
        }

        string compiler = (Environment.GetEnvironmentVariable("CROSS_COMPILE") ?? "aarch64-linux-gnu-") + "gcc";
        using Process compilation = Process.Start(compiler, ["-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", binary, source]);
        compilation.WaitForExit();
        if (compilation.ExitCode != 0)
        {
            throw new InvalidOperationException($"{compiler} could not compile lockstep.c");
        }

        ProcessStartInfo start = new("qemu-aarch64", ["-cpu", "cortex-a53", binary])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    public void Send(TestProgram program)
    {
        Stream to = _process.StandardInput.BaseStream;
        Span<uint> head = [(uint)program.Words.Length, (uint)program.Blocks.Count];
        to.Write(MemoryMarshal.AsBytes(head));
        for (int block = 0; block < program.Blocks.Count; block++)
        {
            to.Write(BitConverter.GetBytes(program.Entry(block)));
        }

        to.Write(MemoryMarshal.AsBytes(program.Words.AsSpan()));
        to.Write(UserState.Bytes(program.Start));
        to.Write(program.Data);
        to.Flush();
    }

    /// <summary>The state after the next block; its data goes into <paramref name="data"/>.</summary>
    public UserState Receive(Span<byte> data)
    {
        UserState state = default;
        Stream from = _process.StandardOutput.BaseStream;
        from.ReadExactly(MemoryMarshal.AsBytes(new Span<UserState>(ref state)));
        from.ReadExactly(data);
        return state;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
