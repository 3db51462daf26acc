using System;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;

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
        Class = fault is { Stage2: true, OnWalk: true } ? EventClass.TableDescriptor : asked,
        Second = fault.Ipa,
    };

    /// <summary>CD.R and STE.S2R; an external abort is always recorded.</summary>
    public static bool IsRecorded(StreamContext context, Fault fault) =>
        fault.Kind == FaultKind.ExternalAbort || (fault.Stage2 ? context.Ste.S2R : context.Cd is not { R: false });
}
