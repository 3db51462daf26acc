using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Virtio.Pci;

namespace GdbHost.Machine.Debug.Events;

/// <summary>Asks whoever wants to stop at what an SMMU reports. While nobody does, the SMMU knows of no observer.</summary>
[NotState("the debugger's")]
internal sealed class SmmuStops(Boards.Machine machine)
{
    private Func<MachineSmmuReport, string?>? _stops;

    public static IReadOnlyList<string> Names { get; } = [.. EventRow.Table.Select(static r => r.Name), "CERROR_ILL", "CERROR_ABT", "CERROR_ATC_INV_SYNC"];

    /// <summary>Whether a report can be about a stream that has an entry, which may name a VMID.</summary>
    public static bool CanHaveVmid(string name) =>
        Array.Find(EventRow.Table, r => r.Name == name) is EventRow row && row.Kind is not (EventKind.BadStreamId or EventKind.SteFetch);

    /// <summary>The words of a stop, or null to go on; itself null: never stop.</summary>
    public Func<MachineSmmuReport, string?>? Reports
    {
        set
        {
            _stops = value;
            if (machine.Smmu is SmmuV3 smmu)
            {
                smmu.Recorder.Observer -= Recorded;
                smmu.Recorder.Observer += value is null ? null : Recorded;
                smmu.Signals.ErrorObserver = value is null ? null : Raised;
            }
        }
    }

    private void Recorded(EventRecord record)
    {
        // Behind a port without a bus number several functions may have the same Requester ID.
        PciFunction[] senders = machine.Pcie is RootComplex root
            ? [.. MachinePci.All(root.Bus).Where(f => f.Requester.Value == record.Stream && f.MayMaster)]
            : [];
        string who = $"{new RequesterId((ushort)record.Stream)}{(senders.Length == 0 ? "" : " " + string.Join(" or ", senders.Select(static f => f.StateName)))}";
        string why = senders is [VirtioPci { UntranslatedDriver: string cause }] ? $"; {cause}" : "";
        Ask(new MachineSmmuReport(EventRow.Of(record.Kind).Name, who, SmmuQueues.Words(record) + why, SmmuState.VmidOf(machine.Smmu!, record.Stream)));
    }

    private void Raised(GlobalError error)
    {
        SmmuV3 smmu = machine.Smmu!;
        string words = error == GlobalError.CmdqErr ? SmmuQueues.CommandErrorWords(smmu) : $"SMMU_GERROR.{error}";
        Ask(new MachineSmmuReport(error == GlobalError.CmdqErr ? SmmuQueues.CommandErrorName(smmu) : error.ToString(), null, words, null));
    }

    private void Ask(MachineSmmuReport report)
    {
        if (machine.Cluster.Current is Core core && _stops?.Invoke(report) is string words)
        {
            machine.Cluster.Debug.StopFor(core, words);
        }
    }
}
