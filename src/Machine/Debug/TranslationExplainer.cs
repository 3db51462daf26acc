using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Debug;

/// <summary>Makes a <see cref="TranslationReport"/> of a debug walk. The walk leaves no trace in the machine.</summary>
internal static class TranslationExplainer
{
    public static TranslationReport Explain(
        Core core, PhysicalBus bus, MemorySpace space, ulong address, TranslationAccess access, bool? unprivileged, ITranslationView? view = null)
    {
        WalkTrace trace = new();
        AccessType type = access switch
        {
            TranslationAccess.Write => AccessType.Write,
            TranslationAccess.Execute => AccessType.Fetch,
            _ => AccessType.Read,
        };
        Translation t = Spaces.Look(core, space, address, type, unprivileged, trace, view);
        (bool stage1, bool stage2) = StagesOn(trace, space);
        bool reachedIpa = !t.Fault.Happened || t.Fault is { Stage2: true, OnWalk: false };
        ulong ipa = t.Fault.Stage2 ? t.Fault.Ipa : t.Intermediate;
        ulong? physical = t.Fault.Happened ? null : t.Physical;
        ulong? placeAddress = physical ?? (t.Fault.Stage2 ? ipa : null);
        return new TranslationReport(
            Spaces.Describe(core, space),
            stage1,
            stage2,
            Steps(trace),
            stage2 && reachedIpa ? ipa : null,
            physical,
            t.Fault.Happened ? string.Empty : MemoryWords.Of(t.Attributes) + ", " + MemoryWords.Of(t.Permissions),
            placeAddress is ulong at ? Spaces.PlaceOf(bus, at) : null,
            t.Fault.Happened ? Failure(core, space, address, t.Fault, trace.Reason) : null);
    }

    private static (bool Stage1, bool Stage2) StagesOn(WalkTrace trace, MemorySpace space)
    {
        bool stage1 = space != MemorySpace.Intermediate;
        bool stage2 = false;
        foreach (WalkEvent e in trace.Events)
        {
            switch (e)
            {
                case StageOff { Stage2: false }:
                    stage1 = false;
                    break;
                case StageStart { Stage2: true } or StageRefused { Stage2: true }:
                    stage2 = true;
                    break;
            }
        }

        return (stage1, stage2);
    }

    private static List<TranslationStep> Steps(WalkTrace trace)
    {
        List<TranslationStep> steps = [];
        ulong stage1Input = 0;
        ulong stage2Input = 0;
        StageStart? stage = null;
        for (int k = 0; k < trace.Events.Count; k++)
        {
            switch (trace.Events[k])
            {
                case StageStart start when start.Stage2:
                    stage2Input = start.Input;
                    stage = start;
                    break;
                case StageStart start:
                    stage1Input = start.Input;
                    break;
                case DescriptorRead read:
                    steps.Add(new TranslationStep(
                        read.Stage2 ? 2 : 1,
                        read.ServesStage1Level is not null,
                        read.Level,
                        read.Stage2 ? stage2Input : stage1Input,
                        read.Address,
                        read.Index,
                        read.Value.Raw,
                        read.Kind.ToString().ToLowerInvariant(),
                        read.Output,
                        LeafWords(trace, k),
                        Note(read, stage)));
                    break;
            }
        }

        return steps;
    }

    /// <summary>DDI 0487, Contiguous bit; Concatenated translation tables for the initial stage 2 lookup.</summary>
    private static string Note(DescriptorRead read, StageStart? stage2)
    {
        if (read.Stage2 && stage2 is not null && read.Level == stage2.StartLevel && read.Index >> stage2.Granule.Stride is > 0 and int table)
        {
            return $"entry {read.Index & ((1 << stage2.Granule.Stride) - 1)} of concatenated table {table}";
        }

        bool isLeaf = read.Kind.ToString() is "Block" or "Page";
        return isLeaf && read.Value.Contiguous ? "contiguous: one of a set of entries that the TLB may keep as one" : "";
    }

    /// <summary>What the stage's end says of the leaf it has just read; empty for a table.</summary>
    private static string LeafWords(WalkTrace trace, int at) =>
        at + 1 < trace.Events.Count && trace.Events[at + 1] is StageEnd end
            ? MemoryWords.Of(end.Attributes) + ", " + MemoryWords.Of(end.Permissions)
            : string.Empty;

    private static TranslationFailure Failure(Core core, MemorySpace space, ulong address, Fault fault, FaultReason? reason)
    {
        int stage = fault.Stage2 ? 2 : 1;
        ulong input = fault.Stage2 ? fault.Ipa : address;
        bool forWalk = fault.Stage2 && fault.OnWalk;
        (TranslationObstacle obstacle, string field, ulong value) = reason switch
        {
            FaultReason.IpaBeyondT0sz r => (TranslationObstacle.InputTooLarge, "VTCR_EL2.T0SZ", (ulong)r.T0sz),
            FaultReason.VaOutsideRanges r => OutsideRanges(core, space, address, r),
            FaultReason.SizeFieldReserved r => (TranslationObstacle.InputTooLarge, SizeField(core, space, r.Range), (ulong)r.Value),
            FaultReason.AddressTooWide r => (TranslationObstacle.AddressSize, "ID_AA64MMFR0_EL1.PARange", (ulong)r.GivesBits),
            FaultReason.TableWalkDisabled r =>
                (TranslationObstacle.WalkDisabled, r.Range == RangeSelector.High ? "TCR_EL1.EPD1" : "TCR_EL1.EPD0", 1UL),
            FaultReason.StartLevelInconsistent r => (TranslationObstacle.BadStartLevel, "VTCR_EL2.SL0", (ulong)r.Sl0),
            FaultReason.TableBaseTooWide r => (TranslationObstacle.AddressSize, fault.Stage2 ? "VTTBR_EL2.BADDR" : "TTBR.BADDR", r.Base),
            FaultReason.OutputTooWide r => (TranslationObstacle.AddressSize, string.Empty, r.Output),
            FaultReason.AccessFlagClear => (TranslationObstacle.AccessFlagClear, string.Empty, 0UL),
            FaultReason.PermissionDenied r => (TranslationObstacle.Permission, r.Source.ToString(), 0UL),
            FaultReason.BusRefused => (TranslationObstacle.WalkAborted, string.Empty, 0UL),
            _ => (TranslationObstacle.InvalidDescriptor, string.Empty, 0UL),
        };
        return new TranslationFailure(obstacle, stage, fault.Level, input, forWalk, field, value);
    }

    private static (TranslationObstacle Obstacle, string Field, ulong Value) OutsideRanges(
        Core core, MemorySpace space, ulong address, FaultReason.VaOutsideRanges reason)
    {
        bool high = reason.T1sz is not null && address.Bit(55);
        RangeSelector range = high ? RangeSelector.High : RangeSelector.Low;
        return (TranslationObstacle.InputTooLarge, SizeField(core, space, range), (ulong)(high ? reason.T1sz!.Value : reason.T0sz));
    }

    private static string SizeField(Core core, MemorySpace space, RangeSelector range)
    {
        Regime regime = Spaces.RegimeOf(core, space);
        string register = regime switch { Regime.El2 => "TCR_EL2", Regime.El3 => "TCR_EL3", _ => "TCR_EL1" };
        return register + (range == RangeSelector.High ? ".T1SZ" : ".T0SZ");
    }
}

/// <summary>Memory attributes and permissions in the words of the manual.</summary>
internal static class MemoryWords
{
    private static readonly string[] DeviceTypes = ["Device-nGnRnE", "Device-nGnRE", "Device-nGRE", "Device-GRE"];

    public static string Of(MemoryAttributes attributes)
    {
        if (attributes.IsDevice)
        {
            return DeviceTypes[(attributes.Mair >> 2) & 3];
        }

        string share = attributes.Shareability switch { 2 => ", outer shareable", 3 => ", inner shareable", _ => string.Empty };
        int outer = attributes.Mair >> 4;
        int inner = attributes.Mair & 15;
        string words = Cacheability(outer) == Cacheability(inner)
            ? "Normal " + Cacheability(outer)
            : $"Normal inner {Cacheability(inner)}, outer {Cacheability(outer)}";
        return words + share;
    }

    public static string Of(Permissions p)
    {
        ReadOnlySpan<char> privileged =
        [
            (p & Permissions.PrivilegedRead) != 0 ? 'r' : '-',
            (p & Permissions.PrivilegedWrite) != 0 ? 'w' : '-',
            (p & Permissions.PrivilegedExecute) != 0 ? 'x' : '-',
        ];
        ReadOnlySpan<char> unprivileged =
        [
            (p & Permissions.UnprivilegedRead) != 0 ? 'r' : '-',
            (p & Permissions.UnprivilegedWrite) != 0 ? 'w' : '-',
            (p & Permissions.UnprivilegedExecute) != 0 ? 'x' : '-',
        ];
        return $"privileged {privileged}, EL0 {unprivileged}";
    }

    private static string Cacheability(int nibble) => nibble switch
    {
        4 => "Non-cacheable",
        < 4 => "Write-Through transient",
        < 8 => "Write-Back transient",
        < 12 => "Write-Through",
        _ => "Write-Back",
    };
}
