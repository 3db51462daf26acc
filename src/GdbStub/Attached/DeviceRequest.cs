using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Virtio.Console;

namespace GdbHost.GdbStub.Attached;

/// <summary>
/// The devices that a command line asks for, and what of the host is behind them. The words are QEMU's, with "gdbhost run" as
/// with "gdbhost qemu".
/// </summary>
internal sealed class DeviceRequest
{
    /// <summary>The one network of -net.</summary>
    private const string NetName = "net user";

    private const string ForceLegacy = "virtio-mmio.force-legacy";

    private readonly List<VirtioWords> _devices = [];
    private bool _hasSerial;
    private bool _hasNetCard;
    private readonly List<PortWords> _ports = [];

    /// <summary>What -drive has named.</summary>
    public Dictionary<string, DriveWords> Drives { get; } = [];

    /// <summary>What -netdev has named.</summary>
    public Dictionary<string, NetworkWords> Networks { get; } = [];

    /// <summary>--pcap: where the frames of the one network go.</summary>
    public string? CaptureFile { get; set; }

    /// <summary>What -chardev has named: the line in the form of -serial.</summary>
    public Dictionary<string, SerialLine> CharacterDevices { get; } = [];

    /// <summary>-global virtio-mmio.force-legacy.</summary>
    public bool LegacyMmio { get; set; } = true;

    /// <summary>Adds a drive that is behind a device.</summary>
    /// <param name="pairs">Without its interface.</param>
    /// <param name="pci">Gets the device that QEMU makes for the drive on PCI; null where the user names one.</param>
    public void AddDrive(KeyValues pairs, List<PciDeviceRequest>? pci)
    {
        (string? id, DriveWords drive) = DriveWords.Read(pairs);
        if (pci is not null)
        {
            id ??= $"virtio{Drives.Count}";
            AddDevice("virtio-blk-pci", new KeyValues("-drive", $"drive={id}"), pci);
        }

        if (id is null)
        {
            throw QemuRequest.Refusal(drive.Option, "without id= no device can name it; add id=hd0, and -device virtio-blk-pci,drive=hd0");
        }

        if (!Drives.TryAdd(id, drive))
        {
            throw QemuRequest.Refusal(drive.Option, $"there is another -drive with id={id}");
        }
    }

    /// <summary>Reads -netdev.</summary>
    public void AddNetwork(string value)
    {
        var pairs = new KeyValues("-netdev", value, "type");
        string? type = pairs.Take("type");
        string id = pairs.Take("id") ?? throw QemuRequest.Refusal($"-netdev {value}", "it has no id; add id=NAME");
        if (type != "user")
        {
            throw QemuRequest.Refusal($"-netdev {type}", "only user networks are built; use -netdev user,id=NAME");
        }

        if (!Networks.TryAdd(id, NetworkWords.Read($"-netdev user,id={id}", pairs.NamedBy($"-netdev user,id={id}"))))
        {
            throw QemuRequest.Refusal($"-netdev user,id={id}", "there is another one with this id");
        }
    }

    /// <summary>Reads -nic: a network and its card in one.</summary>
    public void AddCard(string value, List<PciDeviceRequest> pci)
    {
        var pairs = new KeyValues("-nic", value, "type");
        string? type = pairs.Take("type");
        if (type is "none" or null)
        {
            return;
        }

        if (type != "user")
        {
            throw NoSuchCard($"-nic {value}");
        }

        string model = CardModel($"-nic {value}", pairs.Take("model"));

        string id = pairs.Take("id") ?? $"nic{Networks.Count}";
        string mac = pairs.Take("mac") is string address ? $",mac={address}" : "";
        Networks.Add(id, NetworkWords.Read($"-nic {type}", pairs.NamedBy($"-nic {type}")));
        AddDevice(model, new KeyValues("-nic", $"netdev={id}{mac}"), pci);
    }

    /// <summary>Reads -net, which names a card and its network apart, in any order.</summary>
    public void AddNet(string value, List<PciDeviceRequest> pci)
    {
        var pairs = new KeyValues("-net", value, "type");
        string? type = pairs.Take("type");
        switch (type)
        {
            case "none":
                return;
            case "user":
                if (!Networks.TryAdd(NetName, NetworkWords.Read("-net user", pairs.NamedBy("-net user"))))
                {
                    throw QemuRequest.Refusal("-net user", "there is another one; use -netdev user,id=ID and -device NAME,netdev=ID");
                }

                return;
            case "nic" when !_hasNetCard:
                _hasNetCard = true;
                string model = CardModel($"-net {value}", pairs.Take("model"));
                string mac = pairs.Take("macaddr") is string address ? $",mac={address}" : "";
                pairs.NamedBy("-net nic").RefuseRest("model= or macaddr=");
                AddDevice(model, new KeyValues("-net nic", $"netdev={NetName}{mac}"), pci);
                return;
            default:
                throw QemuRequest.Refusal($"-net {value}", "one nic and one user are built; use -netdev user,id=ID and -device NAME,netdev=ID for more");
        }
    }

    /// <summary>Adds a device, or a port of one. What is behind it is opened later, when all options are known.</summary>
    /// <param name="pci">Where devices on PCI go, in the order in which they are named.</param>
    public void AddDevice(string driver, KeyValues pairs, List<PciDeviceRequest> pci)
    {
        if (PortWords.IsPort(driver))
        {
            if (!_hasSerial)
            {
                throw QemuRequest.Refusal($"-device {driver}", "there is no device before it that it could be a port of; put -device virtio-serial-device in front");
            }

            _ports.Add(PortWords.Read(driver, pairs));
            return;
        }

        VirtioWords? onMmio = VirtioWords.OnMmio(driver);
        string onPci = VirtioWords.OnPci(driver);
        bool hasPorts = (onMmio?.Backend ?? MachineDebugPort.PciBackendOf(onPci)) == BackendKind.Ports;
        if (hasPorts && _hasSerial)
        {
            throw QemuRequest.Refusal($"-device {driver}", "one is enough: it has 31 ports");
        }

        _hasSerial |= hasPorts;
        if (onMmio is not null)
        {
            _devices.Add(onMmio with { Pairs = pairs });
        }
        else
        {
            pci.Add(PciDeviceOption.Of(onPci, pairs));
        }
    }

    private static string CardModel(string option, string? given)
    {
        string model = given is null or "virtio" ? "virtio-net-pci" : given;
        return MachineDebugPort.PciBackendOf(model) == BackendKind.Network ? model : throw NoSuchCard(option);
    }

    private static UserErrorException NoSuchCard(string option) => QemuRequest.Refusal(
        option, "only user networks and cards on PCI, such as model=virtio-net-pci or model=e1000e, are built; use -nic user or -nic none");

    /// <summary>Takes -global; false where it is about nothing that is built.</summary>
    public bool TrySetGlobal(string value)
    {
        string[] parts = value.Split('=', 2);
        if (parts is not [ForceLegacy, string flag])
        {
            return false;
        }

        LegacyMmio = KeyValues.Flag($"-global {ForceLegacy}", flag);
        return true;
    }

    /// <summary>The ports of the one console device, numbered as QEMU numbers them.</summary>
    public List<ConsolePortConfiguration> MakePorts(HostDevices host)
    {
        List<ConsolePortConfiguration> made = [];
        foreach (PortWords port in _ports)
        {
            made.Add(port.Make(this, host, made));
        }

        return made;
    }

    /// <summary>Opens what is behind the devices and puts them into the configuration.</summary>
    public MachineConfiguration AddTo(MachineConfiguration machine, HostDevices host)
    {
        if (CaptureFile is not null)
        {
            NetworkWords network = Networks.Count == 1
                ? Networks.Values.First()
                : throw QemuRequest.Refusal("--pcap", $"it is for one network, and there are {Networks.Count}; add or leave one -netdev");
            network.CaptureFile = CaptureFile;
        }

        if (_hasNetCard && !Networks.ContainsKey(NetName))
        {
            throw QemuRequest.Refusal("-net nic", "it is on no network; add -net user, or write -nic user");
        }

        BackendOpener opener = new(this, host);
        MachineConfiguration result = machine with
        {
            LegacyVirtioMmio = LegacyMmio,
            VirtioMmio = [.. _devices.Select(d => d.Make(opener))],
            PciDevices = [.. machine.PciDevices.Select(p => p with { Backend = opener.Open($"-device {p.Kind}", MachineDebugPort.PciBackendOf(p.Kind), key => p[key]) })],
        };
        foreach (string id in opener.UnusedDrives)
        {
            host.Warn($"{Drives[id].Option}: no device uses it; add -device virtio-blk-pci,drive={id}");
        }

        foreach (NetworkWords network in opener.UnusedNetworks)
        {
            host.Warn($"{network.Option}: no device uses it; add -device virtio-net-pci,netdev=ID");
        }

        return result;
    }
}
