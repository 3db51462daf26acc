using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Debug.Events;

/// <summary>
/// Asks whoever wants to stop at accesses to configuration space and at interrupt messages. While nobody does, PCI knows of no observer.
/// What a debugger does to a machine that stands still is nobody's turn, and stops nothing.
/// </summary>
[NotState("the debugger's")]
internal sealed class EventStops(Boards.Machine machine)
{
    private readonly List<string> _way = [];
    private Func<MachineMessage, string?>? _messages;

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
            if (machine.Pcie is RootComplex root)
            {
                root.DmaObserver -= Passed;
                root.DmaObserver += value is null ? null : Passed;
                _messages = value;
                _way.Clear();
            }
        }
    }

    private void Accessed(Func<MachineConfigAccess, string?> stops, RootComplex root, ConfigStep step)
    {
        if (machine.Cluster.Current is not Core core)
        {
            return;
        }

        PciFunction? function = root.Find(step.Function.Value >> 8, step.Function.Value & 0xff);
        MachineConfigAccess access = new(
            core.Configuration.Index, core.AccessPc, step.Function.ToString(), function?.StateName,
            ConfigRegisterNames.Of(function, step.Offset, step.Size), step.Offset, step.Size, step.IsWrite, step.Value);
        if (stops(access) is string words)
        {
            machine.Cluster.Debug.StopFor(core, words);
        }
    }

    private void Passed(DmaStep step)
    {
        if (step.Request.Kind != DmaKind.Message || machine.Cluster.Current is not Core core)
        {
            return;
        }

        _way.Add($"{step.Place} {step.Verdict} (0x{step.Address:x})");
        if (step.Verdict == DmaResult.Ok && step.Stage is not (DmaStage.Target or DmaStage.Peer))
        {
            return;
        }

        MachineMessage message = new(core.Configuration.Index, step.Request.Requester.ToString(), step.Request.Address, step.Request.Message, [.. _way]);
        _way.Clear();
        if (_messages?.Invoke(message) is string words)
        {
            machine.Cluster.Debug.StopFor(core, words);
        }
    }
}
