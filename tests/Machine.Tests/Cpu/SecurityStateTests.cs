using System;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// The Security state of an access: of the core, of SCR_EL3.NS, and of the NS bits of tables. Witness: DDI 0487, VMSAv8-64
/// (NS and NSTable), SCR_EL3; IHI 0048 for what the GIC shows to whom.
/// </summary>
public sealed unsafe class SecurityStateTests : IDisposable
{
    private const ulong Code = 0x4010_0000;
    private const ulong Tables = 0x4020_0000;
    private const ulong GroupRegister = 0x0800_0080;
    private const ulong SecureRam = 0x0e00_0000;
    private const ulong NsBit = 1UL << 5;
    private const ulong NsTable = 1UL << 63;

    /// <summary>A valid block with the access flag, Device-nGnRnE by MAIR_EL3 zero.</summary>
    private const ulong DeviceBlock = (1UL << 10) | 1;

    private const uint LoadWord = 0xb940_0020; // ldr w0, [x1]
    private const uint BranchSelf = 0x1400_0000; // b .

    private readonly GdbHost.Machine.Boards.Machine _machine;

    public SecurityStateTests()
    {
        byte[] code = [.. new[] { LoadWord, BranchSelf }.SelectMany(BitConverter.GetBytes)];
        _machine = MachineFactory.Create(
            new MachineConfiguration { El3 = true, MemoryBytes = 64 << 20, Loads = [new LoadFile(new BootFile("code", code), Code)] }, _ => { });
        Assert.Equal(BusResult.Ok, _machine.Bus.Write(new PhysicalAddress(GroupRegister), 4, 0xff00));
    }

    private Core Core => _machine.Cores[0];

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void EL3_without_translation_is_Secure() => Assert.Equal(0xff00UL, Load(GroupRegister));

    [Theory]
    [InlineData(0UL, 0xff00UL)]
    [InlineData(NsBit, 0UL)]
    public void At_EL3_the_descriptors_NS_bit_decides(ulong ns, ulong seen)
    {
        Translate(DeviceBlock | ns, 0x4000_0000 | DeviceBlock);
        Assert.Equal(seen, Load(GroupRegister));

        // From the TLB as from the walk.
        Assert.Equal(seen, Load(GroupRegister));
    }

    [Fact]
    public void A_Non_secure_mapping_of_Secure_memory_is_an_external_abort_at_EL3()
    {
        Translate(DeviceBlock | NsBit, 0x4000_0000 | DeviceBlock);
        Load(SecureRam);
        Assert.Equal(0x25u, Core.Regs[Sr.EsrEl3] >> 26);
        Assert.Equal(0x10u, Core.Regs[Sr.EsrEl3] & 0x3f);
        Assert.Equal(SecureRam, Core.Regs[Sr.FarEl3]);
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(NsTable, true)]
    public void Tables_below_NSTable_are_read_from_Non_secure_memory(ulong nsTable, bool aborts)
    {
        // The second-level table lies in Secure RAM: a Non-secure read of it finds nothing.
        for (ulong entry = 0; entry < 512; entry++)
        {
            Write(SecureRam + (entry * 8), (entry << 21) | DeviceBlock);
        }

        Translate(SecureRam | 3 | nsTable, 0x4000_0000 | DeviceBlock);
        Load(GroupRegister);
        Assert.Equal(aborts, Core.Regs[Sr.EsrEl3] >> 26 == 0x25);
        if (aborts)
        {
            // Synchronous external abort on translation table walk, level 2.
            Assert.Equal(0x16u, Core.Regs[Sr.EsrEl3] & 0x3f);
        }
    }

    [Theory]
    [InlineData(0UL, 0xff00UL)]
    [InlineData(1UL, 0UL)]
    public void At_EL1_SCR_EL3_NS_decides_and_what_was_kept_of_the_other_state_is_not_used(ulong ns, ulong seen)
    {
        foreach (ulong state in new[] { ns ^ 1, ns })
        {
            Core.Regs[Sr.ScrEl3] = (Core.Regs[Sr.ScrEl3] & ~1UL) | state;
            Core.State->Spsr = 0x3c5;
            Core.Translation.RegistersChanged();
            Core.System.Derived.Update();
            ulong value = Load(GroupRegister);
            Assert.True(state != ns || value == seen);
            if (state == ns)
            {
                ulong secret = Load(SecureRam);
                Assert.Equal(ns == 0 ? 0x1234UL : ulong.MaxValue, secret);
            }
        }
    }

    /// <summary>EL3 with a level-1 table of four 1 GiB entries: the first two as given.</summary>
    private void Translate(ulong first, ulong second)
    {
        Write(Tables, first);
        Write(Tables + 8, second);
        Core.Regs[Sr.Ttbr0El3] = Tables;
        Core.Regs[Sr.TcrEl3] = 0x8080_0000 | 32 | (2 << 16);
        Core.Regs[Sr.SctlrEl3] |= 1;
        Core.Translation.RegistersChanged();
        Core.System.Derived.Update();
    }

    /// <summary>Executes a load of a word and nothing else; all ones if it did not get to the end.</summary>
    private ulong Load(ulong address)
    {
        if (address == SecureRam && Core.State->El == ExceptionLevel.El1)
        {
            Write(SecureRam, 0x1234);
        }

        Core.State->Pc = Code;
        Core.State->X[0] = ulong.MaxValue;
        Core.State->X[1] = address;
        _machine.Cluster.Run(1);
        return Core.State->X[0];
    }

    private void Write(ulong address, ulong value) => Assert.Equal(BusResult.Ok, _machine.Bus.Write(new PhysicalAddress(address), 8, value));
}
