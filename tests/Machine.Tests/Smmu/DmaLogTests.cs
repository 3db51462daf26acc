using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Tests.Pcie;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>The log of requests is bounded, whatever devices send, and is nobody's while it is off. Witness: what the test sends.</summary>
public sealed class DmaLogTests
{
    [Fact]
    public void The_newest_of_each_requester_are_kept_and_all_are_counted()
    {
        using PciMachine pci = new("edu,id=e,addr=1", "edu,id=f,addr=2");
        pci.Write(PciMachine.Config(0, 1, 4), 6, 2);
        DmaTransactions transactions = new(pci.Machine);
        DmaLog log = new(transactions);
        log.TurnOn(null);
        pci.Named("f").Dma.Write(PciMachine.Ram, [1]);
        for (int i = 0; i < DmaLog.Capacity + 5; i++)
        {
            pci.Named("e").Dma.Write(PciMachine.Ram + (ulong)i, [1]);
        }

        pci.Named("e").Dma.Write(0x0802_0000, new byte[0x44]);
        DmaLogContent content = log.Read(int.MaxValue, null);
        Assert.Equal([new DmaCount("00:01.0", DmaLog.Capacity + 6, 0, 1), new DmaCount("00:02.0", 1, 1, 0)], content.Counts);
        Assert.Equal(DmaLog.Capacity + 1, content.Requests.Count);
        Assert.Equal((1, 8, DmaLog.Capacity + 7), (content.Requests[0].Number, content.Requests[1].Number, content.Requests[^1].Number));
        Assert.Equal("NotSent", Assert.Single(log.Read(5, "00:02.0").Requests).Request.Verdict);
    }

    [Fact]
    public void Forged_requesters_do_not_make_it_grow()
    {
        using PciMachine pci = new("edu,id=e,addr=1");
        pci.Write(PciMachine.Config(0, 1, 4), 6, 2);
        DmaLog log = new(new DmaTransactions(pci.Machine));
        log.TurnOn(null);
        foreach (int forged in Enumerable.Range(0x100, 100))
        {
            pci.Named("e").Dma.Write(PciMachine.Ram, [1], DmaAttributes.None, new RequesterId((ushort)forged));
        }

        DmaLogContent content = log.Read(int.MaxValue, null);
        Assert.Equal((64, 36, 64), (content.Counts.Count, content.Unkept, content.Requests.Count));
    }

    [Fact]
    public void While_it_is_off_nobody_observes()
    {
        using SmmuFixture smmu = new();
        DmaLog log = new(new DmaTransactions(smmu.Machine));
        Assert.Null(smmu.Machine.Pcie!.DmaObserver);
        log.TurnOn("00:02.0");
        Assert.NotNull(smmu.Machine.Pcie!.DmaObserver);
        smmu.Load(0);
        Assert.Empty(log.Read(9, null).Requests);
        smmu.Load(0, smmu.Other);
        Assert.Equal("C_BAD_STE", Assert.Single(log.Read(9, null).Requests).Request.Way[^1].SmmuEvent);
        log.TurnOff();
        Assert.Null(smmu.Machine.Pcie!.DmaObserver);
        Assert.Null(smmu.Smmu.Recorder.Observer);
    }
}
