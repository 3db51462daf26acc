using System;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu;

/// <summary>Faults of a walk in their form for an SMMU: an event record (IHI 0070, Faults, errors and Event queue).</summary>
internal static class Faults
{
    /// <param name="record">What is known of the transaction.</param>
    /// <param name="asked">What the address was of, unless the walk itself was refused.</param>
    public static EventRecord EventOf(Fault fault, EventRecord record, EventClass asked) => record with
    {
        Kind = fault.Kind switch
        {
            FaultKind.Translation => EventKind.Translation,
            FaultKind.AddressSize => EventKind.AddressSize,
            FaultKind.AccessFlag => EventKind.Access,
            FaultKind.Permission => EventKind.Permission,
            FaultKind.ExternalAbort => EventKind.WalkExternalAbort,
            _ => throw new InvalidOperationException($"no walk gives {fault.Kind}"),
        },
        Stage2 = fault.Stage2,
        // What stage 1 could not read is a descriptor (IHI 0070, F_WALK_EABT).
        Class = fault is { Stage2: true, OnWalk: true } or { Stage2: false, Kind: FaultKind.ExternalAbort } ? EventClass.TableDescriptor : asked,
        Second = fault.Ipa,
    };

    /// <summary>One of the faults that CD.A, CD.R and CD.S, STE.S2R and STE.S2S are about; others end with an abort and are recorded.</summary>
    /// <param name="cd">Null where stage 1 is bypassed; its Address Size fault is none of those then.</param>
    public static bool IsConfigurable(ContextDescriptor? cd, Fault fault) =>
        fault.Kind != FaultKind.ExternalAbort && (fault.Stage2 || cd is not null);

    /// <summary>CD.S and STE.S2S.</summary>
    public static bool Stalls(in StreamTableEntry ste, ContextDescriptor? cd, Fault fault) =>
        IsConfigurable(cd, fault) && (fault.Stage2 ? ste.S2S : cd is { S: true });

    /// <summary>CD.R and STE.S2R; what is to stall is recorded whatever they say.</summary>
    public static bool IsRecorded(in StreamTableEntry ste, ContextDescriptor? cd, Fault fault) =>
        !IsConfigurable(cd, fault) || Stalls(in ste, cd, fault) || (fault.Stage2 ? ste.S2R : cd is { R: true });

    /// <summary>CD.A is clear: it ends as though it were done.</summary>
    public static bool IsDiscarded(in StreamTableEntry ste, ContextDescriptor? cd, Fault fault) =>
        IsConfigurable(cd, fault) && !fault.Stage2 && cd is { A: false } && !Stalls(in ste, cd, fault);
}
