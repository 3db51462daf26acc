using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Bridges;

/// <summary>What a port of PCI Express is made of.</summary>
/// <param name="Identity">What it says it is.</param>
/// <param name="Express">Its kind and link.</param>
internal sealed record PortSettings(FunctionIdentity Identity, ExpressSettings Express)
{
    /// <summary>Its slot; null where it has none.</summary>
    public SlotSettings? Slot { get; init; }

    /// <summary>Where the Subsystem ID capability is.</summary>
    public int SubsystemAt { get; init; }

    public ushort SubsystemVendor { get; init; }

    /// <summary>Where MSI is; null for one vector of MSI-X behind base address register 0.</summary>
    public int? MsiAt { get; init; }

    public bool HasAccessControl { get; init; }

    /// <summary>After a reset its windows are closed, as of QEMU's root port; else they are open at address 0.</summary>
    public bool ClosesWindows { get; init; }
}

/// <summary>A root port, or a port of a switch.</summary>
internal sealed class ExpressPort : Bridge
{
    private const int BridgeControl = 0x3e;
    private const int SystemErrorEnable = 1;

    private readonly PortSettings _settings;
    private readonly ErrorReporting _errors;
    private readonly AccessControl? _access;
    private bool _signaled;

    public ExpressPort(PortSettings settings, PciDeviceOptions options, PciDeviceContext context)
        : base(
            context.Name, settings.Identity with { IsExpress = true, MultiFunction = options.Flag("multifunction", false) },
            context.Root, options.Request.Name, settings.Express.IsDownstream ? 1 : PciBus.MaxDevices)
    {
        _settings = settings;
        if (settings.ClosesWindows)
        {
            CloseWindows();
        }

        if (settings.MsiAt is int msi)
        {
            Add(new Msi(this, vectors: 1, at: msi));
            Add(new SubsystemId(this, settings.SubsystemVendor, 0, settings.SubsystemAt));
        }
        else
        {
            Add(new SubsystemId(this, settings.SubsystemVendor, 0, settings.SubsystemAt));
            Add(Msix.WithOwnBar(this, vectors: 1, bar: 0));
        }

        Add(new ExpressCapability(this, settings.Express with { HasSlot = settings.Slot is not null }));
        if (settings.Slot is SlotSettings slot)
        {
            Slot = Add(new Slot(this, Express!.Offset + ExpressCapability.SlotRegisters, slot));
        }

        _errors = Add(new ErrorReporting(this, settings.Express.Type == ExpressType.RootPort));
        _access = settings.HasAccessControl ? Add(new AccessControl(this)) : null;
    }

    /// <summary>The slot; null where the port has none.</summary>
    public Slot? Slot { get; }

    public override bool RedirectsPeers => _access?.RedirectsRequests ?? false;

    public override bool LeadsIntoSwitch => _settings.Express.Type == ExpressType.SwitchUpstream;

    /// <summary>The interrupt may have to be raised or let go: a message at its rising, the pin as long as it is asked for.</summary>
    public void Signal()
    {
        bool wanted = Slot is { WantsInterrupt: true } || _errors.WantsInterrupt;
        bool rises = wanted && !_signaled;
        _signaled = wanted;
        if (!UsesMessages)
        {
            SetInterrupt(wanted);
        }
        else if (rises)
        {
            Msix?.Notify(0);
            Msi?.Notify(0);
        }
    }

    /// <summary>A root port has got an error message.</summary>
    public void ReceiveError(ErrorSeverity severity, RequesterId from)
    {
        _errors.Received(severity, from);
        Signal();
    }

    // Downstream devices are number 0; other numbers are functions of it where software has said so (ARI).
    public override bool Reaches(int deviceFunction) =>
        IsLinked && (!_settings.Express.IsDownstream || deviceFunction < PciBus.FunctionsPerDevice || Express!.ForwardsAri);

    public override DmaResult Forward(in DmaRequest request)
    {
        if (!IsLinked)
        {
            return DmaResult.NotForwarded;
        }

        int bus = request.Requester.Value >> 8;
        bool violates = _access is not null
            && ((_access.ValidatesSource && !LeadsTo(bus))
                || (_access.BlocksTranslated && request.AddressType != AddressType.Untranslated));
        if (violates)
        {
            _errors.Uncorrectable(ErrorReporting.AccessControlViolation, HeaderOf(request));
            return DmaResult.AccessControlViolation;
        }

        if (request.Prefix.IsPresent && Express!.BlocksPrefixes)
        {
            _errors.Uncorrectable(ErrorReporting.PrefixBlocked, HeaderOf(request));
            return DmaResult.NotForwarded;
        }

        return base.Forward(request);
    }

    public override void PassError(ErrorSeverity severity, RequesterId from)
    {
        if (!Config.Read(BridgeControl, 2).Bit(SystemErrorEnable))
        {
            return;
        }

        if (_settings.Express.Type == ExpressType.RootPort)
        {
            ReceiveError(severity, from);
        }
        else
        {
            Bus?.Bridge?.PassError(severity, from);
        }
    }

    protected override bool IsLinked => Slot?.IsPowered ?? true;

    protected override void ConfigWritten(int offset, int size)
    {
        base.ConfigWritten(offset, size);
        Signal();
    }

    protected override void ResetState()
    {
        base.ResetState();
        _signaled = false;
    }

    protected override void SaveState(StateWriter to) => to.Write(_signaled);

    protected override void RestoreState(StateReader from)
    {
        base.RestoreState(from);
        _signaled = from.ReadBool();
    }

    // The first words of a memory request with a 64-bit address (PCI Express Base Specification, Memory Request Header).
    private static uint[] HeaderOf(in DmaRequest request)
    {
        uint format = request.IsWrite ? 0x6000_0000u : 0x2000_0000u;
        uint words = (uint)((request.Length + 3) / 4) & 0x3ff;
        return [format | words, ((uint)request.Requester.Value << 16) | 0xff, (uint)(request.Address >> 32), (uint)request.Address & ~3u];
    }
}
