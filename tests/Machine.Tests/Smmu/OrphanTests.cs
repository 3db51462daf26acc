using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Snapshots;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>What outlives a device. Witness: what the test has put into memory, and which functions there are; IHI 0070 for which command removes what.</summary>
public sealed class OrphanTests : IDisposable
{
    private const uint Nobody = 0x18; // 00:03.0
    private const ulong Input = 0x12_3456_7000;
    private const ulong Registers = 0x1000_0000;

    private const string Nothing =
        "nothing: all streams that are translated or kept are of functions that are there, and no mapping leads to registers that are gone";

    private readonly SmmuFixture _smmu = new();

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void Streams_of_functions_that_are_there_are_none_and_neither_are_those_that_abort()
    {
        _smmu.UseStage1();
        _smmu.Map1(Input, SmmuFixture.Data);
        _smmu.Load(Input);
        _smmu.Ste(Nobody, SmmuFixture.Abort);
        Assert.Equal([Nothing], Ask());
    }

    [Theory]
    [InlineData(SmmuFixture.Bypass, "bypass")]
    [InlineData(SmmuFixture.OnlyStage2, "stage 2, VMID 3, tables at 0x40600000")]
    public void A_stream_of_nobody_is_told_with_what_it_maps(ulong config, string words)
    {
        _smmu.Map2(0x5000, SmmuFixture.Data);
        _smmu.Ste(Nobody, config, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        byte[] before = State();
        IReadOnlyList<string> said = Ask();
        Assert.Equal(before, State());
        Assert.Equal($"SID 0x18 (00:03.0): no function has this Requester ID; its STE is still valid ({words})", said[0]);
        Assert.Equal(config == SmmuFixture.Bypass ? [] : ["  still mapped: 0x5000 to 0x5fff -> 0x40800000 ram"], said.Skip(1));
    }

    [Fact]
    public void What_is_kept_is_told_until_each_command_has_come()
    {
        _smmu.Map2(0x5000, SmmuFixture.Data);
        _smmu.Ste(Nobody, SmmuFixture.OnlyStage2, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        _smmu.Device.Dma.Read(0x5000, new byte[8], forged: new((ushort)Nobody));
        Assert.EndsWith("), and the SMMU keeps it", Ask()[0], StringComparison.Ordinal);
        _smmu.Memory(SmmuFixture.StreamTable + (Nobody * 64), 0ul);
        IReadOnlyList<string> forgotten = Ask();
        Assert.Equal(2, forgotten.Count);
        Assert.Equal(
            "SID 0x18 (00:03.0): no function has this Requester ID; its STE is no longer valid, and the SMMU still keeps the one before (stage 2, VMID 3, tables at 0x40600000): CMD_CFGI_STE is missing",
            forgotten[0]);
        Assert.StartsWith("the IOTLB holds VMID 3, IPA 0x5000 -> 0x40800000", forgotten[1], StringComparison.Ordinal);
        _smmu.Command(0x03 | ((ulong)Nobody << 32), 1);
        Assert.Equal([forgotten[1]], Ask());
        _smmu.Command(0x28 | (3ul << 32));
        Assert.Equal([Nothing], Ask());
    }

    [Fact]
    public void A_mapping_of_registers_is_told_when_nobody_decodes_them_any_more()
    {
        // The other device, whose registers are 1 MiB.
        Pcie.PciMachine pci = _smmu.Pci;
        pci.Write(Pcie.PciMachine.Config(0, 2, 0x10), Registers, 4);
        _smmu.UseStage1();
        _smmu.Map1(Input, Registers + 0x2000);
        _smmu.Map1(Input + 0x1000, Registers + 0x3000);
        _smmu.Map1(Input + 0x2000, SmmuFixture.Data);
        Assert.Equal([Nothing], Ask());
        pci.Write(Pcie.PciMachine.Config(0, 2, 0x10), Registers + 0x10_0000, 4);
        Assert.Equal(
            ["00:01.0 pcie.e: 0x1234567000 to 0x1234568fff -> 0x10002000 pcie-mmio: no function answers there: registers of a device that is gone, or that has moved"],
            Ask());
    }

    [Fact]
    public void Translations_of_a_PASID_are_none_as_long_as_its_descriptor_is_in_memory()
    {
        using SmmuFixture smmu = new("dma-exerciser,id=x,addr=3,pasid=on");
        ExerciserDriver device = new(smmu.Pci, 3);
        device.EnablePasid();
        smmu.Cd(at: SmmuFixture.Context + 64);
        smmu.Map1(Input, SmmuFixture.Data, flags: 0xc40);
        smmu.Ste(device.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | (2ul << 59), 0, 0, 0);
        Assert.Equal(0u, device.Do(ExerciserDriver.Read, Input, pasid: ExerciserDriver.Pasid(1)));
        smmu.Command(0x06 | ((ulong)device.Stream << 32));
        Assert.Equal([Nothing], Ask(smmu));
        smmu.Memory(SmmuFixture.Context + 64, 0ul);
        Assert.StartsWith("the IOTLB holds VMID 0, ASID 1, IOVA 0x1234567000 -> 0x40800000", Assert.Single(Ask(smmu)), StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Ask() => Ask(_smmu);

    private static IReadOnlyList<string> Ask(SmmuFixture smmu) => SmmuTopics.Answer(smmu.Machine, new SmmuQuestion("orphans", []));

    private byte[] State() => [.. _smmu.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)];
}
