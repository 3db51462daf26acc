using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie;

namespace GdbHost.Machine.Debug.Events;

/// <summary>
/// Asks whoever wants to stop at accesses to configuration space and at requests of functions. While nobody does, PCI knows of no observer.
/// What a debugger does to a machine that stands still is nobody's turn, and stops nothing.
/// </summary>
[NotState("the debugger's")]
internal sealed class EventStops(Boards.Machine machine, DmaTransactions transactions)
{
    private Func<MachineMessage, string?>? _messages;
    private Func<MachineDma, string?>? _requests;

    /// <summary>The words of a stop after an access, or null to go on; itself null: never stop.</summary>
    public Func<MachineConfigAccess, string?>? Accesses
    {
        set
        {
            if (machine.Pcie is RootComplex root)
            {
                root.ConfigObserver = value is null ? null : step => Accessed(value, root, step);
            }
        }
    }

    /// <summary>The same for messages.</summary>
    public Func<MachineMessage, string?>? Messages
    {
        set
        {
            _messages = value;
            Listen();
        }
    }

    /// <summary>The same for all requests.</summary>
    public Func<MachineDma, string?>? Requests
    {
        set
        {
            _requests = value;
            Listen();
        }
    }

    private void Listen() => transactions.Set(Ended, _messages is not null || _requests is not null);

    private void Accessed(Func<MachineConfigAccess, string?> stops, RootComplex root, ConfigStep step)
    {
        if (machine.Cluster.Current is not Core core)
        {
            return;
        }

        PciFunction? function = root.Find(step.Function.Value >> 8, step.Function.Value & 0xff);
        MachineConfigAccess access = new(
            core.Configuration.Index, core.AccessPc, step.Function.ToString(), function?.StateName,
            ConfigRegisterNames.Of(function, step.Offset, step.Size), step.Offset, step.Size, step.IsWrite, step.Value, CoreWorld.VmidOf(core));
        if (stops(access) is string words)
        {
            machine.Cluster.Debug.StopFor(core, words);
        }
    }

    private void Ended(MachineDma request)
    {
        if (machine.Cluster.Current is not Core core)
        {
            return;
        }

        string? words = _requests?.Invoke(request);
        if (words is null && request.Data is uint data && _messages is not null)
        {
            words = _messages(new MachineMessage(
                core.Configuration.Index, request.Requester, request.Address, data, [.. request.Way.Select(static s => s.ToString())], request.Vmid));
        }

        if (words is not null)
        {
            machine.Cluster.Debug.StopFor(core, words);
        }
    }
}
