using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using Xunit;

namespace GdbHost.Machine.Tests.Bus;

/// <summary>Witness: PCI Express Base Specification, where each memory write carries the ID of who sent it.</summary>
public sealed class RequesterTests
{
    private readonly PhysicalBus _bus = new();

    [Fact]
    public void A_device_that_asks_is_told_who_writes_and_that_the_write_is_Non_secure()
    {
        Doorbell bell = new(_bus);
        _bus.Add(new BusRegion("bell", 0x1000, 0x1000, Ram: null, bell));

        Assert.Equal(BusResult.Ok, _bus.WriteFrom(new RequesterId(0x0108), new PhysicalAddress(0x1040), 4, 77));
        Assert.Equal(BusResult.Ok, _bus.Write(new PhysicalAddress(0x1040), 4, 78));

        Assert.Equal(["01:01.0 0x40 77 ns", "nobody 0x40 78 s"], bell.Heard);
    }

    [Fact]
    public void Memory_takes_the_write_and_what_is_Secure_does_not()
    {
        using Ram ram = new("ram", 0x1000);
        using Ram secure = new("secure", 0x1000);
        _bus.Add(new BusRegion("ram", 0x1000, 0x1000, ram, Device: null));
        _bus.Add(new BusRegion("secure", 0x2000, 0x1000, secure, Device: null) { SecureOnly = true });
        _bus.Add(new BusRegion("secure-bell", 0x3000, 0x1000, Ram: null, new Doorbell(_bus)) { SecureOnly = true });

        Assert.Equal(BusResult.Ok, _bus.WriteFrom(new RequesterId(8), new PhysicalAddress(0x1008), 4, 0x1234_5678));
        Assert.Equal(BusResult.DecodeError, _bus.WriteFrom(new RequesterId(8), new PhysicalAddress(0x2008), 4, 1));
        Assert.Equal(BusResult.DecodeError, _bus.WriteFrom(new RequesterId(8), new PhysicalAddress(0x3008), 4, 1));

        Assert.Equal(0x78, ram.Span(8, 1)[0]);
        Assert.Equal(0, secure.Span(8, 1)[0]);
    }

    private sealed class Doorbell(PhysicalBus bus) : IRequesterDevice
    {
        public List<string> Heard { get; } = [];

        public string Name => "bell";

        private string State => bus.NonSecureAccess ? "ns" : "s";

        public BusResult Read(ulong offset, int size, out ulong value)
        {
            value = 0;
            return BusResult.SlaveError;
        }

        public BusResult Write(ulong offset, int size, ulong value)
        {
            Heard.Add($"nobody 0x{offset:x} {value} {State}");
            return BusResult.Ok;
        }

        public BusResult WriteFrom(RequesterId requester, ulong offset, int size, ulong value)
        {
            Heard.Add($"{requester} 0x{offset:x} {value} {State}");
            return BusResult.Ok;
        }

        public bool TryPeek(ulong offset, int size, out ulong value)
        {
            value = 0;
            return false;
        }
    }
}
