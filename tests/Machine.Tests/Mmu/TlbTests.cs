using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Mmu;

/// <summary>What the TLB keeps, and what each TLBI takes away. Right is DDI 0487, TLB maintenance instructions.</summary>
public sealed class TlbTests
{
    private const ulong Stage1Table = 0x4800_0000;
    private const ulong Stage2Table = 0x4a00_0000;
    private const ulong AccessFlag = 1UL << 10;
    private const ulong NotGlobal = 1UL << 11;
    private const ulong ReadWriteStage2 = 3UL << 6;
    private const ulong Normal = 15UL << 2;
    private const ulong Table = 3;
    private const ulong Block = 1;
    private const ulong Page = 3;

    /// <summary>Its table entry is global.</summary>
    private const ulong GlobalAddress = 0x1000;

    /// <summary>Its table entry belongs to the ASID.</summary>
    private const ulong LocalAddress = 0x2000;

    [Fact]
    public void Changed_table_is_not_seen_until_TLBI()
    {
        using TranslationMachine machine = El1();
        ulong before = Physical(machine, GlobalAddress);
        machine.Write(Stage1Table + 0x2008, 0x4000_9000 | AccessFlag | Page);

        Assert.Equal(before, Physical(machine, GlobalAddress));
        Assert.Equal(0x4000_9000UL, machine.Translation.Look(GlobalAddress, AccessType.Read, ExceptionLevel.El1).Physical);

        Issue(machine, TlbiOperation.Vae1, Operand(GlobalAddress, asid: 0));
        Assert.Equal(0x4000_9000UL, Physical(machine, GlobalAddress));
    }

    [Theory]
    [InlineData(TlbiOperation.Vmalle1, 0, 0, "")]
    [InlineData(TlbiOperation.Vmalls12e1, 0, 0, "")]
    [InlineData(TlbiOperation.Alle1, 0, 0, "")]
    [InlineData(TlbiOperation.Alle2, 0, 0, "global local")]
    [InlineData(TlbiOperation.Alle3, 0, 0, "global local")]
    [InlineData(TlbiOperation.Aside1, 0, 5, "global")]
    [InlineData(TlbiOperation.Aside1, 0, 6, "global local")]
    [InlineData(TlbiOperation.Vae1, 0x2000, 5, "global")]
    [InlineData(TlbiOperation.Vae1, 0x2000, 6, "global local")]
    [InlineData(TlbiOperation.Vae1, 0x1000, 6, "local")]
    [InlineData(TlbiOperation.Vale1, 0x2000, 5, "global")]
    [InlineData(TlbiOperation.Vale1, 0x1000, 6, "local")]
    [InlineData(TlbiOperation.Vaae1, 0x2000, 6, "global")]
    [InlineData(TlbiOperation.Vaale1, 0x2000, 6, "global")]
    [InlineData(TlbiOperation.Vae1, 0x3000, 5, "global local")]
    [InlineData(TlbiOperation.Vae2, 0x2000, 5, "global local")]
    [InlineData(TlbiOperation.Vae3, 0x2000, 5, "global local")]
    [InlineData(TlbiOperation.Ipas2e1, 0x4000_2000, 0, "global local")]
    internal void Tlbi_takes_what_it_names_and_no_more(TlbiOperation operation, ulong address, ushort asid, string left)
    {
        using TranslationMachine machine = El1(asid: 5);
        Physical(machine, GlobalAddress);
        Physical(machine, LocalAddress);

        Issue(machine, operation, Operand(address, asid));

        Assert.Equal(left, KeptNames(machine));
    }

    [Fact]
    public void Change_of_asid_hides_entries_of_the_old_one_and_keeps_them()
    {
        using TranslationMachine machine = El1(asid: 5);
        Physical(machine, GlobalAddress);
        Physical(machine, LocalAddress);

        machine.Set(Sr.Ttbr0El1, Stage1Table | (6UL << 48));
        Assert.Equal("global", KeptNames(machine));

        machine.Set(Sr.Ttbr0El1, Stage1Table | (5UL << 48));
        Assert.Equal("global local", KeptNames(machine));
    }

    [Fact]
    public void Asid_has_eight_bits_where_TCR_EL1_AS_is_clear()
    {
        using TranslationMachine machine = El1(asid: 5);
        Physical(machine, LocalAddress);

        machine.Set(Sr.Ttbr0El1, Stage1Table | (0x105UL << 48));
        Assert.Equal("local", KeptNames(machine));

        machine.Set(Sr.TcrEl1, machine.Registers[Sr.TcrEl1] | (1UL << 36));
        Assert.Equal("", KeptNames(machine));
    }

    [Fact]
    public void Change_of_vmid_hides_entries_and_VMALLE1_spares_those_of_others()
    {
        using TranslationMachine machine = El1();
        EnableStage2(machine, vmid: 1);
        Physical(machine, GlobalAddress);

        machine.Set(Sr.VttbrEl2, Stage2Table | (2UL << 48));
        Assert.Equal("", KeptNames(machine));
        Issue(machine, TlbiOperation.Vmalle1, 0);
        Issue(machine, TlbiOperation.Vmalls12e1, 0);

        machine.Set(Sr.VttbrEl2, Stage2Table | (1UL << 48));
        Assert.Equal("global", KeptNames(machine));
        Issue(machine, TlbiOperation.Alle1, 0);
        Assert.Equal("", KeptNames(machine));
    }

    [Fact]
    public void Stage_1_turned_off_does_not_meet_its_old_entries()
    {
        using TranslationMachine machine = El1();
        machine.Write(Stage1Table + 0x2008, 0x4000_9000 | AccessFlag | Page);
        Assert.Equal(0x4000_9000UL, Physical(machine, GlobalAddress));

        machine.Set(Sr.SctlrEl1, 0);
        Assert.Equal(GlobalAddress, Physical(machine, GlobalAddress));
    }

    [Fact]
    public void Tlbi_by_address_takes_every_piece_of_a_stage_1_block_that_stage_2_cut()
    {
        using TranslationMachine machine = El1();
        machine.Write(Stage1Table + 0x1008, 0x4020_0000 | AccessFlag | Block);
        EnableStage2(machine, vmid: 1);
        machine.Write(Stage2Table + 8, (Stage2Table + 0x2000) | Table);
        for (ulong block = 0; block < 512; block++)
        {
            ulong descriptor = block == 1
                ? (Stage2Table + 0x3000) | Table
                : (0x4000_0000 + (block << 21)) | AccessFlag | ReadWriteStage2 | Normal | Block;
            machine.Write(Stage2Table + 0x2000 + (block * 8), descriptor);
        }

        for (ulong page = 0; page < 512; page++)
        {
            machine.Write(Stage2Table + 0x3000 + (page * 8), (0x4020_0000 + (page << 12)) | AccessFlag | ReadWriteStage2 | Normal | Page);
        }

        ulong[] pieces = [0x20_0000, 0x20_5000, 0x3f_f000];
        Assert.All(pieces, piece => Physical(machine, piece));
        Assert.All(pieces, piece => Assert.Equal(12, Kept(machine, piece)!.Value.RangeShift));

        Issue(machine, TlbiOperation.Vae1, Operand(0x20_5000, asid: 0));

        Assert.All(pieces, piece => Assert.Null(Kept(machine, piece)));
    }

    [Fact]
    public void Ipas2e1_leaves_combined_entries_until_VMALLE1()
    {
        using TranslationMachine machine = El1();
        EnableStage2(machine, vmid: 1);
        Assert.Equal(0x4000_1000UL, Physical(machine, GlobalAddress));
        machine.Write(Stage2Table + 8, 0);

        Issue(machine, TlbiOperation.Ipas2e1, 0x4000_1000 >> 12);
        Assert.Equal(0x4000_1000UL, Physical(machine, GlobalAddress));

        Issue(machine, TlbiOperation.Ipas2e1, Stage1Table >> 12);
        Issue(machine, TlbiOperation.Vmalle1, 0);
        Assert.Equal(
            new Fault(FaultKind.Translation, Level: 1, Stage2: true, OnWalk: true) { Ipa = Stage1Table },
            machine.Translation.Translate(GlobalAddress, AccessType.Read, ExceptionLevel.El1).Fault);
    }

    [Fact]
    public void Entries_of_el2_go_with_its_own_operations_only()
    {
        using TranslationMachine machine = El1();
        machine.Set(Sr.TcrEl2, (2UL << 16) | 25);
        machine.Set(Sr.Ttbr0El2, Stage1Table);
        machine.Set(Sr.SctlrEl2, 0x1005);
        machine.Translation.Translate(GlobalAddress, AccessType.Read, ExceptionLevel.El2);

        Issue(machine, TlbiOperation.Alle1, 0);
        Issue(machine, TlbiOperation.Vae2, Operand(LocalAddress, asid: 0));
        Assert.NotNull(machine.Translation.Kept(GlobalAddress, AccessType.Read, ExceptionLevel.El2));

        Issue(machine, TlbiOperation.Vale2, Operand(GlobalAddress, asid: 0));
        Assert.Null(machine.Translation.Kept(GlobalAddress, AccessType.Read, ExceptionLevel.El2));
    }

    [Fact]
    public void High_addresses_go_with_an_operand_that_has_no_sign()
    {
        using TranslationMachine machine = El1();
        const ulong Address = 0xffff_ff80_0000_1000;
        Physical(machine, Address);
        Assert.NotNull(Kept(machine, Address));

        Issue(machine, TlbiOperation.Vaae1, Operand(Address, asid: 0));
        Assert.Null(Kept(machine, Address));
    }

    [Fact]
    public void Tagged_addresses_share_one_entry()
    {
        using TranslationMachine machine = El1();
        machine.Set(Sr.TcrEl1, machine.Registers[Sr.TcrEl1] | (1UL << 37));
        Physical(machine, 0x5500_0000_0000_0000 | GlobalAddress);

        Assert.NotNull(Kept(machine, GlobalAddress));
    }

    [Fact]
    public void Permission_fault_of_a_hit_is_that_of_the_walk()
    {
        using TranslationMachine machine = El1();
        EnableStage2(machine, vmid: 1);
        machine.Write(Stage2Table + 8, 0x4000_0000 | AccessFlag | (1UL << 6) | Normal | Block);
        Assert.Equal(0x4000_1000UL, Physical(machine, GlobalAddress));

        Fault hit = machine.Translation.Translate(GlobalAddress, AccessType.Write, ExceptionLevel.El1).Fault;

        Assert.Equal(new Fault(FaultKind.Permission, Level: 1, Stage2: true, OnWalk: false) { Ipa = 0x4000_1000 }, hit);
        Assert.Equal(hit, machine.Translation.Look(GlobalAddress, AccessType.Write, ExceptionLevel.El1).Fault);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1024)]
    [InlineData(1 << 16)]
    public void Tlb_holds_its_size_of_pages_and_replaces_in_turn(int capacity)
    {
        var tlb = new Tlb(capacity);
        TlbEntry[] entries = [.. Enumerable.Range(0, capacity * 2).Select(static page => Entry((ulong)page))];
        foreach (TlbEntry entry in entries.Take(capacity))
        {
            tlb.Insert(in entry);
        }

        Assert.Equal(capacity, entries.Count(entry => Holds(tlb, entry)));

        foreach (TlbEntry entry in entries.Skip(capacity))
        {
            tlb.Insert(in entry);
        }

        Assert.Equal(capacity, entries.Count(entry => Holds(tlb, entry)));
        Assert.All(entries.Skip(capacity), entry => Assert.True(Holds(tlb, entry)));
    }

    [Fact]
    public void Saved_tlb_is_the_same_when_restored()
    {
        using TranslationMachine machine = El1(asid: 5);
        Physical(machine, GlobalAddress);
        Physical(machine, LocalAddress);
        using var saved = new MemoryStream();
        using var writer = new BinaryWriter(saved);
        machine.Translation.Save(new StateWriter(writer));

        machine.Translation.Reset();
        Assert.Equal("", KeptNames(machine));

        saved.Position = 0;
        using var reader = new BinaryReader(saved);
        machine.Translation.Restore(new StateReader(reader));
        Assert.Equal("global local", KeptNames(machine));
    }

    private static TlbEntry Entry(ulong page) => new()
    {
        Page = page << 12,
        Output = page << 12,
        Context = TlbEntry.Stage2Context(vmid: 0),
        Shift = 12,
        Stage1Shift = 12,
    };

    private static bool Holds(Tlb tlb, TlbEntry entry)
    {
        ref TlbEntry found = ref tlb.Find(entry.Page, entry.Context, entry.Context);
        return !Unsafe.IsNullRef(ref found) && found.Output == entry.Output;
    }

    private static ulong Operand(ulong address, ushort asid) => ((ulong)asid << 48) | address.Field(55, 12);

    private static void Issue(TranslationMachine machine, TlbiOperation operation, ulong operand)
    {
        TlbInvalidation invalidation = machine.Translation.Complete(operation, operand);
        machine.Translation.Invalidate(in invalidation);
    }

    private static ulong Physical(TranslationMachine machine, ulong address)
    {
        Translation translation = machine.Translation.Translate(address, AccessType.Read, ExceptionLevel.El1);
        Assert.False(translation.Fault.Happened, $"{translation.Fault}");
        return translation.Physical;
    }

    private static Translation? Kept(TranslationMachine machine, ulong address) =>
        machine.Translation.Kept(address, AccessType.Read, ExceptionLevel.El1);

    private static string KeptNames(TranslationMachine machine)
    {
        var names = new List<string>();
        if (Kept(machine, GlobalAddress) is not null)
        {
            names.Add("global");
        }

        if (Kept(machine, LocalAddress) is not null)
        {
            names.Add("local");
        }

        return string.Join(' ', names);
    }

    /// <summary>Stage 1 with pages at 0x1000 (global) and 0x2000 (not global), for both halves of the address space.</summary>
    private static TranslationMachine El1(ushort asid = 0)
    {
        var machine = new TranslationMachine();
        machine.Write(Stage1Table, (Stage1Table + 0x1000) | Table);
        machine.Write(Stage1Table + 0x1000, (Stage1Table + 0x2000) | Table);
        machine.Write(Stage1Table + 0x2008, 0x4000_1000 | AccessFlag | Page);
        machine.Write(Stage1Table + 0x2010, 0x4000_2000 | AccessFlag | NotGlobal | Page);
        machine.Set(Sr.ScrEl3, 0x531);
        machine.Set(Sr.TcrEl1, (2UL << 32) | (2UL << 30) | (25UL << 16) | 25);
        machine.Set(Sr.Ttbr0El1, Stage1Table | ((ulong)asid << 48));
        machine.Set(Sr.Ttbr1El1, Stage1Table);
        machine.Set(Sr.SctlrEl1, 0x1005);
        return machine;
    }

    private static void EnableStage2(TranslationMachine machine, ulong vmid)
    {
        machine.Write(Stage2Table + 8, 0x4000_0000 | AccessFlag | ReadWriteStage2 | Normal | Block);
        machine.Set(Sr.VtcrEl2, (2UL << 16) | (1UL << 6) | 25);
        machine.Set(Sr.VttbrEl2, Stage2Table | (vmid << 48));
        machine.Set(Sr.HcrEl2, (1UL << 31) | 1);
    }
}
