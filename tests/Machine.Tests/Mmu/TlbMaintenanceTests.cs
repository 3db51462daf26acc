using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Mmu;
using Xunit;

namespace GdbHost.Machine.Tests.Mmu;

/// <summary>
/// A TLB finds what an operation names without looking at every entry. Right is DDI 0487, TLB maintenance instructions, as
/// a question put to each entry one by one.
/// </summary>
public sealed class TlbMaintenanceTests
{
    private const int Rounds = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_leaves_is_what_the_operation_names(int seed)
    {
        Random random = new(seed);
        Tlb tlb = new(4096);
        List<TlbEntry> inside = [];
        for (int round = 0; round < Rounds; round++)
        {
            for (int k = random.Next(40); k > 0; k--)
            {
                Insert(tlb, inside, AnyEntry(random));
            }

            TlbInvalidation invalidation = AnyInvalidation(random, inside);
            List<TlbEntry> told = [];
            tlb.Invalidate(in invalidation, (in TlbEntry entry) => told.Add(entry));
            List<TlbEntry> named = inside.FindAll(entry => Names(in invalidation, in entry));
            inside.RemoveAll(named.Contains);

            Assert.All(inside, entry => Assert.True(Holds(tlb, entry), $"{invalidation} took 0x{entry.Page:x}"));
            Assert.All(named, entry => Assert.False(Holds(tlb, entry), $"{invalidation} left 0x{entry.Page:x}"));
            if (invalidation.HasAddress)
            {
                Assert.Equal(named.Select(static e => (e.Page, e.Context)).Order(), told.Select(static e => (e.Page, e.Context)).Order());
            }
        }
    }

    private static void Insert(Tlb tlb, List<TlbEntry> inside, TlbEntry entry)
    {
        TlbEntry replaced = tlb.Insert(in entry);
        if (replaced.IsValid)
        {
            Assert.True(inside.Remove(replaced), "what made room was not there");
        }

        inside.Add(entry);
    }

    private static TlbEntry AnyEntry(Random random)
    {
        Regime regime = (Regime)random.Next(3);
        bool secure = regime == Regime.El3 || (regime == Regime.El10 && random.Next(4) == 0);
        TranslationSetup setup = new(
            new Stage1Setup { Regime = regime, Enabled = true, Secure = secure },
            new Stage2Setup { Enabled = regime == Regime.El10 && !secure, Vmid = (byte)(regime == Regime.El10 && !secure ? random.Next(3) : 0) });
        uint context = TlbEntry.ContextOf(in setup, (ushort)(regime == Regime.El10 ? random.Next(4) : 0));
        (int shift, int stage1Shift) = random.Next(4) switch { 0 => (12, 21), 1 => (21, 30), 2 => (21, 21), _ => (12, 12) };
        ulong high = regime == Regime.El10 && random.Next(2) == 0 ? 0xffff_ff80_0000_0000 : 0;
        return new TlbEntry
        {
            Page = high | ((ulong)random.Next(64) << shift) | ((ulong)random.Next(2) << 32),
            Output = (ulong)random.Next(1 << 20) << 30,
            Context = random.Next(3) == 0 ? TlbEntry.GlobalContextOf(context) : context,
            Shift = (byte)shift,
            Stage1Shift = (byte)stage1Shift,
        };
    }

    private static TlbInvalidation AnyInvalidation(Random random, List<TlbEntry> inside)
    {
        TlbiOperation[] all = [.. Enum.GetValues<TlbiOperation>().Except([TlbiOperation.Ipas2e1, TlbiOperation.Ipas2le1])];
        bool whole = random.Next(20) == 0;
        TlbiOperation[] some = [.. all.Where(o => new TlbInvalidation(o, false, 0, 0, 0).HasAddress != whole)];
        ulong address = inside.Count == 0 ? 0 : inside[random.Next(inside.Count)].Page;
        return new TlbInvalidation(
            some[random.Next(some.Length)],
            random.Next(4) == 0,
            (byte)random.Next(3),
            (ushort)random.Next(4),
            (address + ((ulong)random.Next(3) << 12)) & 0x00ff_ffff_ffff_ffff);
    }

    private static bool Names(in TlbInvalidation invalidation, in TlbEntry entry)
    {
        string operation = invalidation.Operation.ToString();
        char level = operation[^1];
        if (level != '1')
        {
            return entry.Regime == (level == '2' ? Regime.El2 : Regime.El3)
                && (operation[0] == 'A' || NamesAddress(in invalidation, in entry));
        }

        bool sameVmid = entry.Vmid == invalidation.Vmid;
        bool sameAsid = entry.Asid == invalidation.Asid;
        return entry.Regime == Regime.El10 && entry.IsSecure == invalidation.Secure && operation switch
        {
            "Alle1" => true,
            "Vmalle1" or "Vmalls12e1" => sameVmid,
            "Aside1" => sameVmid && sameAsid && !entry.IsGlobal,
            "Vae1" or "Vale1" => sameVmid && (sameAsid || entry.IsGlobal) && NamesAddress(in invalidation, in entry),
            _ => sameVmid && NamesAddress(in invalidation, in entry),
        };
    }

    private static bool NamesAddress(in TlbInvalidation invalidation, in TlbEntry entry)
    {
        ulong bytes = 1UL << entry.Stage1Shift;
        ulong first = entry.Page & 0x00ff_ffff_ffff_ffff & ~(bytes - 1);
        return invalidation.Address >= first && invalidation.Address - first < bytes;
    }

    private static bool Holds(Tlb tlb, TlbEntry entry)
    {
        // Ranges overlap here, and a smaller one hides a larger one: each is looked for where no other can be.
        for (ulong at = entry.Page; at - entry.Page < 1UL << entry.Shift; at += 1UL << 12)
        {
            ref TlbEntry found = ref tlb.Find(at, entry.Context, entry.Context);
            if (!Unsafe.IsNullRef(ref found) && found.Equals(entry))
            {
                return true;
            }
        }

        return false;
    }
}
