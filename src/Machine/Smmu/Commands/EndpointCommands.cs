using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Smmu.Commands;

/// <summary>Commands that functions hear of, and CMD_SYNC, which waits for their answers (IHI 0070, ATS and PRI, Fault response and synchronization commands).</summary>
internal sealed class EndpointCommands(SmmuV3 smmu)
{
    /// <summary>CMD_ATC_INV.</summary>
    public CommandError Invalidate(Command command)
    {
        const int All = 52;
        const int PageShift = 12;
        if (command.Size > All)
        {
            return CommandError.Illegal;
        }

        if (!smmu.Control.SmmuEnable)
        {
            return CommandError.None;
        }

        if (smmu.Invalidations.IsFull)
        {
            return CommandError.Waits;
        }

        int shift = PageShift + command.Size;
        ulong address = command.Size == All ? 0 : command.Address >> shift << shift;
        PasidPrefix prefix = command.HasSubstream ? PasidPrefix.Of(command.Substream) : default;
        smmu.Invalidations.Send(new CacheInvalidation(FunctionOf(command), 0, prefix, address, shift, command.HasSubstream && command.Global));
        return CommandError.None;
    }

    /// <summary>CMD_PRI_RESP.</summary>
    public CommandError Respond(Command command)
    {
        PageResponseCode? code = command.Response switch
        {
            0 => PageResponseCode.Failure,
            1 => PageResponseCode.InvalidRequest,
            2 => PageResponseCode.Success,
            _ => null,
        };
        if (code is null)
        {
            return CommandError.Illegal;
        }

        if (smmu.Control.SmmuEnable)
        {
            PasidPrefix prefix = command.HasSubstream ? PasidPrefix.Of(command.Substream) : default;
            smmu.Endpoints?.Respond(new PageResponse(FunctionOf(command), prefix, command.PageGroup, code.Value));
        }

        return CommandError.None;
    }

    /// <summary>CMD_RESUME.</summary>
    public CommandError Resume(Command command)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        StallOutcome outcome = command.Retry ? StallOutcome.Retry : command.AbortsIt ? StallOutcome.Abort : StallOutcome.Discard;
        smmu.Stalls.Resume(command.Stream, command.StallTag, outcome);
        return CommandError.None;
    }

    /// <summary>CMD_STALL_TERM.</summary>
    public CommandError TerminateStalls(Command command)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        smmu.Stalls.Terminate(command.Stream);
        return CommandError.None;
    }

    /// <summary>CMD_SYNC: all before it is done but for invalidations in functions.</summary>
    public CommandError Synchronize(Command command)
    {
        const int Reserved = 3;
        if (command.CompletionSignal == Reserved)
        {
            return CommandError.Illegal;
        }

        if (smmu.Invalidations.HasFailed)
        {
            smmu.Invalidations.Told();
            return CommandError.InvalidationTimeout;
        }

        if (smmu.Invalidations.Outstanding.Count > 0)
        {
            return CommandError.Waits;
        }

        smmu.Signals.Synchronized(command);
        return CommandError.None;
    }

    private static RequesterId FunctionOf(Command command) => new((ushort)command.Stream);
}
