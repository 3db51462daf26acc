using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Network;
using GdbHost.Machine.Virtio.Block;
using GdbHost.Machine.Virtio.Console;
using GdbHost.Machine.Virtio.Entropy;
using GdbHost.Machine.Virtio.Net;

namespace GdbHost.Machine.Virtio;

/// <summary>A virtio device that the user asked for.</summary>
public abstract record VirtioDeviceConfiguration
{
    /// <summary>QEMU's name of the kind, without the transport, such as "virtio-blk".</summary>
    public abstract string Kind { get; }

    public VirtioSettings Settings { get; init; } = new();

    /// <summary>What is behind it; null for nothing.</summary>
    public virtual DeviceBackend? Backend => null;

    /// <summary>What of it shapes the state of a machine, beside the kind.</summary>
    internal virtual string Identity => string.Empty;

    internal abstract VirtioDevice Make();
}

/// <summary>A disk.</summary>
/// <param name="Storage">Its medium, which stays the caller's.</param>
/// <param name="Serial">Its serial number; null for none.</param>
public sealed record BlockDeviceConfiguration(IBlockStorage Storage, string? Serial) : VirtioDeviceConfiguration
{
    public override string Kind => "virtio-blk";

    public override DeviceBackend Backend => new BlockBackend(Storage);

    internal override string Identity => $"{Storage.Length} bytes{(Storage.IsReadOnly ? ",readonly=on" : "")}";

    internal override VirtioDevice Make() => new VirtioBlock(Storage, Serial);
}

/// <summary>A source of numbers that are the same in every run.</summary>
/// <param name="Seed">What they are made from.</param>
public sealed record RngDeviceConfiguration(ulong Seed = 0) : VirtioDeviceConfiguration
{
    public override string Kind => "virtio-rng";

    internal override string Identity => $"seed={Seed}";

    internal override VirtioDevice Make() => new VirtioRng(Seed);
}

/// <summary>Consoles and serial ports.</summary>
/// <param name="Ports">Each with its own number.</param>
public sealed record SerialDeviceConfiguration(IReadOnlyList<ConsolePortConfiguration> Ports) : VirtioDeviceConfiguration
{
    public override string Kind => "virtio-serial";

    public override DeviceBackend Backend => new PortsBackend(Ports);

    internal override string Identity => string.Join(',', Ports.Select(static p => $"{(p.IsConsole ? "console" : "port")}{p.Number}={p.Name}"));

    internal override VirtioDevice Make() => new VirtioSerial(Ports);
}

/// <summary>A network card on a user network.</summary>
/// <param name="Network">What is on the other end of the wire.</param>
/// <param name="HardwareAddress">6 bytes.</param>
public sealed record NetDeviceConfiguration(UserNetworkConfiguration Network, ReadOnlyMemory<byte> HardwareAddress) : VirtioDeviceConfiguration
{
    public override string Kind => "virtio-net";

    public NetOffloads Offloads { get; init; } = NetOffloads.All;

    public override DeviceBackend Backend => new NetworkBackend(Network, HardwareAddress);

    internal override string Identity =>
        $"mac={Convert.ToHexStringLower(HardwareAddress.Span)},offloads={Offloads.Features:x}{(Network.Host is null ? ",restrict=on" : "")}";

    internal override VirtioDevice Make() => new VirtioNet(Network, HardwareAddress.ToArray(), Offloads);
}
