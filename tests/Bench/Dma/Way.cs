using System;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Tests.Pcie;
using GdbHost.Machine.Tests.Smmu;

namespace GdbHost.Bench;

/// <summary>A machine whose device reads memory by one of the ways that there are, again and again.</summary>
internal sealed class Way : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;

    private readonly IDisposable _machine;
    private readonly PciFunction _device;
    private readonly ulong _address;

    private Way(string title, IDisposable machine, PciFunction device, ulong address)
    {
        Title = title;
        _machine = machine;
        _device = device;
        _address = address;
    }

    public string Title { get; }

    /// <summary>Makes all of them.</summary>
    public static Way[] All() =>
    [
        Absent(),
        WithSmmu("disabled (SMMUEN clear)", SmmuFixture.Data, static smmu => smmu.Write32(0x20, 0)),
        WithSmmu("STE bypass", SmmuFixture.Data, static smmu => smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0)),
        WithSmmu("stage 1", Input, static smmu =>
        {
            smmu.UseStage1();
            smmu.Map1(Input, SmmuFixture.Data);
        }),
        WithSmmu("stages 1 and 2", Input, static smmu =>
        {
            smmu.UseBothStages();
            smmu.Map1(Input, Intermediate);
            smmu.Map2(Intermediate, SmmuFixture.Data);
        }),
    ];

    /// <summary>Reads again and again.</summary>
    /// <exception cref="InvalidOperationException">A read was refused: what was measured would be no read.</exception>
    public void Read(Span<byte> into, int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (_device.Dma.Read(_address, into) != DmaResult.Ok)
            {
                throw new InvalidOperationException($"{Title}: a read of {into.Length} bytes is refused");
            }
        }
    }

    public void Dispose() => _machine.Dispose();

    private static Way Absent()
    {
        PciMachine pci = new("edu,id=e,addr=1");
        pci.Write(PciMachine.Config(0, 1, 4), 7, 2);
        return new Way("absent", pci, pci.Named("e"), PciMachine.Ram);
    }

    private static Way WithSmmu(string title, ulong address, Action<SmmuFixture> prepare)
    {
        SmmuFixture smmu = new();
        prepare(smmu);
        return new Way(title, smmu, smmu.Device, address);
    }
}
