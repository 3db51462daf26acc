using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// A GICv3 with two Security states from all levels of both (tests/Guests/securegic). Oracle: the same file on qemu-system-aarch64 7.2
/// with secure=on.
/// </summary>
public sealed class SecureGicTests : IDisposable
{
    private const int LeastLines = 4000;

    private static readonly string Program = Repository.Built("securegic/securegic.elf");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.SystemEmulator, Need.BuiltGuests)]
    [InlineData("translator")]
    [InlineData("interpreter")]
    public async Task Registers_traps_SGIs_and_interrupts_of_both_states_are_as_on_QEMU(string engine)
    {
        Task<Ended> running = HostRun.GuestAsync(
            "--machine", "virt,gic=3,el2=on,el3=on", "--engine", engine, "--memory", "128M", "--kernel", Program);
        string serial = Path.Combine(_folder.FullName, "theirs");
        Ended qemu = await ChildProcess.RunAsync(
            "timeout", HostRun.HangSeconds, "qemu-system-aarch64", "-M", "virt,secure=on,virtualization=on,gic-version=3", "-cpu", "cortex-a53", "-m", "128M",
            "-nic", "none", "-display", "none", "-monitor", "none", "-serial", "file:" + serial, "-serial", "null", "-kernel", Program);
        Ended ours = await running;

        Assert.Equal(0, qemu.Status);
        Assert.Equal(0, ours.Status);
        string[] theirs = (await File.ReadAllTextAsync(serial)).TrimEnd().Split('\n');
        Assert.True(theirs.Length > LeastLines && theirs[^1] == "end", $"the oracle ended early: {theirs[^1]}");
        string[] mine = ours.Output.TrimEnd().Split('\n');
        int same = theirs.Zip(mine).TakeWhile(static pair => pair.First == pair.Second).Count();
        Assert.True(same == theirs.Length && same == mine.Length, $"line {same + 1}, the oracle's, then ours:\n{theirs.ElementAtOrDefault(same)}\n{mine.ElementAtOrDefault(same)}");
    }
}
