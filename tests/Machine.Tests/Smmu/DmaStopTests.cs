using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Tests.Pcie;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Stops at requests of functions and at reports of the SMMU. Witness: IHI 0070, Event records and Command queue errors, for what is reported;
/// what the guest's list has made the exerciser send.
/// </summary>
public sealed class DmaStopTests
{
    private const ulong Free = 0x4090_0000;

    [Fact]
    public void A_request_stops_the_machine_behind_the_instruction_with_its_whole_way()
    {
        using StoringGuest guest = new(smmu: false);
        guest.Send(2, Free, length: 8);
        guest.Send(1, Free + 0x10, length: 4);
        List<MachineDma> seen = [];
        guest.Port.Inspection.StopAtDma(d =>
        {
            seen.Add(d);
            return d.IsWrite ? "write" : null;
        });
        MachineStop stop = guest.Run();
        Assert.Equal((MachineStopKind.Event, "write"), (stop.Kind, stop.Explanation));
        MachineDma write = Assert.Single(seen);
        Assert.Equal((0, "00:01.0", "pcie.x", "Write", Free, 8, "Ok", DmaPlaceKind.Memory),
            (write.Cpu, write.Requester, write.Sender, write.Kind, write.Address, write.Length, write.Verdict, write.Place));
        Assert.Equal(["Function", "InboundWindow", "Target"], write.Way.Select(static s => s.Stage));
    }

    [Theory]
    [InlineData(2u, 0x0802_0040ul, 4u, DmaPlaceKind.Doorbell, true)]
    [InlineData(3u, 0x0802_0040ul, 4u, DmaPlaceKind.Doorbell, false)]
    [InlineData(1u, 0x0802_0040ul, 4u, DmaPlaceKind.Doorbell, false)]
    [InlineData(2u, 0x0900_0000ul, 4u, DmaPlaceKind.Device, false)]
    [InlineData(1u, 0x40_1000_0000ul, 4u, DmaPlaceKind.ConfigSpace, false)]
    [InlineData(1u, 0x1020_0000ul, 4u, DmaPlaceKind.PciWindow, false)]
    [InlineData(2u, 0x9000_0000_0000ul, 8u, DmaPlaceKind.Nothing, false)]
    public void A_request_is_told_by_what_it_reaches(uint operation, ulong address, uint length, DmaPlaceKind place, bool fakes)
    {
        using StoringGuest guest = new(smmu: false);
        guest.Send(operation, address, length, data: PciMachine.FirstMessage);
        MachineDma? seen = null;
        guest.Port.Inspection.StopAtDma(d =>
        {
            seen = d;
            return "here";
        });
        Assert.Equal(MachineStopKind.Event, guest.Run().Kind);
        Assert.Equal((place, fakes), (seen!.Place, seen.FakesInterrupt));
    }

    [Fact]
    public void An_event_record_stops_the_machine_and_its_name_is_in_the_requests_way()
    {
        using StoringGuest guest = new(smmu: true);
        guest.Memory(SmmuFixture.StreamTable + 512, SmmuFixture.OnlyStage1 | SmmuFixture.Context);
        guest.Memory(SmmuFixture.Context, SmmuFixture.PlainCd, SmmuFixture.Stage1, 0, 0xff);
        guest.Send(2, 0x1234_5678);
        MachineSmmuReportOf(guest, out List<(string Name, string? Requester, string Words)> reports);
        MachineDma? refused = null;
        guest.Port.Inspection.StopAtDma(d =>
        {
            refused = d;
            return null;
        });
        MachineStop stop = guest.Run();
        Assert.Equal((MachineStopKind.Event, "F_TRANSLATION"), (stop.Kind, stop.Explanation));
        (string name, string? requester, string words) = Assert.Single(reports);
        Assert.Equal(("F_TRANSLATION", "00:01.0 pcie.x"), (name, requester));
        Assert.StartsWith("F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x12345678 write stage 1, class Input", words, StringComparison.Ordinal);
        Assert.Equal(("TranslationFault", "F_TRANSLATION stage 1", DmaPlaceKind.None), (refused!.Verdict, refused.Way[^1].SmmuEvent, refused.Place));
    }

    [Theory]
    [InlineData(0xfful, SmmuFixture.Commands, "CERROR_ILL", "CERROR_ILL at [0], 0x40200000: opcode 0xff is no command here")]
    [InlineData(0ul, 0x0900_0000ul, "CERROR_ABT", "CERROR_ABT: the command cannot be read at [0], 0x9000000")]
    public void An_error_of_the_command_queue_stops_the_machine_with_the_command(ulong command, ulong queue, string name, string words)
    {
        using StoringGuest guest = new(smmu: true);
        guest.Smmu(0x20, 0);
        guest.Smmu(0x90, queue | 4);
        guest.Smmu(0x20, 0xd);
        guest.Memory(SmmuFixture.Commands, command);
        guest.Smmu(0x98, 1);
        MachineSmmuReportOf(guest, out List<(string Name, string? Requester, string Words)> reports);
        Assert.Equal(name, guest.Run().Explanation);
        Assert.StartsWith(words, Assert.Single(reports).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_told_who_does_not_ask_and_a_debuggers_own_request_stops_nothing()
    {
        using StoringGuest guest = new(smmu: true);
        guest.Send(2, Free);
        int asked = 0;
        guest.Port.Inspection.StopAtDma(_ => $"{++asked}");
        Assert.True(guest.Port.Inspection.StopAtSmmu(_ => $"{++asked}"));
        guest.Port.SendPciRequest("x", "write", Free, [1], null);
        Assert.Equal(0, asked);
        guest.Port.Inspection.RemoveStops();
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run().Kind);
        Assert.Equal(0, asked);
    }

    // STE.S2VMID where Config has stage 2; the entry that the SMMU keeps, as it is the one that it goes by (IHI 0070, Configuration invalidation).
    [Theory]
    [InlineData(SmmuFixture.OnlyStage2, SmmuFixture.Bypass, true)]
    [InlineData(SmmuFixture.Bypass, SmmuFixture.OnlyStage2, false)]
    [InlineData(SmmuFixture.OnlyStage1 | SmmuFixture.Context, SmmuFixture.Bypass, false)]
    public void The_VMID_of_a_request_and_of_an_event_is_that_of_the_entry_that_the_SMMU_keeps(ulong kept, ulong now, bool hasVmid)
    {
        using StoringGuest guest = new(smmu: true);
        guest.Memory(SmmuFixture.StreamTable + 512, kept, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        guest.Memory(SmmuFixture.Context, SmmuFixture.PlainCd, SmmuFixture.Stage1, 0, 0xff);
        guest.Send(2, 0x1234_5678);
        guest.Store(SmmuFixture.StreamTable + 512, (uint)now);
        guest.Send(3, 1ul << 41, length: 4);
        List<(string Kind, int? Vmid)> seen = [];
        guest.Port.Inspection.StopAtDma(d => Seen("request", d.Vmid));
        guest.Port.Inspection.StopAtPci(null, m => Seen("message", m.Vmid));
        guest.Port.Inspection.StopAtSmmu(r => Seen(r.Name, r.Vmid));
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run().Kind);
        Assert.All(seen, s => Assert.Equal(hasVmid ? 3 : null, s.Vmid));
        Assert.Equal(2, seen.FindAll(static s => s.Kind == "request").Count);
        Assert.Single(seen, static s => s.Kind == "message");
        Assert.Contains(seen, static s => s.Kind.StartsWith("F_", StringComparison.Ordinal));

        string? Seen(string kind, int? vmid)
        {
            seen.Add((kind, vmid));
            return null;
        }
    }

    private static void MachineSmmuReportOf(StoringGuest guest, out List<(string Name, string? Requester, string Words)> reports)
    {
        List<(string, string?, string)> seen = [];
        guest.Port.Inspection.StopAtSmmu(r =>
        {
            seen.Add((r.Name, r.Requester, r.Words));
            return r.Name;
        });
        reports = seen;
    }
}
