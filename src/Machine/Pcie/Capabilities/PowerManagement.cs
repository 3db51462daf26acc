using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>What a function says of its power management, and what of it software can write.</summary>
/// <param name="Capabilities">Power Management Capabilities, 16 bits.</param>
/// <param name="Writable">Of Power Management Control/Status.</param>
/// <param name="Clearable">Bits of it that ones clear.</param>
/// <param name="KeepsState">No_Soft_Reset.</param>
internal sealed record PowerSettings(uint Capabilities, uint Writable, uint Clearable, bool KeepsState)
{
    /// <summary>Version 3, and nothing but states; the way back to D0 is a reset.</summary>
    public static readonly PowerSettings Resetting = new(Capabilities: 3, Writable: 3, Clearable: 0, KeepsState: false);

    /// <summary>Version 3, and nothing but states; nothing is lost on the way back to D0.</summary>
    public static readonly PowerSettings Keeping = Resetting with { KeepsState = true };

    /// <summary>Version 2 with Device Specific Initialization, PME and data registers, as network cards have it.</summary>
    public static readonly PowerSettings WithWakeUp = new(Capabilities: 0x22, Writable: 0x1f03, Clearable: 0x8000, KeepsState: false);
}

/// <summary>
/// PCI Power Management (PCI Bus Power Management Interface Specification 1.2, section 3.2): states D0 and D3hot. In
/// D3hot only configuration space answers, and the way back to D0 is a reset of the function unless No_Soft_Reset is set.
/// </summary>
internal sealed class PowerManagement : Capability
{
    private const byte Id = 0x01;
    private const int Length = 8;
    private const int Capabilities = 2;
    private const int Control = 4;
    private const int NoSoftReset = 3;
    private const uint D3Hot = 3;

    private readonly PciFunction _function;
    private uint _state;

    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public PowerManagement(PciFunction function, PowerSettings settings, int? at = null)
        : base(function.Config.AddCapability(Id, Length, at), Length)
    {
        _function = function;
        function.Config.Fix(Offset + Capabilities, 2, settings.Capabilities);
        function.Config.Fix(Offset + Control, 2, settings.KeepsState ? 1u << NoSoftReset : 0);
        function.Config.Allow(Offset + Control, 2, settings.Writable);
        function.Config.AllowClear(Offset + Control, 2, settings.Clearable);
    }

    public bool IsOn => _state != D3Hot;

    private uint ControlRegister => _function.Config.Read(Offset + Control, 2);

    public override void Written(int first, int size)
    {
        if (!Touches(first, size, Control, 2))
        {
            return;
        }

        uint wanted = ControlRegister.Field(1, 0);
        uint before = _state;
        if (wanted is not (0 or D3Hot))
        {
            // D1 and D2 are not supported: the write is lost (section 3.2.4, PowerState).
            _function.Config.Poke(Offset + Control, 2, ControlRegister.WithField(1, 0, before));
            return;
        }

        _state = wanted;
        if (before == D3Hot && wanted == 0 && !ControlRegister.Bit(NoSoftReset))
        {
            _function.FunctionReset();
        }
    }

    public override void Reset() => _state = 0;

    public override void Save(StateWriter to) => to.Write(_state);

    public override void Restore(StateReader from) => _state = from.ReadUInt32();
}
