using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Input that cannot be used ends with status 2 and one line that names the file or option. Document: README.md of src/GdbStub,
/// exit statuses.
/// </summary>
public sealed class BadInputTests : IDisposable
{
    private const int BadInput = 2;
    private static readonly string GoodElf = Repository.InTree("src/GdbStub/Demo/hypervisor.elf");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-bad");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Missing_kernel_is_named()
    {
        await RefusedAsync("/nonexistent/hypervisor.elf", "--kernel", "/nonexistent/hypervisor.elf");
    }

    [Fact]
    public async Task Missing_initrd_is_named()
    {
        await RefusedAsync("/nonexistent/initrd", "--kernel", GoodElf, "--initrd", "/nonexistent/initrd");
    }

    [Theory]
    [InlineData(40)]
    [InlineData(100)]
    [InlineData(5000)]
    public async Task Truncated_ELF_is_named(int length)
    {
        byte[] elf = await File.ReadAllBytesAsync(GoodElf);
        string file = Save("truncated.elf", elf[..length]);
        await RefusedAsync(file, "--kernel", file);
    }

    [Fact]
    public async Task ELF_of_another_architecture_is_named()
    {
        byte[] elf = await File.ReadAllBytesAsync(GoodElf);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(18), 62); // e_machine: EM_X86_64
        string file = Save("x86.elf", elf);
        await RefusedAsync(file, "--kernel", file);
    }

    [Fact]
    public async Task Overlapping_loads_are_named()
    {
        string first = Save("first.bin", new byte[4096]);
        string second = Save("second.bin", new byte[4096]);
        await RefusedAsync(second, "--kernel", GoodElf, "--load", $"{first}@0x48000000", "--load", $"{second}@0x48000800");
    }

    [Theory]
    [InlineData("0x30000000")]
    [InlineData("0x4fffff00")]
    [InlineData("0xfffffffffffff000")]
    public async Task Load_outside_RAM_is_named(string address)
    {
        string file = Save("image.bin", new byte[4096]);
        await RefusedAsync(file, "--memory", "256M", "--kernel", GoodElf, "--load", $"{file}@{address}");
    }

    [Fact]
    public async Task Broken_DTB_is_named()
    {
        string file = Save("broken.dtb", [.. Enumerable.Range(0, 256).Select(value => (byte)value)]);
        await RefusedAsync(file, "--kernel", GoodElf, "--dtb", file);
    }

    [Theory]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("4X", "--memory", "4X")]
    [InlineData("toaster", "--machine", "toaster")]
    [InlineData("gic=9", "--machine", "virt,gic=9")]
    [InlineData("cortex-z1", "--cpu", "cortex-z1")]
    [InlineData("99999", "--gdb", "127.0.0.1:99999")]
    [InlineData("ftp:", "--serial", "ftp:somewhere")]
    public async Task Unknown_option_or_value_is_named(string named, params string[] arguments)
    {
        await RefusedAsync(named.TrimStart('-'), ["--kernel", GoodElf, .. arguments]);
    }

    [Fact]
    public async Task Port_in_use_is_named()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        await RefusedAsync(port, "--kernel", GoodElf, "--gdb", port);
    }

    [Fact]
    public async Task Listening_beyond_loopback_needs_an_option()
    {
        await RefusedAsync("--allow-remote", "--kernel", GoodElf, "--gdb", "0.0.0.0:0");
    }

    private string Save(string name, byte[] content)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(file, content);
        return file;
    }

    private static async Task RefusedAsync(string named, params string[] arguments)
    {
        string[] server = arguments.Contains("--gdb") ? [] : ["--gdb", "none"];
        string[] serial = arguments.Contains("--serial") ? [] : ["--serial", "none"];
        Ended ended = await HostRun.CommandAsync(["run", .. arguments, .. server, .. serial, "--max-instructions", "1000"]);

        string all = $"status {ended.Status}\n{ended.Output}\n--- errors ---\n{ended.Errors}";
        Assert.True(ended.Status == BadInput, all);
        Assert.True(ended.Errors.Contains(named, StringComparison.Ordinal), $"\"{named}\" is not named: {all}");
        Assert.True(ended.Errors.TrimEnd('\n').Split('\n').Length == 1, $"more than one line: {all}");
        Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
    }
}
