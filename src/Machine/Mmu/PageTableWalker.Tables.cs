using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Mmu;

/// <summary>The loop down the levels, which both stages share.</summary>
internal sealed partial class PageTableWalker
{
    /// <summary>Goes from the first table to the leaf. On return without fault, Level, Leaf and Output are the leaf's.</summary>
    private Fault FindLeaf(ref TableWalk walk, in Stage2Setup stage2, in WalkRequest request)
    {
        if (walk.Table >> walk.OutputBits != 0)
        {
            request.Trace?.Because(new FaultReason.TableBaseTooWide(walk.Table, walk.OutputBits));
            return walk.FaultOf(FaultKind.AddressSize) with { Level = 0 };
        }

        int indexBits = walk.InputBits - walk.Granule.EntryShift(walk.Level);
        walk.Table &= ulong.MaxValue << (indexBits + 3);
        while (true)
        {
            int entryShift = walk.Granule.EntryShift(walk.Level);
            int index = (int)((walk.Address >> entryShift) & ((1UL << indexBits) - 1));
            Fault fault = ReadDescriptor(in walk, in stage2, in request, index, out ulong raw);
            if (fault.Happened)
            {
                return fault;
            }

            var descriptor = new Descriptor(raw);
            DescriptorKind kind = descriptor.KindAt(walk.Level, walk.Granule);
            if (kind != DescriptorKind.Table)
            {
                walk.Leaf = descriptor;
                return CheckLeaf(ref walk, kind, index, entryShift, in request);
            }

            ulong output = descriptor.Address(walk.Granule);
            if (output >> walk.OutputBits != 0)
            {
                request.Trace?.Because(new FaultReason.OutputTooWide(kind, output, walk.OutputBits));
                return walk.FaultOf(FaultKind.AddressSize);
            }

            // Stage-2 table descriptors have no attributes; what is gathered there is not used.
            if (!walk.HierarchyDisabled)
            {
                walk.Tables.Gather(descriptor);
            }

            walk.Table = output;
            walk.Level++;
            indexBits = walk.Granule.Stride;
        }
    }

    // In the order of the architecture: kind, output size, access flag. Permissions come after both.
    private static Fault CheckLeaf(ref TableWalk walk, DescriptorKind kind, int index, int entryShift, in WalkRequest request)
    {
        ulong descriptorAddress = walk.Table + ((ulong)index * 8);
        if (kind is DescriptorKind.Invalid or DescriptorKind.Reserved)
        {
            request.Trace?.Because(kind == DescriptorKind.Invalid
                ? new FaultReason.InvalidDescriptor(index, descriptorAddress)
                : new FaultReason.ReservedDescriptor(index, descriptorAddress));
            return walk.FaultOf(FaultKind.Translation);
        }

        ulong output = walk.Leaf.Address(walk.Granule);
        if (output >> walk.OutputBits != 0)
        {
            request.Trace?.Because(new FaultReason.OutputTooWide(kind, output, walk.OutputBits));
            return walk.FaultOf(FaultKind.AddressSize);
        }

        ulong within = (1UL << entryShift) - 1;
        walk.Output = (output & ~within) | (walk.Address & within);
        if (!walk.Leaf.AccessFlag && !walk.AccessFlagFaultDisabled)
        {
            request.Trace?.Because(new FaultReason.AccessFlagClear(descriptorAddress));
            return walk.FaultOf(FaultKind.AccessFlag);
        }

        return Fault.None;
    }

    private Fault ReadDescriptor(in TableWalk walk, in Stage2Setup stage2, in WalkRequest request, int index, out ulong value)
    {
        ulong physical = walk.Table + ((ulong)index * 8);
        if (!walk.Stage2 && stage2.Enabled)
        {
            Fault refused = TranslateTableAddress(in stage2, physical, walk.Level, in request, out physical);
            if (refused.Happened)
            {
                value = 0;
                return refused;
            }
        }

        if (!request.Debug)
        {
            bus.Watch?.Accessing(new PhysicalAccess(
                Initiator.Walk, walks ?? "table", physical, sizeof(ulong), IsWrite: false, walk.Stage2 ? 2 : 1, walk.Level));
        }

        BusResult result = ReadPhysical(physical, walk.NonSecure || walk.Tables.Ns, walk.BigEndian, request.Debug, out value);
        if (result != BusResult.Ok)
        {
            request.Trace?.Because(new FaultReason.BusRefused(physical, result));
            return walk.FaultOf(FaultKind.ExternalAbort) with { OnWalk = !walk.Stage2 || walk.ServesStage1Level is not null };
        }

        if (request.Trace is not null)
        {
            Record(in walk, index, physical, new Descriptor(value), request.Trace);
        }

        return Fault.None;
    }

    private static void Record(in TableWalk walk, int index, ulong physical, Descriptor descriptor, WalkTrace trace)
    {
        DescriptorKind kind = descriptor.KindAt(walk.Level, walk.Granule);
        ulong output = kind switch
        {
            DescriptorKind.Table => descriptor.Address(walk.Granule),
            DescriptorKind.Block or DescriptorKind.Page =>
                descriptor.Address(walk.Granule) & (ulong.MaxValue << walk.Granule.EntryShift(walk.Level)),
            _ => 0,
        };
        trace.Add(new DescriptorRead(walk.Stage2, walk.Level, walk.Table, index, physical, descriptor, kind, output)
        {
            ServesStage1Level = walk.ServesStage1Level,
        });
    }

    /// <summary>Where a walk of one stage stands.</summary>
    private record struct TableWalk
    {
        public TableAttributes Tables;

        public bool Stage2 { get; init; }

        /// <summary>For stage 2 on behalf of a stage-1 descriptor: the level of that descriptor.</summary>
        public int? ServesStage1Level { get; init; }

        public ulong Address { get; init; }

        public Granule Granule { get; init; }

        public int InputBits { get; init; }

        public int OutputBits { get; init; }

        public bool BigEndian { get; init; }

        /// <summary>The tables are in the Non-secure address space; NSTable can make them so further down.</summary>
        public bool NonSecure { get; init; }

        public bool HierarchyDisabled { get; init; }

        public bool AccessFlagFaultDisabled { get; init; }

        public ulong Table { get; set; }

        public int Level { get; set; }

        public Descriptor Leaf { get; set; }

        public ulong Output { get; set; }

        public readonly Fault FaultOf(FaultKind kind) =>
            new(kind, Level, Stage2, OnWalk: ServesStage1Level is not null) { Ipa = Stage2 ? Address : 0 };
    }
}
