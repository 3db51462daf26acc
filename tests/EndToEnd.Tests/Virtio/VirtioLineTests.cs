using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>Random numbers, consoles and ports of a stock Debian kernel. Oracle: what the guest says it got, and what the host finds.</summary>
public sealed class VirtioLineTests : IDisposable
{
    /// <summary>Digest of 64 bytes that the guest reads with seed 7: the same in every run and on every transport.</summary>
    private const string Numbers = "358a7c17f960b2b77f29c3eb201da18a2f741dd4f0c0221e01eb353f218cf307";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-virtio");

    public static TheoryData<string, string> Ways() => new()
    {
        { "mmio legacy", "" },
        { "mmio", "" },
        { "mmio", ",packed=on" },
        { "pci", "" },
        { "pci pin", "" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [MemberData(nameof(Ways))]
    public async Task Lines_lead_to_files_and_numbers_are_the_same_in_every_run(string transport, string options)
    {
        var way = Transport.Named(transport);
        string console = Path.Combine(_folder.FullName, "console");
        string port = Path.Combine(_folder.FullName, "port");
        Ended guest = await VirtioGuest.RunAsync("debian", "rng,console,ports", way.Kernel,
        [
            .. way.Options,
            "--device", $"virtio-rng{way.Suffix},seed=7{options}",
            "--device", $"virtio-serial{way.Suffix}{options}",
            "--chardev", $"file,path={console},id=c0", "--device", "virtconsole,chardev=c0",
            "--chardev", $"file,path={port},id=c1", "--device", "virtserialport,chardev=c1,name=org.gdbhost.test",
        ]);
        Says.InOrder(guest, [$"RNG virtio_rng.0 {Numbers}", "PORT vport", "p1 org.gdbhost.test", "GUEST-DONE"]);
        Assert.Equal(0, guest.Status);
        Assert.Equal("a line by virtio\r\n", await File.ReadAllTextAsync(console));
        Assert.Equal("to the port\n", await File.ReadAllTextAsync(port));
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task What_is_typed_reaches_the_console()
    {
        string serial = Path.Combine(_folder.FullName, "serial");
        await HostRun.TypingAsync("typed by the user\n",
        [
            "run", .. VirtioGuest.Options("cloud", "echo"), "--gdb", "none", "--max-instructions", HostRun.DefaultLimit, "--serial", $"file:{serial}",
            "--device", "virtio-serial-device", "--chardev", "stdio,id=c0", "--device", "virtconsole,chardev=c0",
        ]);
        Assert.Contains("HEARD typed by the user", await File.ReadAllTextAsync(serial), StringComparison.Ordinal);
    }
}
