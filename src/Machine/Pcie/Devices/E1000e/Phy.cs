using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// The PHY on the card (Intel 317694, PHY Registers; its ID is 0x01410cb1), which MDIC reads and writes. Nobody pulls the cable, so
/// negotiation always succeeds: 500 ms of virtual time after it was started, as on QEMU.
/// </summary>
internal sealed class Phy
{
    private const int Registers = 32;
    private const int Pages = 7;
    private const uint Address = 1;
    private const ulong NegotiationNanoseconds = 500_000_000;

    private const int Control = 0;
    private const int StatusRegister = 1;
    private const int PartnerAbility = 5;
    private const int CopperStatus = 17;
    private const int PageSelect = 22;
    private const int OemBits = 25;

    private const uint ControlReserved = 0x003f;
    private const int RestartNegotiation = 9;
    private const int NegotiationEnable = 12;
    private const int LoopbackBit = 14;
    private const int ControlReset = 15;
    private const int OemRestart = 10;
    private const ushort LinkStatus = 1 << 2;
    private const ushort NegotiationComplete = 1 << 5;
    private const ushort PartnerAcknowledge = 1 << 14;
    private const ushort CopperUp = 0x0c00;

    private const uint MdicWrite = 1;
    private const uint MdicRead = 2;
    private const uint MdicReady = 1 << 28;
    private const uint MdicError = 1 << 30;
    private const int MdicInterrupt = 29;

    /// <summary>Registers 0 to 10, 15 and 22 are the same on every page.</summary>
    private const uint AnyPage = 0x0040_87ff;

#pragma warning disable format
    /// <summary>Which registers there are, what they are after a reset, and whether they can be written.</summary>
    private static readonly (int Page, int Number, ushort Reset, bool Writable)[] Table =
    [
        (0,  0, 0x1140, true), (0,  1, 0x794d, false), (0,  2, 0x0141, false), (0,  3, 0x0cb1, false),
        (0,  4, 0x0de1, true), (0,  5, 0x07e0, false), (0,  6, 0x0004, false), (0,  7, 0x2001, true),
        (0,  8, 0x0000, false), (0, 9, 0x0f00, true),  (0, 10, 0x3c00, false), (0, 15, 0x3000, false),
        (0, 16, 0x3360, true), (0, 17, 0xac08, false), (0, 18, 0x0000, true),  (0, 19, 0x0000, false),
        (0, 20, 0x0000, true), (0, 21, 0x0000, false), (0, 22, 0x0000, true),  (0, 25, 0x0000, true),
        (0, 26, 0x0000, true), (0, 29, 0x0000, true),  (0, 30, 0x0000, true),
        (2, 16, 0x0088, true), (2, 18, 0x0000, true),  (2, 19, 0x0000, false), (2, 21, 0x1046, true),
        (3, 16, 0x0000, true), (3, 17, 0x0000, true),  (3, 18, 0x4005, true),  (3, 19, 0x0000, true),
        (5, 20, 0x0000, false), (5, 21, 0x0000, false),
        (6, 17, 0x0000, false),
    ];
#pragma warning restore format

    private readonly uint[] _values = new uint[Pages * Registers];
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _negotiated;
    private readonly Action _linkChanged;
    private uint _mdic;

    /// <param name="linkChanged">Called when the link has come up or gone down.</param>
    public Phy(string name, Scheduler scheduler, Action linkChanged)
    {
        _scheduler = scheduler;
        _linkChanged = linkChanged;
        _negotiated = scheduler.Create(name + " negotiation", Negotiated);
        Reset();
    }

    public bool LinkIsUp => (_values[StatusRegister] & LinkStatus) != 0;

    public bool IsLoopback => _values[Control].Bit(LoopbackBit);

    public uint Mdic => _mdic;

    /// <summary>A write to MDIC; true where software wants an interrupt for it.</summary>
    public bool Access(uint value)
    {
        uint register = value.Field(20, 16);
        bool mine = value.Field(25, 21) == Address;
        uint page = AnyPage.Bit((int)register) ? 0 : _values[PageSelect];
        int row = mine ? Array.FindIndex(Table, r => r.Page == page && r.Number == register) : -1;
        uint index = (page * Registers) + register;
        switch (value.Field(27, 26))
        {
            case MdicRead when row >= 0:
                value = value.WithField(15, 0, _values[index]);
                break;
            case MdicWrite when row >= 0 && Table[row].Writable:
                Write(index, value.Field(15, 0));
                break;
            case MdicRead or MdicWrite:
                value = (mine ? value : _mdic) | MdicError;
                break;
        }

        _mdic = value | MdicReady;
        return value.Bit(MdicInterrupt);
    }

    /// <summary>The PHY's own reset: registers as after power-on, and negotiation begins.</summary>
    public void Restart()
    {
        Fill();
        Negotiate();
    }

    /// <summary>A reset of the whole card: the link is up at once, as on QEMU.</summary>
    public void Reset()
    {
        _negotiated.Disarm();
        _mdic = 0;
        Fill();
    }

    public void Discard() => _scheduler.Remove(_negotiated);

    public void Save(StateWriter to)
    {
        to.Write(_values.AsSpan());
        to.Write(_mdic);
    }

    public void Restore(StateReader from)
    {
        from.ReadWords(_values.AsSpan());
        _mdic = from.ReadUInt32();
    }

    private void Fill()
    {
        Array.Clear(_values);
        foreach ((int page, int number, ushort reset, bool _) in Table)
        {
            _values[(page * Registers) + number] = reset;
        }
    }

    private void Write(uint index, uint value)
    {
        switch (index)
        {
            case Control when value.Bit(ControlReset):
                Restart();
                break;
            case Control:
                bool restarts = value.Bit(RestartNegotiation) && value.Bit(NegotiationEnable);
                _values[Control] = value & ~(ControlReserved | (1u << RestartNegotiation));
                if (restarts)
                {
                    Negotiate();
                }

                break;
            case OemBits when value.Bit(OemRestart):
                _values[OemBits] = value & ~(1u << OemRestart);
                Negotiate();
                break;
            case PageSelect:
                // A page that is not there has the registers of all pages only.
                _values[PageSelect] = value & 0x7f;
                break;
            default:
                _values[index] = value;
                break;
        }
    }

    private void Negotiate()
    {
        bool wasUp = LinkIsUp;
        _values[StatusRegister] &= ~(uint)(LinkStatus | NegotiationComplete);
        _values[PartnerAbility] &= ~(uint)PartnerAcknowledge;
        _values[CopperStatus] &= ~(uint)CopperUp;
        _negotiated.Arm(_scheduler.Clock.Now + NegotiationNanoseconds);
        if (wasUp)
        {
            _linkChanged();
        }
    }

    private void Negotiated()
    {
        _values[StatusRegister] |= LinkStatus | NegotiationComplete;
        _values[PartnerAbility] |= PartnerAcknowledge;
        _values[CopperStatus] |= CopperUp;
        _linkChanged();
    }
}
