using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Capabilities;

namespace GdbHost.Machine.Pcie.Bridges;

/// <summary>What a slot has.</summary>
/// <param name="Number">Physical Slot Number, 13 bits.</param>
/// <param name="HotPlug">Devices may come and go while the machine runs.</param>
/// <param name="PowerController">Software can switch the slot's power.</param>
/// <param name="LinkEvents">Data Link Layer State Changed can be enabled; QEMU 7.2's slots do not have it.</param>
internal sealed record SlotSettings(uint Number, bool HotPlug, bool PowerController, bool LinkEvents);

/// <summary>
/// The slot registers of a port (PCI Express Base Specification, Slot Capabilities, Slot Control, Slot Status, and Hot-Plug
/// Events): button, indicators, power and presence. A device that is to go leaves once software has switched power and
/// power indicator off, or at once where they are off.
/// </summary>
internal sealed class Slot : Capability
{
    private const int Length = 8;
    private const int Control = 4;
    private const int Status = 6;

    private const uint AttentionButton = 1 << 0;
    private const uint PresenceChanged = 1 << 3;
    private const uint CommandCompleted = 1 << 4;
    private const uint HotPlugInterrupt = 1 << 5;
    private const uint PresenceState = 1 << 6;
    private const uint InterlockStatus = 1 << 7;
    private const uint LinkChanged = 1 << 8;
    private const uint InterlockControl = 1 << 11;
    private const uint LinkChangedEnable = 1 << 12;
    private const uint AttentionOff = 3 << 6;
    private const uint PowerIndicator = 3 << 8;
    private const uint PowerIndicatorOn = 1 << 8;
    private const uint PowerIndicatorBlinks = 2 << 8;
    private const uint PowerOff = 1 << 10;

    private const uint EventsAlways = AttentionButton | PresenceChanged | CommandCompleted;

    private readonly ExpressPort _port;
    private readonly SlotSettings _settings;
    [NotState("Slot Control before the write under way")]
    private uint _controlBefore;

    /// <param name="offset">Of Slot Capabilities in configuration space.</param>
    public Slot(ExpressPort port, int offset, SlotSettings settings)
        : base(offset, Length)
    {
        const uint InterlockIndicatorsAndButton = 0x2_0019;
        const uint SurpriseAndHotPlug = 0x60;
        const uint Controller = 0x2;
        _port = port;
        _settings = settings;
        ConfigSpace config = port.Config;
        config.Fix(offset, 4, (settings.Number << 19) | InterlockIndicatorsAndButton
            | (settings.HotPlug ? SurpriseAndHotPlug : 0) | (settings.PowerController ? Controller : 0));
        config.Allow(offset + Control, 2, AttentionButton | PresenceChanged | CommandCompleted | HotPlugInterrupt | AttentionOff
            | PowerIndicator | InterlockControl | (settings.PowerController ? PowerOff : 0) | (settings.LinkEvents ? LinkChangedEnable : 0));
        config.AllowClear(offset + Status, 2, EventsAlways | (settings.LinkEvents ? LinkChanged : 0));
    }

    public bool HotPlug => _settings.HotPlug;

    /// <summary>Power is on, or always there.</summary>
    public bool IsPowered => !_settings.PowerController || (ControlRegister & PowerOff) == 0;

    /// <summary>Software blinks the power indicator: it is busy with an earlier event.</summary>
    public bool IsBusy => (ControlRegister & PowerIndicator) == PowerIndicatorBlinks;

    /// <summary>The port's interrupt is asked for.</summary>
    public bool WantsInterrupt
    {
        get
        {
            uint enabled = ControlRegister & EventsAlways;
            enabled |= _settings.LinkEvents && (ControlRegister & LinkChangedEnable) != 0 ? LinkChanged : 0;
            return (ControlRegister & HotPlugInterrupt) != 0 && (StatusRegister & enabled) != 0;
        }
    }

    /// <summary>Presence Detect State, power, power indicator and the events in Slot Status that software has not cleared, in words.</summary>
    public string InWords
    {
        get
        {
            (uint Bit, string Name)[] names =
                [(AttentionButton, "attention button"), (PresenceChanged, "presence changed"), (CommandCompleted, "command completed"), (LinkChanged, "link changed")];
            string[] events = [.. names.Where(n => (StatusRegister & n.Bit) != 0).Select(static n => n.Name)];
            string indicator = (ControlRegister & PowerIndicator) switch { PowerIndicatorOn => "on", PowerIndicatorBlinks => "blinks", _ => "off" };
            return $"{((StatusRegister & PresenceState) != 0 ? "occupied" : "empty")}, power {(IsPowered ? "on" : "off")}, power indicator {indicator}; "
                + (events.Length == 0 ? "no events wait" : $"events: {string.Join(", ", events)}");
        }
    }

    private bool IsPopulated => _port.Secondary.Functions.Any();

    private uint ControlRegister
    {
        get => _port.Config.Read(Offset + Control, 2);
        set => _port.Config.Poke(Offset + Control, 2, value);
    }

    private uint StatusRegister
    {
        get => _port.Config.Read(Offset + Status, 2);
        set => _port.Config.Poke(Offset + Status, 2, value);
    }

    /// <summary>A device has been put in while the machine runs.</summary>
    public void Plugged()
    {
        StatusRegister |= PresenceState;
        SetLink(true);
        Raise(PresenceChanged | AttentionButton);
    }

    /// <summary>The user wants the device out: asks software, or takes it where power and indicator are off.</summary>
    public void RequestRemoval()
    {
        if (IsOff(ControlRegister))
        {
            Eject();
        }
        else
        {
            Raise(AttentionButton);
        }
    }

    /// <summary>Takes the device out, without asking.</summary>
    public void Eject()
    {
        RootComplex root = _port.Secondary.Root;
        foreach (PciFunction function in _port.Secondary.Functions.ToArray())
        {
            root.Unplug(function);
        }

        StatusRegister &= ~PresenceState;
        SetLink(false);
        Raise(PresenceChanged);
    }

    public override void Written(int first, int size)
    {
        if (!Touches(first, size, Control, 2))
        {
            _port.Signal();
            return;
        }

        uint before = _controlBefore;
        if ((ControlRegister & InterlockControl) != 0)
        {
            ControlRegister &= ~InterlockControl;
            StatusRegister ^= InterlockStatus;
        }

        _controlBefore = ControlRegister;
        if ((StatusRegister & PresenceState) != 0 && IsOff(ControlRegister) && !IsOff(before))
        {
            Eject();
        }

        Raise(CommandCompleted);
    }

    public override void Reset()
    {
        bool populated = IsPopulated;
        ControlRegister = AttentionOff
            | (!_settings.PowerController ? 0 : populated ? PowerIndicatorOn : PowerIndicator | PowerOff);
        StatusRegister = populated ? PresenceState : 0;
        _port.Express!.LinkIsActive = populated;
        _controlBefore = ControlRegister;
    }

    public override void Restore(StateReader from) => _controlBefore = ControlRegister;

    private static bool IsOff(uint control) => (control & PowerOff) != 0 && (control & PowerIndicator) == PowerIndicator;

    private void SetLink(bool active)
    {
        if (_port.Express!.LinkIsActive != active)
        {
            _port.Express.LinkIsActive = active;
            StatusRegister |= _settings.LinkEvents ? LinkChanged : 0;
        }
    }

    private void Raise(uint events)
    {
        StatusRegister |= events;
        _port.Signal();
    }
}
