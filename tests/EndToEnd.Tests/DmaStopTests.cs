using System;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
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

    [Theory]
    [InlineData("break dma")]
    [InlineData("break dma 1")]
    [InlineData("break dma 00:01.0 r w")]
    [InlineData("break dma 00:01.0 2-1")]
    [InlineData("break dma 00:01.0 0x1 0x2")]
    [InlineData("break smmu F_TRANSLATION 1")]
    public void What_is_no_request_gets_the_usage(string line) => Assert.StartsWith("usage: monitor break ", Ask(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("break smmu nosuch", "The SMMU reports no \"nosuch\"; there are CERROR, C_BAD_STREAMID, ")]
    [InlineData("break smmu f_translation", "break: this machine has no SMMU; start it with ")]
    [InlineData("break dma 00:01.0", "break: the machine stops after requests of 00:01.0, also where they are refused")]
    public void Answers_say_what_there_is(string line, string answer) => Assert.StartsWith(answer, Ask(line), StringComparison.Ordinal);

    private static string Ask(string line)
    {
        using MachineTarget target = MachineTarget.Create(new MachineConfiguration { MemoryBytes = 16 << 20 }, static _ => { });
        MonitorRequest request = new(target, 0);
        MonitorTable.Run(request, line);
        return request.Text;
    }
}
