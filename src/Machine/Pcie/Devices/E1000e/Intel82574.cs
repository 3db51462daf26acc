using System;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie.Capabilities;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// Intel's 82574L gigabit network card (82574 GbE Controller Family Datasheet, 317694), which QEMU calls e1000e: two receive and two
/// transmit queues with offloads, on a user network of its own. Configuration space is that of QEMU 7.2's.
/// </summary>
internal sealed class Intel82574 : PciFunction, INetworkCard
{
    public const int Vectors = 5;

    public static readonly PciDeviceKind Kind = new("e1000e", "Intel 82574L gigabit network card")
    {
        Backend = BackendKind.Network,
        Make = static (options, context) => new Intel82574(options, context),
    };

    private const ushort DeviceId = 0x10d3;
    private const int RegistersBar = 0;
    private const int FlashBar = 1;
    private const int IoBar = 2;
    private const int MessagesBar = 3;
    private const ulong MessagesBytes = 0x4000;
    private const uint PendingBits = 0x2000;
    private const uint AddressValid = 1u << 31;
    private const int PhyResetAsserted = 10;

    [NotState("fixed when the card was made")]
    private readonly byte[] _address;

    private readonly UserNetwork _network;
    private readonly Receiver _receiver;
    private readonly Transmitter[] _transmitters;
    private readonly IoRegion _io;
    private bool _phyWasReset;

    public Intel82574(PciDeviceOptions options, PciDeviceContext context)
        : base(context.Name, new FunctionIdentity(0x8086, DeviceId, 0x02_0000)
        {
            SubsystemVendor = 0x8086,
            Subsystem = 0,
            InterruptPin = 1,
            IsExpress = true,
            MultiFunction = options.Flag("multifunction", false),
        })
    {
        NetworkBackend back = options.Backend<NetworkBackend>();
        _address = back.HardwareAddress.ToArray();
        Bank = new RegisterBank<Intel82574>(StateName, RegisterTable.Map, this, context.Events);
        Registers = new RegisterRegion(this);
        _io = new IoRegion(this);
        AddBar(new BaseAddress(RegistersBar, BaseAddressKind.Memory32, RegisterTable.Bytes, Registers));
        AddBar(new BaseAddress(FlashBar, BaseAddressKind.Memory32, FlashRegion.Bytes, new FlashRegion(this)));
        AddBar(new BaseAddress(IoBar, BaseAddressKind.Io, IoRegion.Bytes, _io));
        AddCapabilities(context.EndpointType(options));
        Nvm = new Nvm(_address, DeviceId);
        Interrupts = new Interrupts(this, context.Scheduler);
        Phy = new Phy(StateName, context.Scheduler, LinkChanged);
        _receiver = new Receiver(this);
        _transmitters = [new Transmitter(this, 0, context.Scheduler), new Transmitter(this, 1, context.Scheduler)];
        _network = new UserNetwork(back.Network, StateName, this, context.Scheduler);
        ResetRegisters();
    }

    public override UserNetwork Network => _network;

    public RegisterBank<Intel82574> Bank { get; }

    /// <summary>The registers with their second places.</summary>
    public RegisterRegion Registers { get; }

    public Nvm Nvm { get; }

    public Phy Phy { get; }

    public Interrupts Interrupts { get; }

    public Statistics Statistics { get; } = new();

    /// <summary>STATUS: the link, its speed and duplex as CTRL forces them or as negotiated, and whether requests are let out.</summary>
    public uint StatusWord
    {
        get
        {
            const uint FullDuplex = 1 << 0;
            const uint LinkUp = 1 << 1;
            const uint Gigabit = 2;
            const uint DetectedGigabit = Gigabit << 8;
            const uint MasterEnabled = 1 << 19;
            DeviceControl control = new(Bank[Reg.Ctrl]);
            bool forced = control.ForceSpeed || new ExtendedControl(Bank[Reg.CtrlExt]).SpeedBypass;
            uint speed = forced ? Math.Min(control.Speed, Gigabit) : Gigabit;
            return (!control.ForceDuplex || control.FullDuplex ? FullDuplex : 0)
                | (Phy.LinkIsUp ? LinkUp : 0)
                | (speed << 6) | DetectedGigabit
                | (_phyWasReset ? 1u << PhyResetAsserted : 0)
                | (control.MasterDisable ? 0 : MasterEnabled);
        }
    }

    public bool TryReceive(ReadOnlySpan<byte> frame, in FrameOffload offload) => MayMaster && _receiver.TryReceive(frame);

    /// <summary>A frame of the guest's, complete but for its check sequence.</summary>
    public void Send(ReadOnlySpan<byte> frame)
    {
        Statistics.Transmitted(frame);
        if (Phy.IsLoopback || new ReceiveControl(Bank[Reg.Rctl]).MacLoopback)
        {
            _receiver.TryReceive(frame);
        }
        else if (Phy.LinkIsUp)
        {
            _network.Send(frame);
        }
    }

    /// <summary>There may be descriptors to receive into.</summary>
    public void RoomMade() => _network.RoomMade();

    /// <summary>There may be descriptors to send.</summary>
    public void StartTransmit()
    {
        if (!MayMaster)
        {
            return;
        }

        foreach (Transmitter transmitter in _transmitters)
        {
            transmitter.Start();
        }
    }

    public void WriteControl(uint value)
    {
        const uint ResetBits = (1u << 26) | (1u << 31);
        DeviceControl control = new(value);
        if (control.PhyReset)
        {
            _phyWasReset = true;
            Phy.Restart();
        }

        if (control.Reset)
        {
            ResetRegisters();
        }
        else
        {
            Bank[Reg.Ctrl] = value & ~ResetBits;
        }
    }

    /// <summary>Of STATUS only PHYRA can be written, to zero.</summary>
    public void WriteStatus(uint value) => _phyWasReset &= value.Bit(PhyResetAsserted);

    public void AccessPhy(uint value)
    {
        if (Phy.Access(value))
        {
            Interrupts.Raise(InterruptCause.ManagementAccess);
        }
    }

    /// <summary>A write to PBACLR.</summary>
    public void ClearPending()
    {
        for (int vector = 0; vector < Vectors; vector++)
        {
            if (Bank[Reg.Pbaclr].Bit(vector))
            {
                Msix!.ClearPending(vector);
            }
        }
    }

    /// <summary>A read of SWSM takes SMBI, where it was free.</summary>
    public uint TakeSemaphore()
    {
        const uint Swsm = 0x05b50;
        uint read = Bank[Swsm];
        Bank[Swsm] = read | 1;
        return read;
    }

    public void DrivePin(bool asserted) => SetInterrupt(asserted);

    public override void Discard()
    {
        Interrupts.Discard();
        Phy.Discard();
        foreach (Transmitter transmitter in _transmitters)
        {
            transmitter.Discard();
        }

        _network.Discard();
    }

    // Bus Master Enable lets frames in that wait, and descriptors out.
    protected override void ConfigWritten(int offset, int size)
    {
        const int Command = 4;
        if (offset <= Command && offset + size > Command && MayMaster)
        {
            _network.RoomMade();
            StartTransmit();
        }
    }

    protected override void ResetState()
    {
        _phyWasReset = false;
        _io.Address = 0;
        Phy.Reset();
        Nvm.Reset();
        ResetRegisters();
        _network.Reset();
    }

    protected override void SaveState(StateWriter to)
    {
        Bank.Save(to);
        to.Write(_io.Address);
        to.Write(_phyWasReset);
        Nvm.Save(to);
        Phy.Save(to);
        Interrupts.Save(to);
        Statistics.Save(to);
        foreach (Transmitter transmitter in _transmitters)
        {
            transmitter.Save(to);
        }

        _network.Save(to);
    }

    protected override void RestoreState(StateReader from)
    {
        Bank.Restore(from);
        _io.Address = from.ReadUInt32();
        _phyWasReset = from.ReadBool();
        Nvm.Restore(from);
        Phy.Restore(from);
        Interrupts.Restore(from);
        Statistics.Restore(from);
        foreach (Transmitter transmitter in _transmitters)
        {
            transmitter.Restore(from);
        }

        _network.Restore(from);
    }

    // In the order in which QEMU adds them: the last one is the first of the list.
    private void AddCapabilities(ExpressType type)
    {
        Msix msix = Add(new Msix(this, Vectors, MessagesBar, tableAt: 0, PendingBits, at: 0xa0));
        AddBar(new BaseAddress(MessagesBar, BaseAddressKind.Memory32, MessagesBytes, msix));
        Add(new ExpressCapability(this, new ExpressSettings(type) { Version = 1, At = 0xe0 }));
        Add(new Msi(this, vectors: 1, at: 0xd0));
        Add(new PowerManagement(this, PowerSettings.WithWakeUp, at: 0xc8));
        Add(new ErrorReporting(this, isRoot: false, at: 0x100, recordsOne: true));
        Add(new SerialNumber(this, _address, at: 0x140));
    }

    /// <summary>CTRL.RST: registers, queues and interrupts; PHY and NVM stay as they are.</summary>
    private void ResetRegisters()
    {
        Bank.Reset();
        Bank[Reg.Ra] = BitConverter.ToUInt32(_address, 0);
        Bank[Reg.Ra + sizeof(uint)] = BitConverter.ToUInt16(_address, sizeof(uint)) | AddressValid;
        Statistics.Reset();
        Interrupts.Reset();
        foreach (Transmitter transmitter in _transmitters)
        {
            transmitter.Reset();
        }
    }

    private void LinkChanged()
    {
        const uint FlowControl = (1u << 27) | (1u << 28);
        if (Phy.LinkIsUp)
        {
            Bank[Reg.Ctrl] |= FlowControl;
        }

        Interrupts.Raise(InterruptCause.LinkChange);
        _network.RoomMade();
    }
}
