using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>One run of the built gdbhost with its own folder for what it writes; it never outlives the test.</summary>
internal sealed class HostRun : IDisposable
{
    // A run that goes astray ends by itself, after a number of instructions and not of seconds.
    public const string DefaultLimit = "8000000000";

    /// <summary>For --timeout where only a hang may end by it: scripts/test.sh ends what is silent for 480 seconds.</summary>
    public const string HangSeconds = "400";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");
    private readonly ChildProcess _process;

    private HostRun(Func<DirectoryInfo, IEnumerable<string>> arguments)
    {
        _process = Start(arguments(_folder));
    }

    private string SerialFile => Path.Combine(_folder.FullName, "serial");

    private string PortFile => Path.Combine(_folder.FullName, "port");

    /// <summary>
    /// The words that start gdbhost with arguments: the program that GDBHOST_UNDER_TEST names, as scripts/test.sh does with the
    /// published one, else the built one.
    /// </summary>
    public static string[] Words(params string[] arguments) =>
        Environment.GetEnvironmentVariable("GDBHOST_UNDER_TEST") is { Length: > 0 } other ? [other, .. arguments] : BuiltWords(arguments);

    /// <summary>The words that start the built gdbhost, which is compiled while it runs.</summary>
    public static string[] BuiltWords(params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return [dotnet, Path.Combine(AppContext.BaseDirectory, "gdbhost.dll"), .. arguments];
    }

    /// <summary>As <see cref="CommandAsync"/>, for a program that reads what is typed.</summary>
    public static async Task<Ended> TypingAsync(string input, params string[] arguments)
    {
        return await Start(arguments, input).WaitAsync();
    }

    /// <summary>Runs "gdbhost ARGUMENTS" as they are, to its end.</summary>
    public static async Task<Ended> CommandAsync(params string[] arguments)
    {
        return await Start(arguments).WaitAsync();
    }

    /// <summary>Runs a guest without gdb to its end, with its first serial port on stdin and stdout.</summary>
    public static async Task<Ended> TypingToGuestAsync(string input, params string[] arguments)
    {
        return await Start(["run", .. arguments, "--gdb", "none", "--max-instructions", DefaultLimit], input).WaitAsync();
    }

    /// <summary>Runs a guest without gdb to its end; the output is what came out of the serial port.</summary>
    public static async Task<Ended> GuestAsync(params string[] arguments)
    {
        using HostRun host = new(folder =>
            ["run", .. arguments, "--gdb", "none", "--serial", $"file:{folder.FullName}/serial", "--max-instructions", DefaultLimit]);
        Ended ended = await host._process.WaitAsync();
        return ended with { Output = host.Serial() };
    }

    /// <summary>Runs a guest, stopped at its first instruction, under stock gdb: loads symbols, connects, then follows the script.</summary>
    public static Task<Conversation> UnderGdbAsync(string[] arguments, string symbols, string script, string limit = DefaultLimit)
    {
        return UnderGdbAsync("run", arguments, symbols, script, limit);
    }

    /// <summary>The same for "gdbhost VERB ARGUMENTS".</summary>
    public static async Task<Conversation> UnderGdbAsync(string verb, string[] arguments, string symbols, string script, string limit = DefaultLimit)
    {
        using HostRun host = Waiting(verb, arguments, limit);
        return await host.UnderGdbAsync(symbols, script);
    }

    /// <summary>The same for a line of QEMU's without its own words for a debugger, a display and lines.</summary>
    public static async Task<Conversation> AsQemuUnderGdbAsync(string[] words, string script)
    {
        using HostRun host = new(folder =>
            ["qemu", .. words, .. SideBySide.Stopped, "-gdb", "tcp:127.0.0.1:0", "-gdb-port-file", $"{folder.FullName}/port"]);
        return await host.UnderGdbAsync("", script);
    }

    /// <summary>Runs a guest, stopped at its first instruction, under LLDB, which does the commands one after the other.</summary>
    public static async Task<Conversation> UnderLldbAsync(string[] arguments, string program, params string[] commands)
    {
        using HostRun host = Waiting("run", arguments, DefaultLimit);
        string port = await host.PortAsync();
        string[] all =
        [
            "settings set plugin.process.gdb-remote.packet-timeout 300", $"target create --arch aarch64 {program}", $"gdb-remote 127.0.0.1:{port}", .. commands,
        ];
        Ended lldb = await ChildProcess.RunAsync("lldb", ["--no-lldbinit", "--batch", .. all.SelectMany(static c => new[] { "-o", c })]);
        return await host.EndAsync(lldb);
    }

    /// <summary>Runs a guest, stopped at its first instruction, with gdb connected for a dialogue.</summary>
    /// <param name="first">What is said before gdb connects.</param>
    public static async Task InDialogueAsync(string[] arguments, Func<GdbDialogue, Task> talk, params string[] first)
    {
        using HostRun host = Waiting("run", arguments, ulong.MaxValue.ToString(CultureInfo.InvariantCulture));
        string port = await host.PortAsync();
        using GdbDialogue gdb = new();
        await gdb.SayAsync("-gdb-set mi-async on", "^done"); // or an interrupt is refused while the guest runs
        await gdb.SayAsync(StockGdb.Patience, "^done");
        await gdb.SayAsync("set architecture aarch64", "^done");
        foreach (string command in first)
        {
            await gdb.SayAsync(command, "^done");
        }

        await gdb.SayAsync($"-target-select remote 127.0.0.1:{port}", "^connected");
        await talk(gdb);
    }

    public void Dispose()
    {
        _process.Kill();
        _folder.Delete(recursive: true);
    }

    private async Task<Conversation> UnderGdbAsync(string symbols, string script)
    {
        string port = await PortAsync();
        return await EndAsync(await StockGdb.FollowAsync($"127.0.0.1:{port}", symbols, script));
    }

    /// <summary>Ends the run after its debugger, and gives what both said.</summary>
    private async Task<Conversation> EndAsync(Ended debugger)
    {
        _process.Kill();
        Ended ended = await _process.WaitAsync();
        return new Conversation(debugger.Output, debugger.Errors, Serial(), ended.Output + ended.Errors);
    }

    private static HostRun Waiting(string verb, string[] arguments, string limit)
    {
        return new HostRun(folder =>
        [
            verb, .. arguments, "--wait", "--gdb", "127.0.0.1:0", "--gdb-port-file", $"{folder.FullName}/port",
            "--serial", $"file:{folder.FullName}/serial", "--max-instructions", limit,
        ]);
    }

    private static ChildProcess Start(IEnumerable<string> arguments, string input = "")
    {
        string[] words = Words([.. arguments]);
        return ChildProcess.Start(words[0], words[1..], input);
    }

    private string Serial()
    {
        return File.Exists(SerialFile) ? File.ReadAllText(SerialFile) : "";
    }

    // Waits for the file itself, not for a time; a host that ends first says why.
    private async Task<string> PortAsync()
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FileSystemWatcher watcher = new(_folder.FullName);
        watcher.Created += (_, _) => Look();
        watcher.Changed += (_, _) => Look();
        watcher.Renamed += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();

        Task<Ended> ended = _process.WaitAsync();
        if (await Task.WhenAny(written.Task, ended) == ended)
        {
            throw new InvalidOperationException($"gdbhost ended with status {(await ended).Status}: {(await ended).Errors}");
        }

        return (await File.ReadAllTextAsync(PortFile)).Trim();

        void Look()
        {
            if (File.Exists(PortFile) && new FileInfo(PortFile).Length > 0)
            {
                written.TrySetResult();
            }
        }
    }
}

/// <summary>What a gdb session left behind: gdb's output and errors, the serial port, and what gdbhost printed.</summary>
internal sealed record Conversation(string Output, string Errors, string Serial, string Host)
{
    private const int SerialTail = 1500;

    /// <summary>Everything but the older part of the serial output, for the message of an assertion that fails.</summary>
    public override string ToString()
    {
        string serial = Serial.Length > SerialTail ? Serial[^SerialTail..] : Serial;
        return $"--- gdb ---\n{Output}\n--- gdb, errors ---\n{Errors}\n--- gdbhost ---\n{Host}\n--- serial ---\n{serial}";
    }
}
