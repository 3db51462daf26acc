using System;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;

namespace GdbHost.GdbStub.Monitor.Requests;

/// <summary>"monitor dma log": the newest requests of PCI functions, with what each place on their way made of them.</summary>
internal static class DmaLogCommand
{
    private const int Shown = 16;

    /// <summary>False for words that mean nothing.</summary>
    public static bool TryRun(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words)
    {
        string? requester = null;
        if (!words.IsEmpty && MonitorArguments.TryFunction(words[^1], out ushort id))
        {
            requester = MonitorArguments.FunctionName(id);
            words = words[..^1];
        }

        switch (words)
        {
            case ["on"]:
                machine.RecordDma(true, requester);
                Counts(request, machine.ReadDma(0, null));
                return true;
            case ["off"] when requester is null:
                machine.RecordDma(false, null);
                Counts(request, machine.ReadDma(0, null));
                return true;
            case []:
                Counts(request, machine.ReadDma(0, requester));
                List(request, machine.ReadDma(Shown, requester));
                return true;
            case ["last", string number] when MonitorArguments.TryNumber(number, out ulong most) && most is > 0 and <= int.MaxValue:
                DmaLogContent log = machine.ReadDma((int)most, requester);
                List(request, log);
                if (log.Requests.Count == 0)
                {
                    request.Line($"No such request is recorded{(log.IsOn ? "" : ", and the log is off; \"monitor dma log on\" starts it")}.");
                }

                return true;
            default:
                return false;
        }
    }

    private static void Counts(MonitorRequest request, DmaLogContent log)
    {
        string of = log.Only is null ? "" : $" for {log.Only}";
        request.Line(
            log.IsOn ? $"dma log: on{of}, the newest {MachineInspection.KeptRequests} requests of each requester are kept" : "dma log: off; \"monitor dma log on\" starts it",
            new("on", log.IsOn), new("only", log.Only), new("capacity", MachineInspection.KeptRequests));
        foreach (DmaCount c in log.Counts)
        {
            request.Line(
                $"{c.Requester}: {c.Requests} requests, {c.Refused} refused, {c.FakedInterrupts} writes to a doorbell that are no messages",
                new("requester", c.Requester), new("requests", c.Requests), new("refused", c.Refused), new("faked-interrupts", c.FakedInterrupts));
        }

        if (log.Unkept > 0)
        {
            request.Line($"{log.Unkept} requests of more requesters are not kept", new Fact("unkept", log.Unkept));
        }
    }

    private static void List(MonitorRequest request, DmaLogContent log)
    {
        foreach (LoggedDma one in log.Requests)
        {
            request.Line($"#{one.Number} {one.Request.At} ns: {DmaWords.Sentence(one.Request)}", [new("number", one.Number), .. DmaWords.Facts(one.Request)]);
        }
    }
}
