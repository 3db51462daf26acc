using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Smmu.Commands;

namespace GdbHost.Machine.Smmu;

/// <summary>What an SMMU says to the cores beside its queues: global errors, interrupts by wire or message, events (WFE).</summary>
/// <param name="sendEvent">Sends an event to all cores, as SEV does.</param>
internal sealed class Signals(SmmuV3 smmu, MessageWriter messages, IrqLines lines, Action sendEvent)
{
    /// <summary>Called with each error that becomes active in SMMU_GERROR; null where nobody listens.</summary>
    [field: NotState("a listener")]
    public Action<GlobalError>? ErrorObserver { get; set; }

    public void Raise(GlobalError error)
    {
        if (!smmu.Errors.Raise(error))
        {
            return;
        }

        ErrorObserver?.Invoke(error);
        if (!TryInterrupt(Registers.GerrorIrqCfg, IrqLines.GlobalErrorEnable, lines.GlobalError) && smmu.Errors.Raise(GlobalError.MsiGerrorAbtErr))
        {
            ErrorObserver?.Invoke(GlobalError.MsiGerrorAbtErr);
        }
    }

    /// <summary>The event queue is no longer empty.</summary>
    public void EventsWait()
    {
        if (!TryInterrupt(Registers.EventqIrqCfg, IrqLines.EventQueueEnable, lines.EventQueue))
        {
            Raise(GlobalError.MsiEventqAbtErr);
        }
    }

    /// <summary>The PRI queue is no longer empty, or a last request of a group has come.</summary>
    public void PageRequestsWait()
    {
        if (!TryInterrupt(Registers.PriqIrqCfg, IrqLines.PageRequestsEnable, lines.PageRequests))
        {
            Raise(GlobalError.MsiPriqAbtErr);
        }
    }

    /// <summary>CMD_SYNC is done, and its CS says how that is told.</summary>
    public void Synchronized(Command command)
    {
        const int Interrupt = 1;
        const int Event = 2;
        if (command.CompletionSignal == Event)
        {
            sendEvent();
        }
        else if (command.CompletionSignal == Interrupt && command.MsiAddress == 0)
        {
            Pulse(lines.CommandSync);
        }
        else if (command.CompletionSignal == Interrupt && !messages.TrySend(command.MsiAddress, command.MsiData, smmu.Port))
        {
            Raise(GlobalError.MsiCmdqAbtErr);
        }
    }

    private static void Pulse(IInterruptLine line)
    {
        line.Set(true);
        line.Set(false);
    }

    /// <summary>False where there should be a message and it was refused.</summary>
    private bool TryInterrupt(uint configuration, int enable, IInterruptLine line)
    {
        if (!smmu.Bank[Registers.IrqCtrl].Bit(enable))
        {
            return true;
        }

        ulong address = smmu.Wide(configuration).Field(51, 2) << 2;
        if (address != 0)
        {
            return messages.TrySend(address, smmu.Bank[configuration + 8], smmu.Port);
        }

        Pulse(line);
        return true;
    }
}
