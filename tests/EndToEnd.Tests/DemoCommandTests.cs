using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>The command of the README's first line. Document: README.md.</summary>
public sealed class DemoCommandTests
{
    private const int LimitReached = 3;

    [Theory]
    [InlineData("demo")]
    [InlineData]
    public async Task Demo_prints_the_board_the_line_for_gdb_and_what_its_guest_says(params string[] verb)
    {
        Ended demo = await HostRun.CommandAsync([.. verb, "--gdb", "127.0.0.1:0", "--serial", "stdio", "--clock", "virtual", "--max-instructions", "200000"]);

        Assert.Equal(LimitReached, demo.Status);
        string all = demo.Output + demo.Errors;
        Says.InOrder(demo.Output, all, "hypervisor: EL2, MMU on", "guest: EL1, MMU on", "guest: round 10, counter 0x7354");
        Assert.Contains("virt: 1 x cortex-a53", all, StringComparison.Ordinal);
        Assert.Contains("gdb-multiarch -ex 'target remote ", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guest_of_the_demo_with_defects_dies_at_an_address_that_is_the_syndrome_of_EL2()
    {
        Ended demo = await HostRun.CommandAsync("demo", "--defect", "--gdb", "none", "--serial", "stdio", "--clock", "virtual", "--max-instructions", "2000000");

        Assert.Equal(LimitReached, demo.Status);
        Says.InOrder(demo.Output, demo.Output, "guest: this line by HVC", "guest: unexpected exception, FAR_EL1 0x93800004, ELR_EL1 0xffff0000");
    }

    [Fact]
    public async Task Version_and_boards_are_told()
    {
        Ended version = await HostRun.CommandAsync("--version");
        Ended boards = await HostRun.CommandAsync("boards");

        Assert.Equal(0, version.Status);
        Assert.StartsWith("gdbhost ", version.Output, StringComparison.Ordinal);
        Assert.Equal(0, boards.Status);
        Assert.Contains("virt", boards.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dtb_writes_a_flattened_device_tree()
    {
        string file = Path.GetTempFileName();
        try
        {
            Ended dtb = await HostRun.CommandAsync("dtb", "--machine", "virt,el2=on", "--output", file);
            byte[] blob = await File.ReadAllBytesAsync(file);

            Assert.True(dtb.Status == 0, dtb.Errors);
            Assert.Equal([0xd0, 0x0d, 0xfe, 0xed], blob[..4]);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
