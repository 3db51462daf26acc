using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>What a function is on PCI Express (PCI Express Base Specification, Device/Port Type).</summary>
internal enum ExpressType : byte
{
    Endpoint = 0,
    RootPort = 4,
    SwitchUpstream = 5,
    SwitchDownstream = 6,

    /// <summary>On the root complex's own bus.</summary>
    IntegratedEndpoint = 9,
}

/// <summary>Kinds of error that a function detects, as bits of Device Control and Device Status.</summary>
internal enum ErrorSeverity : byte
{
    Correctable = 0,
    NonFatal = 1,
    Fatal = 2,
}

/// <summary>What a function says of itself and its link.</summary>
/// <param name="Type">Device/Port Type.</param>
internal sealed record ExpressSettings(ExpressType Type)
{
    /// <summary>Place in configuration space; null for the next free one.</summary>
    public int? At { get; init; }

    /// <summary>Link speed as registers code it, 1 for 2.5 GT/s to 4 for 16 GT/s.</summary>
    public uint Speed { get; init; } = 1;

    /// <summary>Lanes.</summary>
    public uint Width { get; init; } = 1;

    /// <summary>Link speed and width in Link Capabilities alone, where QEMU's differ from those of the link.</summary>
    public bool HidesLink { get; init; }

    public uint Port { get; init; }

    /// <summary>
    /// Capability Version. Version 1 ends behind the registers of the link, and Device Control cannot be written, as with QEMU's devices that have it.
    /// </summary>
    public uint Version { get; init; } = 2;

    public bool FunctionLevelReset { get; init; }

    /// <summary>Device Control and Device Status know errors; on some of QEMU's devices they do not.</summary>
    public bool KnowsErrors { get; init; } = true;

    public bool HasSlot { get; init; }

    /// <summary>Link Capabilities 2 and Link Control 2 name speeds.</summary>
    public bool NamesSpeeds { get; init; }

    public bool IsDownstream => Type is ExpressType.RootPort or ExpressType.SwitchDownstream;
}

/// <summary>
/// The PCI Express capability (PCI Express Base Specification, PCI Express Capability Structure), without the slot
/// registers, which are <see cref="Bridges.Slot"/>. Link Control cannot be written, as with QEMU 7.2.
/// </summary>
internal sealed class ExpressCapability : Capability
{
    public const int SlotRegisters = 0x14;

    private const byte Id = 0x10;
    private const int Length = 0x3c;
    private const int FirstVersionLength = 0x14;
    private const int Flags = 0x02;
    private const int DeviceCapabilities = 0x04;
    private const int DeviceControl = 0x08;
    private const int DeviceStatus = 0x0a;
    private const int LinkCapabilities = 0x0c;
    private const int LinkStatus = 0x12;
    private const int RootControl = 0x1c;
    private const int RootStatus = 0x20;
    private const int DeviceCapabilities2 = 0x24;
    private const int DeviceControl2 = 0x28;
    private const int LinkCapabilities2 = 0x2c;
    private const int LinkControl2 = 0x30;

    private const uint RoleBasedErrors = 1 << 15;
    private const int FunctionLevelReset = 28;
    private const int InitiateReset = 15;
    private const uint LowPowerL0s = 1 << 10;
    private const uint LinkActiveReporting = 1 << 20;
    private const uint BandwidthNotification = 1 << 21;
    private const uint LinkActive = 1 << 13;
    private const int UnsupportedRequest = 3;
    private const uint EndToEndPrefixes = 0x0030_0000;
    private const uint PrefixBlocking = 1 << 15;
    private const int AriForwarding = 5;

    private readonly PciFunction _function;
    private readonly bool _resets;

    public ExpressCapability(PciFunction function, ExpressSettings settings)
        : base(function.Config.AddCapability(Id, LengthOf(settings), settings.At), LengthOf(settings))
    {
        _function = function;
        _resets = settings.FunctionLevelReset;
        ConfigSpace config = function.Config;
        config.Fix(Offset + Flags, 2, settings.Version | ((uint)settings.Type << 4) | (settings.HasSlot ? 1u << 8 : 0));
        config.Fix(Offset + DeviceCapabilities, 4, RoleBasedErrors | (_resets ? 1u << FunctionLevelReset : 0));
        uint link = settings.Speed | (settings.Width << 4);
        uint named = settings.HidesLink ? 0 : link;
        named |= settings.IsDownstream && !settings.HidesLink ? LinkActiveReporting | BandwidthNotification : 0;
        config.Fix(Offset + LinkStatus, 2, link);
        config.Fix(Offset + LinkCapabilities, 4, named | LowPowerL0s | (settings.Port << 24));
        if (settings.Version > 1)
        {
            uint errors = settings.KnowsErrors ? 0xfu : 0;
            config.Allow(Offset + DeviceControl, 2, errors | (_resets ? 1u << InitiateReset : 0));
            config.AllowClear(Offset + DeviceStatus, 2, errors);
            AddSecondVersion(config, settings);
        }
    }

    /// <summary>A port passes on what is for functions 8 to 255 of the device behind it (Alternative Routing-ID Interpretation).</summary>
    public bool ForwardsAri => Bytes == Length && Register(DeviceControl2, 2).Bit(AriForwarding);

    /// <summary>A port does not pass on requests with a prefix such as that of a PASID (End-End TLP Prefix Blocking).</summary>
    public bool BlocksPrefixes => Bytes == Length && (Register(DeviceControl2, 2) & PrefixBlocking) != 0;

    /// <summary>Data Link Layer Link Active: somebody is at the other end.</summary>
    public bool LinkIsActive
    {
        get => (Register(LinkStatus, 2) & LinkActive) != 0;
        set => _function.Config.Poke(Offset + LinkStatus, 2, (Register(LinkStatus, 2) & ~LinkActive) | (value ? LinkActive : 0));
    }

    /// <summary>Software wants to be told of errors of this kind.</summary>
    public bool Reports(ErrorSeverity severity) => Register(DeviceControl, 2).Bit((int)severity);

    /// <summary>Notes an error in Device Status.</summary>
    /// <param name="unsupported">It was an Unsupported Request.</param>
    public void Detected(ErrorSeverity severity, bool unsupported)
    {
        uint bits = (1u << (int)severity) | (unsupported ? 1u << UnsupportedRequest : 0);
        _function.Config.Poke(Offset + DeviceStatus, 2, Register(DeviceStatus, 2) | bits);
    }

    public override void Written(int first, int size)
    {
        if (_resets && Touches(first, size, DeviceControl, 2) && Register(DeviceControl, 2).Bit(InitiateReset))
        {
            _function.FunctionReset();
        }
    }

    private static int LengthOf(ExpressSettings settings) => settings.Version > 1 ? Length : FirstVersionLength;

    private void AddSecondVersion(ConfigSpace config, ExpressSettings settings)
    {
        config.Fix(Offset + DeviceCapabilities2, 4, EndToEndPrefixes | (settings.IsDownstream ? 1u << AriForwarding : 0));
        config.Allow(Offset + DeviceControl2, 2, PrefixBlocking | (settings.IsDownstream ? 1u << AriForwarding : 0));
        if (settings.Type == ExpressType.RootPort)
        {
            config.Allow(Offset + RootControl, 2, 7);
            config.AllowClear(Offset + RootStatus, 4, 1 << 16);
        }

        if (settings.NamesSpeeds)
        {
            // A link of the first two speeds needs no more than Link Capabilities says; QEMU leaves the register zero then.
            bool known = settings.Speed <= 2;
            config.Fix(Offset + LinkCapabilities2, 4, known ? 0 : ((1u << (int)settings.Speed) - 1) << 1);
            config.Fix(Offset + LinkControl2, 2, settings.Speed == 1 ? 0 : settings.Speed);
        }
    }

    private uint Register(int at, int size) => _function.Config.Read(Offset + at, size);
}
