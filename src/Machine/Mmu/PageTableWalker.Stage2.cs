using System;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Mmu;

/// <summary>Stage 2: for the output of stage 1, and for the descriptors that stage 1 reads.</summary>
internal sealed partial class PageTableWalker
{
    /// <summary>Stage 2 alone: what an intermediate address stands for.</summary>
    public WalkResult WalkStage2(in Stage2Setup setup, ulong intermediate, in WalkRequest request)
    {
        var result = new WalkResult
        {
            Intermediate = intermediate,
            Physical = intermediate,
            RangeShift = FlatRangeShift,
            Stage1Shift = FlatRangeShift,
            Stage1Permissions = PermissionRules.All,
            Stage2Permissions = PermissionRules.All,
            Attributes = MemoryAttributes.NormalWriteBack,
            Global = true,
            NonSecure = true,
        };
        if (setup.Enabled)
        {
            AddStage2(in setup, in request, ref result);
        }
        else
        {
            request.Trace?.Add(new StageOff(Stage2: true, intermediate));
        }

        return result;
    }

    private void AddStage2(in Stage2Setup setup, in WalkRequest request, ref WalkResult result)
    {
        ulong intermediate = result.Intermediate;
        Fault fault = FindStage2(in setup, intermediate, servesStage1Level: null, in request, out Stage2Leaf leaf);
        if (fault.Happened)
        {
            result.Fault = fault;
            result.Physical = 0;
            return;
        }

        result.Physical = leaf.Output;
        result.Stage2Level = leaf.Level;
        result.Stage2Permissions = leaf.Permissions;
        result.RangeShift = Math.Min(result.Stage1Shift, leaf.Shift);
        result.Attributes = AttributeRules.Combine(
            result.Attributes, AttributeRules.Stage2(in setup, leaf.MemAttr, leaf.Shareability, request.AttributeType));
        if ((leaf.Permissions & PermissionRules.Needed(request.Type, request.Unprivileged)) == 0)
        {
            request.Trace?.Because(new FaultReason.PermissionDenied(PermissionRules.WhyStage2(request.Type)));
            result.Fault = new Fault(FaultKind.Permission, leaf.Level, Stage2: true, OnWalk: false) { Ipa = intermediate };
        }
    }

    // A walk reads: whatever the access is, the descriptor's place needs read permission alone.
    private Fault TranslateTableAddress(
        in Stage2Setup setup, ulong intermediate, int level, in WalkRequest request, out ulong physical)
    {
        Fault fault = FindStage2(in setup, intermediate, level, in request, out Stage2Leaf leaf);
        physical = leaf.Output;
        if (fault.Happened)
        {
            return fault;
        }

        bool readable = (leaf.Permissions & Permissions.PrivilegedRead) != 0;
        if (readable && !(setup.ProtectedTableWalk && leaf.IsDevice))
        {
            return Fault.None;
        }

        request.Trace?.Because(new FaultReason.PermissionDenied(
            readable ? PermissionSource.TableWalkOnDevice : PermissionSource.S2Ap));
        return new Fault(FaultKind.Permission, leaf.Level, Stage2: true, OnWalk: true) { Ipa = intermediate };
    }

    private Fault FindStage2(
        in Stage2Setup setup, ulong intermediate, int? servesStage1Level, in WalkRequest request, out Stage2Leaf leaf)
    {
        if (request.Stage2Cache is not null)
        {
            uint context = TlbEntry.Stage2Context(setup.Vmid);
            ref TlbEntry kept = ref request.Stage2Cache.Find(intermediate, context, context);
            if (!Unsafe.IsNullRef(ref kept))
            {
                leaf = new Stage2Leaf(
                    kept.OutputOf(intermediate), kept.Stage2Level, kept.Shift, kept.Stage2Permissions, kept.Mair, kept.Shareability);
                return Fault.None;
            }
        }

        leaf = default;
        Fault fault = CheckStage2Input(in setup, intermediate, servesStage1Level, in request);
        if (fault.Happened)
        {
            request.Trace?.Add(new StageRefused(Stage2: true, intermediate) { ServesStage1Level = servesStage1Level });
            return fault;
        }

        return WalkStage2Tables(in setup, intermediate, servesStage1Level, in request, ref leaf);
    }

    private static Fault CheckStage2Input(
        in Stage2Setup setup, ulong intermediate, int? servesStage1Level, in WalkRequest request)
    {
        if (!setup.IsConsistent)
        {
            request.Trace?.Because(
                new FaultReason.StartLevelInconsistent(setup.StartLevelField, setup.SizeField, setup.Granule));
        }
        else if (intermediate >> setup.InputBits != 0)
        {
            request.Trace?.Because(
                new FaultReason.IpaBeyondT0sz(WidthOf(intermediate), setup.InputBits, setup.SizeField));
        }
        else
        {
            return Fault.None;
        }

        return new Fault(FaultKind.Translation, Level: 0, Stage2: true, OnWalk: servesStage1Level is not null) { Ipa = intermediate };
    }

    private Fault WalkStage2Tables(
        in Stage2Setup setup, ulong intermediate, int? servesStage1Level, in WalkRequest request, ref Stage2Leaf leaf)
    {
        var walk = new TableWalk
        {
            Stage2 = true,
            ServesStage1Level = servesStage1Level,
            Address = intermediate,
            Granule = setup.Granule,
            InputBits = setup.InputBits,
            Level = setup.StartLevel,
            Table = setup.Base.Field(47, 1) << 1,
            OutputBits = setup.OutputBits,
            BigEndian = setup.BigEndian,
            NonSecure = true,
            AccessFlagFaultDisabled = setup.AccessFlagFaultDisabled,
        };
        request.Trace?.Add(new StageStart(
            Stage2: true, intermediate, RangeSelector.Low, walk.Table, setup.SizeField, setup.Granule, walk.Level)
        {
            ServesStage1Level = servesStage1Level,
        });
        Fault fault = FindLeaf(ref walk, in setup, in request);
        if (fault.Happened)
        {
            return fault;
        }

        leaf = new Stage2Leaf(
            walk.Output,
            walk.Level,
            setup.Granule.EntryShift(walk.Level),
            PermissionRules.Stage2(walk.Leaf),
            walk.Leaf.MemAttr,
            walk.Leaf.Shareability);
        request.Trace?.Add(new StageEnd(
            Stage2: true,
            leaf.Level,
            leaf.Output,
            leaf.Shift,
            leaf.Permissions,
            AttributeRules.Stage2(in setup, leaf.MemAttr, leaf.Shareability, request.AttributeType))
        {
            ServesStage1Level = servesStage1Level,
        });
        request.Stage2Cache?.Insert(TlbEntry.ForStage2(setup.Vmid, intermediate, in leaf));
        return Fault.None;
    }
}

/// <summary>A stage-2 block or page, with the attributes as they stand in the descriptor.</summary>
internal readonly record struct Stage2Leaf(
    ulong Output, int Level, int Shift, Permissions Permissions, byte MemAttr, byte Shareability)
{
    public bool IsDevice => MemAttr >> 2 == 0;
}
