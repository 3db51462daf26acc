using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// A program of ours that uses every semihosting call (tests/Guests/semihosting). Oracle: the same program under
/// qemu-system-aarch64 7.2 -semihosting; for what is typed, Arm 100863.
/// </summary>
public sealed class SemihostingGuestTests : IDisposable
{
    private const string CommandLine = "prog one";
    private const int ExitStatus = 42;

    private static readonly string Program = Repository.Built("semihosting/semihosting.elf");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.SystemEmulator, Need.BuiltGuests)]
    [InlineData("virt", "el2=off")]
    [InlineData("virt,virtualization=on", "el2=on")]
    [InlineData("virt,secure=on,virtualization=on", "el2=on,el3=on")]
    public async Task Program_prints_the_same_as_on_QEMU(string qemuMachine, string levels)
    {
        string root = _folder.CreateSubdirectory("ours").FullName;
        Ended ours = await HostRun.TypingToGuestAsync("", [.. Arguments(levels, root), "--semihosting-args", CommandLine]);
        Assert.Equal(ExitStatus, ours.Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));

        string console = Path.Combine(_folder.FullName, "console");
        Ended theirs = await QemuAsync(qemuMachine, console);
        Assert.Equal(ExitStatus, theirs.Status);
        Assert.Equal(Comparable(await File.ReadAllTextAsync(console)), Comparable(ours.Output));
        Assert.Equal(theirs.Output, Lines(ours.Output, "tt:"));
    }

    [RequiresFact(Need.BuiltGuests)]
    public async Task What_is_typed_is_read_in_order_up_to_the_end()
    {
        Ended ours = await HostRun.TypingToGuestAsync("abtyped\n", [.. Arguments("el2=off", _folder.FullName), "--semihosting-args", "prog input"]);

        Says.InOrder(ours, "readc = 97", "readc = 98", "read :tt = 0", "typed", "read :tt at the end = 6", "readc at the end = -1");
        Assert.Equal(ExitStatus, ours.Status);
    }

    [RequiresFact(Need.BuiltGuests)]
    public async Task A_command_for_the_host_is_refused_with_a_line_in_the_log_and_time_is_the_machines()
    {
        Ended ours = await HostRun.TypingToGuestAsync("", Arguments("el2=off", _folder.FullName));

        Says.InOrder(ours, "flen after append = 34", "semihosting.elf", "host: time = 1672531200", "host: system = -1, errno 1");
        Assert.Contains("""semihosting: the guest asked the host to execute "exit 3" (SYS_SYSTEM)""", ours.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_refused_in_one_line()
    {
        Ended ours = await HostRun.TypingToGuestAsync("", "--kernel", Repository.InTree("README.md"), "--semihosting", "--semihosting-root", "/no/such/folder");

        Assert.Equal(2, ours.Status);
        Assert.Equal(
            "gdbhost: --semihosting-root: there is no folder \"/no/such/folder\"; name the one whose files the guest may use\n", ours.Errors);
    }

    private static string[] Arguments(string levels, string root) =>
    [
        "--machine", $"virt,{levels}", "--memory", "128M", "--kernel", Program, "--semihosting", "--semihosting-root", root,
    ];

    private async Task<Ended> QemuAsync(string machine, string console)
    {
        // In a folder of its own, which the guest's relative names then mean.
        string folder = _folder.CreateSubdirectory("theirs").FullName;
        return await ChildProcess.RunAsync(
            "env", $"--chdir={folder}", "timeout", HostRun.HangSeconds, "qemu-system-aarch64", "-M", machine, "-cpu", "cortex-a53", "-m", "128M", "-nic", "none",
            "-display", "none", "-serial", "none", "-monitor", "none", "-chardev", $"file,id=console,path={console}",
            "-semihosting-config", "enable=on,target=native,chardev=console,arg=prog,arg=one", "-kernel", Program);
    }

    private static string[] Comparable(string output) =>
        [.. output.Split('\n').Where(l => !l.StartsWith("host:", StringComparison.Ordinal) && !l.StartsWith("tt:", StringComparison.Ordinal))];

    private static string Lines(string output, string start) =>
        string.Concat(output.Split('\n').Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => l + '\n'));
}
