using System;
using System.Text.Json;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// "monitor break dma" and "monitor break smmu" in stock gdb, on a machine whose guest is a list of stores that gdb has written. Who is right:
/// IHI 0070 for events and errors; what the list makes the exerciser send.
/// </summary>
public sealed class DmaStopTests
{
    [RequiresFact(Need.Gdb)]
    public async Task Gdb_stops_at_a_request_at_an_event_and_at_a_command_error()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            StoringGuest.Arguments("dma-exerciser,id=x,addr=1"), "", $"""
            source {Repository.InTree("scripts/scenarios/stores.gdb")}
            exerciser
            smmu_on
            send 2 0x43000000 8 0
            send 2 0x43000100 4 0
            smmu_store 0x20 0
            smmu_store 0x90 0x09000004
            smmu_store 0x20 0xd
            smmu_store 0x98 1
            set *(unsigned long *)0x40100200 = 0x9
            monitor break dma 00:01.0 0x43000100-0x430001ff w
            stores_run
            monitor break off
            set *(unsigned long *)0x40100200 = 0
            monitor break smmu
            continue
            """);
        Says.InOrder(gdb.Errors, gdb.ToString(),
            "break: the machine stops after writes of 00:01.0 to 0x43000100 to 0x430001ff, also where they are refused",
            "stopped by \"monitor break\": DMA write of 4 bytes by 00:01.0 pcie.x to 0x43000100: reached ram, memory: pcie.x Ok (0x43000100), host bridge Ok (0x43000100), smmu Ok (0x43000100), ram Ok (0x43000100)",
            "break: the machine stops at every event record and error of the SMMU",
            "stopped by \"monitor break\": SMMU: CERROR_ABT: the command cannot be read at [0], 0x9000000");
    }

    /// <summary>Guest 3's device: a stream table entry with stage 2 alone (STE.S2VMID), a block of 1 GiB for memory and nothing else.</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Gdb_stops_only_for_the_guest_whose_device_it_is()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            StoringGuest.Arguments("dma-exerciser,id=x,addr=1"), "", $"""
            source {Repository.InTree("scripts/scenarios/stores.gdb")}
            set *(unsigned long *)0x40100200 = 0xd
            set *(unsigned long *)0x40100210 = 0x040a004000000003|(25ul<<32)
            set *(unsigned long *)0x40100218 = 0x40600000
            set *(unsigned long *)0x40600008 = 0x400004fd
            exerciser
            smmu_on
            send 2 0x43000000 8 0
            monitor break dma 00:01.0 w vmid 4
            stores_run_to_end
            monitor break dma 00:01.0 vmid 3 w
            stores_run
            monitor break off
            monitor break msi 00:01.0 vmid 3
            stores_new
            send 3 0x8020040 4 80
            stores_run
            monitor break off
            monitor break smmu vmid 4
            stores_run_to_end
            monitor break smmu F_TRANSLATION vmid 3
            stores_run
            monitor break smmu CERROR vmid 3
            """);
        Says.InOrder(gdb.Errors, gdb.ToString(),
            "break: the machine stops after writes of 00:01.0 while its stream is of VMID 4, also where they are refused",
            "stopped by \"monitor break\": DMA write of 8 bytes by 00:01.0 pcie.x to 0x43000000: reached ram, memory: ", "; VMID 3",
            "break: the machine stops at interrupt messages of 00:01.0 of VMID 3",
            "stopped by \"monitor break\": message of 00:01.0, data 0x50 to 0x8020040: ", "; VMID 3",
            "break: the machine stops at every event record and error of the SMMU about streams of VMID 4, also where the event queue does not take it",
            "stopped by \"monitor break\": SMMU: 00:01.0 pcie.x: F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x8020040 write stage 2", "; VMID 3",
            "break: CERROR is no guest's: no stream table entry that could name a VMID is part of it; leave \"vmid\" out");

        // For guest 4 they run to the end.
        Says.InOrder(gdb.Output, gdb.ToString(), "Temporary breakpoint 1, 0x0000000040080010", "SIGTRAP", "SIGTRAP", "Temporary breakpoint 2, 0x0000000040080010", "SIGTRAP");
    }

    [Fact]
    public void The_log_has_each_request_with_its_way_and_as_facts()
    {
        using MachineTarget target = MachineTarget.Create(
            new MachineConfiguration { MemoryBytes = 16 << 20, PciDevices = [new PciDeviceRequest("edu", [new("id", "e"), new("addr", "1")])] }, static _ => { });
        Assert.Equal("dma log: off; \"monitor dma log on\" starts it\n", TargetRun.Ask(target, "dma log"));
        TargetRun.Ask(target, "pci_dma e write 0x40100000 1");
        Assert.StartsWith("No such request is recorded, and the log is off", TargetRun.Ask(target, "dma log last 1"), StringComparison.Ordinal);
        TargetRun.Ask(target, "dma log on");
        TargetRun.Ask(target, "pci_dma e write 0x40100000 1");
        Assert.Equal(
            "#1 0 ns: DMA write of 4 bytes by 00:01.0 pcie.e to 0x40100000: NotSent at pcie.e: pcie.e NotSent (0x40100000)\n", TargetRun.Ask(target, "dma log last 1"));
        Assert.Contains("00:01.0: 1 requests, 1 refused, 0 writes", TargetRun.Ask(target, "dma log"), StringComparison.Ordinal);
        JsonElement fact = JsonDocument.Parse(TargetRun.Ask(target, "dma log last 1 00:01.0 --json").Split('\n')[0]).RootElement;
        Assert.Equal(("00:01.0", "0x40100000", "NotSent", "Function"),
            (fact.GetProperty("requester").GetString(), fact.GetProperty("iova").GetString(), fact.GetProperty("verdict").GetString(), fact.GetProperty("way")[0].GetProperty("stage").GetString()));
        Assert.StartsWith("No such request is recorded.", TargetRun.Ask(target, "dma log last 1 00:02.0"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("break dma")]
    [InlineData("break dma 1")]
    [InlineData("break dma 00:01.0 r w")]
    [InlineData("break dma 00:01.0 2-1")]
    [InlineData("break dma 00:01.0 0x1 0x2")]
    [InlineData("break smmu F_TRANSLATION 1")]
    [InlineData("break smmu vmid")]
    [InlineData("break dma vmid 1")]
    [InlineData("break msi vmid 1 vmid 1")]
    public void What_is_no_request_gets_the_usage(string line) => Assert.StartsWith("usage: monitor break ", AskFresh(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("break smmu nosuch", "The SMMU reports no \"nosuch\"; there are CERROR, F_UUT, C_BAD_STREAMID, ")]
    [InlineData("break smmu f_translation", "break: this machine has no SMMU; start it with ")]
    [InlineData("break smmu f_translation vmid 1", "break: a device's requests and messages carry no VMID; ")]
    [InlineData("break dma 00:01.0 vmid 1", "break: a device's requests and messages carry no VMID; ")]
    [InlineData("break msi vmid 1", "break: a device's requests and messages carry no VMID; ")]
    [InlineData("break dma 00:01.0", "break: the machine stops after requests of 00:01.0, also where they are refused")]
    public void Answers_say_what_there_is(string line, string answer) => Assert.StartsWith(answer, AskFresh(line), StringComparison.Ordinal);

    private static string AskFresh(string line)
    {
        using MachineTarget target = MachineTarget.Create(new MachineConfiguration { MemoryBytes = 16 << 20 }, static _ => { });
        return TargetRun.Ask(target, line);
    }
}
