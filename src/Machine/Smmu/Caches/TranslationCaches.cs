using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu.Caches;

/// <summary>
/// The IOTLB and the walker behind it, which is the cores'. Entries stay until a TLBI command names them or a new one needs
/// their place: what software forgets to invalidate, devices meet again.
/// </summary>
internal sealed class TranslationCaches(PhysicalBus bus)
{
    private const int Entries = 1 << 12;

    // Most machines have few guests.
    private const int EntriesOfOthers = 1 << 8;
    private const int Banks = HostBank + 1;

    /// <summary>Behind those of VMIDs: the translations of EL2 with E2H, which have no VMID.</summary>
    public const int HostBank = 256;

    private readonly PageTableWalker _walker = new(bus, "SMMU");

    // By VMID [15:8], then that of hosts; one is made when it is first needed.
    private readonly CacheBank?[] _banks = new CacheBank?[Banks];

    /// <summary>Entries in use.</summary>
    public int Count => _banks.Sum(static b => b?.Count ?? 0);

    /// <summary>Entries of stage 1, with stage 2 where it is on.</summary>
    public IEnumerable<KeptEntry> Combined => All(static b => b.Combined);

    /// <summary>Entries of stage 2 alone.</summary>
    public IEnumerable<KeptEntry> Stage2 => All(static b => b.Stage2);

    public static int BankFor(in StreamTableEntry ste) => ste.IsHost ? HostBank : ste.Vmid >> 8;

    public Translation Translate(StreamContext context, ulong address, AccessType type, bool unprivileged)
    {
        CacheBank bank = BankOf(context.Bank);
        WalkRequest request = new() { Type = type, Unprivileged = unprivileged, DataAttributes = true, Stage2Cache = bank.Stage2 };
        if (context.Cd is null)
        {
            return TranslateStage2(in context.Setup.Stage2, address, in request);
        }

        ulong input = context.WithoutTag(address);
        ref TlbEntry kept = ref bank.Combined.Find(input, context.Tag, context.GlobalTag);
        if (!Unsafe.IsNullRef(ref kept))
        {
            return Translation.Of(in kept, input, PermissionRules.Needed(type, unprivileged));
        }

        _walker.Walk(in context.Setup, input, in request, out WalkResult result);
        if (!result.Fault.Happened)
        {
            bank.Combined.Insert(TlbEntry.ForWalk(input, context.Tag, in result));
        }

        return Translation.Of(in result);
    }

    /// <summary>Stage 2 for the address of a context descriptor, which is read.</summary>
    public Translation TranslateDescriptor(in StreamTableEntry ste, ulong address) =>
        TranslateStage2(ste.Stage2, address, new WalkRequest { Stage2Cache = BankOf(BankFor(in ste)).Stage2 });

    /// <summary>Walks beside the caches and leaves no trace.</summary>
    public Translation Look(StreamContext context, ulong address, AccessType type, bool unprivileged, WalkTrace? trace)
    {
        WalkRequest request = new() { Type = type, Unprivileged = unprivileged, Debug = true, Trace = trace };
        if (context.Cd is null)
        {
            return TranslateStage2(in context.Setup.Stage2, address, in request);
        }

        _walker.Walk(in context.Setup, context.WithoutTag(address), in request, out WalkResult result);
        return Translation.Of(in result);
    }

    /// <summary>As <see cref="TranslateDescriptor"/>, beside the caches.</summary>
    public Translation LookDescriptor(in StreamTableEntry ste, ulong address, WalkTrace? trace = null) =>
        TranslateStage2(ste.Stage2, address, new WalkRequest { Debug = true, Trace = trace });

    /// <summary>Does a TLBI operation.</summary>
    /// <param name="bank">VMID [15:8] for an operation that names a VMID, or <see cref="HostBank"/>.</param>
    public void Invalidate(in TlbInvalidation invalidation, int bank)
    {
        if (invalidation.Operation != TlbiOperation.Alle1)
        {
            _banks[bank]?.Invalidate(in invalidation);
            return;
        }

        foreach (CacheBank? one in _banks.AsSpan(0, HostBank))
        {
            one?.Invalidate(in invalidation);
        }
    }

    public void Clear() => Array.Clear(_banks);

    public void Save(StateWriter to)
    {
        to.Write(_banks.Count(static b => b is not null));
        for (int bank = 0; bank < Banks; bank++)
        {
            if (_banks[bank] is CacheBank used)
            {
                to.Write(bank);
                used.Save(to);
            }
        }
    }

    public void Restore(StateReader from)
    {
        Clear();
        int count = from.ReadBelow(Banks + 1, "a number of banks");
        for (int i = 0; i < count; i++)
        {
            BankOf(from.ReadBelow(Banks, "a bank of VMIDs")).Restore(from);
        }
    }

    private CacheBank BankOf(int bank) => _banks[bank] ??= new CacheBank(bank == 0 ? Entries : EntriesOfOthers);

    private IEnumerable<KeptEntry> All(Func<CacheBank, Tlb> tlb) =>
        from bank in Enumerable.Range(0, Banks)
        where _banks[bank] is not null
        from entry in tlb(_banks[bank]!).Entries
        select new KeptEntry(bank, entry);

    // Where stage 1 is bypassed an address that is too wide is stage 1's Address Size fault.
    private Translation TranslateStage2(in Stage2Setup stage2, ulong address, in WalkRequest request)
    {
        if (address >> Features.AddressBits != 0)
        {
            return new Translation { Fault = new Fault(FaultKind.AddressSize, Level: 0, Stage2: false, OnWalk: false) };
        }

        WalkResult result = _walker.WalkStage2(in stage2, address, in request);
        return Translation.Of(in result);
    }
}
