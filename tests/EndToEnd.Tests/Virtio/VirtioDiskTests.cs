using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>
/// Disks of a stock Debian kernel. Oracle: the bytes of the image on the host, written and read without us; and Linux's own
/// words for what a disk refuses.
/// </summary>
public sealed class VirtioDiskTests : IDisposable
{
    private const int DiskBytes = 8 << 20;
    private const int Sector = 512;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-virtio");
    private readonly byte[] _content = new byte[DiskBytes];

    public VirtioDiskTests()
    {
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(Image, _content);
    }

    public static TheoryData<string, string> Ways() => new()
    {
        { "mmio legacy", "" },
        { "mmio", "" },
        { "mmio", ",packed=on" },
        { "mmio", ",packed=on,event_idx=off,indirect_desc=off" },
        { "pci", "" },
        { "pci", ",disable-modern=on" },
        { "pci modern", ",packed=on" },
        { "pci pin", "" },
        { "pci pin", ",disable-modern=on" },
    };

    private string Image => Path.Combine(_folder.FullName, "disk.img");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [MemberData(nameof(Ways))]
    public async Task What_one_side_writes_the_other_reads(string transport, string options)
    {
        var way = Transport.Named(transport);
        Ended guest = await VirtioGuest.RunAsync("debian", "features,read,write,serial,spread,interrupts,all", way.Kernel,
            [.. way.Options, .. Drive(""), "--device", $"virtio-blk{way.Suffix},drive=hd0,serial=A-NUMBER{options}"]);
        byte[] after = await File.ReadAllBytesAsync(Image);
        Says.InOrder(guest, ["FEATURES 0x0002", "virtio_blk", Sum(_content.AsSpan(3 * Sector, Sector)), "WRITTEN",
            $"SERIAL A-NUMBER {DiskBytes / Sector} 0", "SPREAD-DONE", way.Interrupts, Sum(after), "GUEST-DONE"]);
        Assert.DoesNotContain("DIFFERENT", guest.Output);
        Assert.Equal(0, guest.Status);
        Assert.False(after.AsSpan().SequenceEqual(_content));
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task A_snapshot_keeps_writes_for_the_run_and_a_read_only_disk_takes_none()
    {
        Ended snapshot = await RunAsync("spread,all", "snapshot=on");
        Ended readOnly = await RunAsync("serial,errors", "readonly=on");
        Says.InOrder(snapshot, ["SPREAD-DONE", "GUEST-DONE"]);
        Assert.DoesNotContain("DIFFERENT", snapshot.Output);
        Assert.DoesNotContain(Sum(_content), snapshot.Output);
        Says.InOrder(readOnly, [$"SERIAL  {DiskBytes / Sector} 1", "GUEST-DONE"]);
        Assert.DoesNotContain("NO ERROR", readOnly.Output);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Image));
    }

    /// <summary>A limit on the size of files stands for a host's disk that is full.</summary>
    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task What_the_host_refuses_the_guest_sees_as_an_error()
    {
        const long ImageBytes = 8L << 30;
        const long LimitKilobytes = 4L << 20;
        using (FileStream image = File.OpenWrite(Image))
        {
            image.SetLength(ImageBytes);
        }

        string[] words = HostRun.Words(RunWords("errors", "", more: $"SEEK={5L << 21}"));
        string limited = $"ulimit -f {LimitKilobytes}; trap '' XFSZ; exec {string.Join(' ', words.Select(w => $"'{w}'"))}";
        Ended guest = await ChildProcess.RunAsync("bash", "-c", limited);
        Assert.Contains("I/O error", guest.Output);
        Assert.DoesNotContain("NO ERROR", guest.Output);
        Assert.Contains("the host cannot write", guest.Errors);
    }

    /// <summary>The guest has been told that its data is written: then the program is killed.</summary>
    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task What_was_written_outlives_a_kill()
    {
        string[] words = HostRun.Words(RunWords("write,wait", ""));
        using Process host = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        string? line;
        do
        {
            line = await host.StandardOutput.ReadLineAsync();
        }
        while (line is not null && !line.Contains("WRITTEN", StringComparison.Ordinal));

        host.Kill();
        await host.WaitForExitAsync();
        Assert.NotNull(line);
        byte[] after = await File.ReadAllBytesAsync(Image);
        Assert.StartsWith("written by the guest\n", System.Text.Encoding.ASCII.GetString(after, 16 * Sector, 4096), StringComparison.Ordinal);
    }

    private static string Sum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string[] Drive(string options) => ["--drive", $"file={Image},if=none,id=hd0,format=raw{(options.Length > 0 ? "," : "")}{options}"];

    private string[] RunWords(string what, string options, string more = "") =>
    [
        "run", .. VirtioGuest.Options("cloud", what, more), .. Drive(options), "--device", "virtio-blk-device,drive=hd0", "--gdb", "none",
        "--max-instructions", HostRun.DefaultLimit,
    ];

    private async Task<Ended> RunAsync(string what, string options) =>
        await VirtioGuest.RunAsync("cloud", what, "", [.. Drive(options), "--device", "virtio-blk-device,drive=hd0"]);
}
