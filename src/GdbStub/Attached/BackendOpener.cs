using System;
using System.Collections.Generic;
using System.Globalization;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Network;
using GdbHost.Machine.Virtio.Console;

namespace GdbHost.GdbStub.Attached;

/// <summary>
/// Opens what is behind devices of any kind and bus: a device says which kind of thing it wants, and has keys that name it. Each
/// drive and each network is one device's.
/// </summary>
internal sealed class BackendOpener(DeviceRequest request, HostDevices host)
{
    private readonly HashSet<string> _drives = [.. request.Drives.Keys];
    private readonly Dictionary<string, NetworkWords> _networks = new(request.Networks);

    /// <summary>Drives that no device has named yet.</summary>
    public IEnumerable<string> UnusedDrives => _drives;

    /// <summary>Networks that no device has named yet.</summary>
    public IEnumerable<NetworkWords> UnusedNetworks => _networks.Values;

    /// <param name="option">The device, for messages.</param>
    /// <param name="key">Gives the value of a key of the device's, or null.</param>
    public DeviceBackend? Open(string option, BackendKind kind, Func<string, string?> key) => kind switch
    {
        BackendKind.Block => OpenBlock(option, key),
        BackendKind.Network => OpenNetwork(option, key),
        BackendKind.Ports => new PortsBackend(request.MakePorts(host)),
        _ => null,
    };

    private BlockBackend OpenBlock(string option, Func<string, string?> key)
    {
        string drive = key("drive") ?? throw QemuRequest.Refusal(option, "it has no drive; add drive=ID of a -drive");
        if (!request.Drives.TryGetValue(drive, out DriveWords? words))
        {
            throw QemuRequest.Refusal($"{option},drive={drive}", $"there is no -drive with id={drive}");
        }

        return _drives.Remove(drive)
            ? new BlockBackend(words.Open(host))
            : throw QemuRequest.Refusal($"{option},drive={drive}", "another device uses this drive already");
    }

    private NetworkBackend OpenNetwork(string option, Func<string, string?> key)
    {
        string id = key("netdev") ?? throw QemuRequest.Refusal(option, "it is on no network; add netdev=ID of a -netdev");
        if (!_networks.Remove(id, out NetworkWords? network))
        {
            throw QemuRequest.Refusal($"{option},netdev={id}", $"there is no -netdev with id={id}, or another device uses it already");
        }

        return new NetworkBackend(network.Open(host), Mac(option, key("mac")));
    }

    // QEMU's first card ends in 56, the next one in 57.
    private byte[] Mac(string option, string? text)
    {
        const byte FirstCard = 0x56;
        const int MacBytes = 6;
        byte[] usual = [0x52, 0x54, 0x00, 0x12, 0x34, (byte)(FirstCard + host.Cards++)];
        if (text is null)
        {
            return usual;
        }

        string[] parts = text.Split(':', '-');
        byte[] bytes = new byte[MacBytes];
        for (int i = 0; i < MacBytes; i++)
        {
            if (parts.Length != MacBytes || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
            {
                throw QemuRequest.Refusal($"{option}: mac={text}", "it is no address; write it like 52:54:00:12:34:56");
            }
        }

        return bytes;
    }
}
