using System;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// A page of a device that has been reached before is held to every check of the first access. Witness: DDI 0487,
/// VMSAv8-64 (access permissions, TLB maintenance, alignment of Device memory); the debugger's own request for watchpoints.
/// </summary>
public sealed unsafe class DevicePageTests : IDisposable
{
    private const ulong Code = 0x4010_0000;
    private const ulong Tables = 0x4020_0000;
    private const ulong TypeRegister = 0x0800_0004;
    private const ulong ReadOnly = 1UL << 7;
    private const ulong Memory = 0x4000_0000 | DeviceBlock;
    private const uint DataAbort = 0x25;

    /// <summary>A valid block with the access flag, for EL1 only; Device-nGnRnE by MAIR_EL1 zero.</summary>
    private const ulong DeviceBlock = (1UL << 10) | 1;

    private const uint LoadWord = 0xb940_0020; // ldr w0, [x1]
    private const uint StoreWord = 0xb900_0020; // str w0, [x1]
    private const uint LoadUnprivileged = 0xb840_0820; // ldtr w0, [x1]

    private readonly GdbHost.Machine.Boards.Machine _machine;

    public DevicePageTests()
    {
        byte[] code = [.. new[] { LoadWord, StoreWord, LoadUnprivileged }.SelectMany(BitConverter.GetBytes)];
        _machine = MachineFactory.Create(
            new MachineConfiguration { MemoryBytes = 64 << 20, Loads = [new LoadFile(new BootFile("code", code), Code)] }, _ => { });
        Write(Tables, DeviceBlock | ReadOnly);
        Write(Tables + 8, Memory);
        Core.Regs[Sr.Ttbr0El1] = Tables;
        Core.Regs[Sr.TcrEl1] = (2UL << 32) | (1 << 23) | 32;
        Core.Regs[Sr.SctlrEl1] |= 1;
        Core.State->Spsr = 0x3c5;
        Core.Translation.RegistersChanged();
        Core.System.Derived.Update();
        Assert.True(Succeeds(LoadWord, TypeRegister));
    }

    private Core Core => _machine.Cores[0];

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(LoadWord, TypeRegister, true)]
    [InlineData(LoadWord, TypeRegister + 1, false)]
    [InlineData(StoreWord, TypeRegister, false)]
    [InlineData(LoadUnprivileged, TypeRegister, false)]
    public void Later_accesses_are_checked_like_the_first(uint instruction, ulong address, bool succeeds) =>
        Assert.Equal(succeeds, Succeeds(instruction, address));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_changed_table_is_seen_from_TLBI_on(bool byAddress)
    {
        Write(Tables, 0);
        Assert.True(Succeeds(LoadWord, TypeRegister));
        Core.Translation.Invalidate(Core.Translation.Complete(byAddress ? TlbiOperation.Vae1 : TlbiOperation.Vmalle1, TypeRegister >> 12));
        Assert.False(Succeeds(LoadWord, TypeRegister));
    }

    [Fact]
    public void A_watchpoint_stops_before_the_access()
    {
        _machine.Cluster.Debug.AddWatchpoint(new Watchpoint(TypeRegister, 4, WatchKind.Read));
        Succeeds(LoadWord, TypeRegister);
        Assert.Equal(DebugStopKind.Watchpoint, _machine.Cluster.Debug.Stop);
        Assert.Equal(Code, Core.State->Pc);
    }

    /// <summary>virtio-mmio transports are 512 bytes, eight to a page: each has its own registers.</summary>
    [Fact]
    public void Devices_that_share_a_page_are_told_apart()
    {
        const ulong Magic = 0x7472_6976;
        for (ulong slot = 0x0a00_0000; slot < 0x0a00_1000; slot += 0x200)
        {
            Assert.True(Succeeds(LoadWord, slot));
            Assert.Equal(Magic, Core.State->X[0]);
            Assert.True(Succeeds(LoadWord, slot + 4));
            Assert.Equal(1UL, Core.State->X[0]);
        }
    }

    /// <summary>Executes one instruction at EL1; false after a Data Abort.</summary>
    private bool Succeeds(uint instruction, ulong address)
    {
        Core.Regs[Sr.EsrEl1] = 0;
        Core.State->Pc = Code + (instruction switch { LoadWord => 0UL, StoreWord => 4, _ => 8 });
        Core.State->X[1] = address;
        _machine.Cluster.Run(1);
        return Core.Regs[Sr.EsrEl1] >> 26 != DataAbort;
    }

    private void Write(ulong address, ulong value) => Assert.Equal(BusResult.Ok, _machine.Bus.Write(new PhysicalAddress(address), 8, value));
}
