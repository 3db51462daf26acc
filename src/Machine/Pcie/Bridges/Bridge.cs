using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Bridges;

/// <summary>
/// A function that leads to another bus (PCI-to-PCI Bridge Architecture Specification 1.2, chapter 3, type 1 header): the
/// numbers that software gives to the buses behind it, and windows for addresses that lie there.
/// </summary>
internal abstract class Bridge : PciFunction
{
    private const int PrimaryBus = 0x18;
    private const int SecondaryBusNumber = 0x19;
    private const int SubordinateBus = 0x1a;
    private const int IoBase = 0x1c;
    private const int IoLimit = 0x1d;
    private const int SecondaryStatus = 0x1e;
    private const int MemoryBase = 0x20;
    private const int MemoryLimit = 0x22;
    private const int PrefetchBase = 0x24;
    private const int PrefetchLimit = 0x26;
    private const int PrefetchBaseUpper = 0x28;
    private const int PrefetchLimitUpper = 0x2c;
    private const int BridgeControl = 0x3e;

    private const int SecondaryBusReset = 6;
    private const uint BridgeControlWritable = 0x5f;
    private const uint Window64 = 0x1;
    private const ulong IoGranule = 0xfff;
    private const ulong MemoryGranule = 0xf_ffff;

    [NotState("seen from the Bridge Control register")]
    private bool _resetting;

    /// <param name="root">The root complex that the bridge is of.</param>
    /// <param name="secondary">Name of the bus behind it.</param>
    /// <param name="devices">Devices that bus has room for.</param>
    protected Bridge(string name, FunctionIdentity identity, RootComplex root, string secondary, int devices)
        : base(name, identity with { HeaderType = 1 })
    {
        Secondary = new PciBus(secondary, root, this, devices);
        Config.Allow(PrimaryBus, 4, uint.MaxValue);
        Config.AllowClear(SecondaryStatus, 2, (uint)FunctionErrors.All);
        SetWindows(ioBase: 0, memoryBase: 0);
        Config.Allow(PrefetchBaseUpper, 4, uint.MaxValue);
        Config.Allow(PrefetchLimitUpper, 4, uint.MaxValue);
        Config.Allow(BridgeControl, 2, BridgeControlWritable);
    }

    /// <summary>The bus behind it.</summary>
    public PciBus Secondary { get; }

    /// <summary>The number that software has given to <see cref="Secondary"/>.</summary>
    public int SecondaryBus => (int)Config.Read(SecondaryBusNumber, 1);

    /// <summary>Requests from behind it always go up, also those for neighbors (Access Control Services, P2P Request Redirect).</summary>
    public virtual bool RedirectsPeers => false;

    /// <summary>The bus behind it is inside a switch: its other end are downstream ports.</summary>
    public virtual bool LeadsIntoSwitch => false;

    /// <summary>There is a way to the bus behind it.</summary>
    protected virtual bool IsLinked => true;

    private bool InReset => Config.Read(BridgeControl, 2).Bit(SecondaryBusReset);

    /// <summary>A bus is behind it, whether or not one can get there now.</summary>
    public bool LeadsTo(int bus) => !InReset && IsLinked && bus >= SecondaryBus && bus <= Config.Read(SubordinateBus, 1);

    /// <summary>Whether a configuration access on the bus behind it goes out to a device there.</summary>
    public virtual bool Reaches(int deviceFunction) => true;

    /// <summary>An address from above is in one of its windows.</summary>
    public bool Passes(bool io, ulong address)
    {
        if (InReset || !IsOn || !IsLinked)
        {
            return false;
        }

        if (io)
        {
            ulong first = (ulong)Config.Read(IoBase, 1).Field(7, 4) << 12;
            ulong last = ((ulong)Config.Read(IoLimit, 1).Field(7, 4) << 12) | IoGranule;
            return Config.IoSpaceEnabled && address >= first && address <= last;
        }

        return Config.MemorySpaceEnabled
            && (IsIn(address, MemoryStart(MemoryBase), MemoryStart(MemoryLimit))
                || IsIn(address, PrefetchStart(PrefetchBase, PrefetchBaseUpper), PrefetchStart(PrefetchLimit, PrefetchLimitUpper)));
    }

    /// <summary>Whether the bridge itself lets a request up; ports have access control beside that.</summary>
    public bool MayForward(in DmaRequest request) => MayMaster && !InReset && !Passes(io: false, request.Address);

    /// <summary>What the bridge does with a request from behind it: on towards the root, or why not.</summary>
    public virtual DmaResult Forward(in DmaRequest request) =>
        MayForward(request) ? DmaResult.Ok : DmaResult.NotForwarded;

    /// <summary>An error message from behind it.</summary>
    public virtual void PassError(ErrorSeverity severity, RequesterId from)
    {
    }

    /// <summary>After a reset the windows end before they begin.</summary>
    protected void CloseWindows() => SetWindows(ioBase: 0xf0, memoryBase: 0xfff0);

    protected override void ConfigWritten(int offset, int size)
    {
        bool before = _resetting;
        _resetting = InReset;
        if (_resetting && !before)
        {
            Secondary.Reset(whole: false);
        }
    }

    /// <summary>A reset of the bridge is one of all that is behind it.</summary>
    protected override void ResetState()
    {
        _resetting = false;
        Secondary.Reset(whole: false);
    }

    protected override void RestoreState(StateReader from) => _resetting = InReset;

    private static bool IsIn(ulong address, ulong first, ulong last) => address >= first && address <= (last | MemoryGranule);

    private void SetWindows(uint ioBase, uint memoryBase)
    {
        Config.Fix(IoBase, 1, ioBase);
        Config.Allow(IoBase, 1, 0xf0);
        Config.Allow(IoLimit, 1, 0xf0);
        Config.Fix(MemoryBase, 2, memoryBase);
        Config.Fix(PrefetchBase, 2, memoryBase | Window64);
        Config.Fix(PrefetchLimit, 2, Window64);
        foreach (int register in (ReadOnlySpan<int>)[MemoryBase, MemoryLimit, PrefetchBase, PrefetchLimit])
        {
            Config.Allow(register, 2, 0xfff0);
        }
    }

    private ulong MemoryStart(int register) => (ulong)Config.Read(register, 2).Field(15, 4) << 20;

    private ulong PrefetchStart(int register, int upper) => MemoryStart(register) | ((ulong)Config.Read(upper, 4) << 32);
}
