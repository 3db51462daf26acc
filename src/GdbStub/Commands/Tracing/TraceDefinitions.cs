using System;
using System.Collections.Generic;
using System.Text;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Agent;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;
using GdbHost.Protocol.Tracing;

namespace GdbHost.GdbStub.Commands.Tracing;

/// <summary>Defining tracepoints and trace state variables (GDB manual, Tracepoint Packets: QTinit, QTDP, QTDPsrc, QTDV, QTEnable, QTDisable, QTro).</summary>
internal static class TraceDefinitions
{
    public static readonly Command[] Rows =
    [
        new("QTinit", Reset, Needs: Offered) { Controls = true },
        new("QTDP:", Define, Advertise: "ConditionalTracepoints+;StaticTracepoints+;InstallInTrace+;tracenz+", Needs: Offered) { Controls = true },
        new("QTDPsrc:", DefineSource, Advertise: "TracepointSource+", Needs: Offered) { Controls = true },
        new("QTDV:", DefineVariable, Needs: Offered) { Controls = true },
        new("QTEnable:", Enable, Advertise: "EnableDisableTracepoints+", Needs: Offered) { Controls = true },
        new("QTDisable:", Disable, Needs: Offered) { Controls = true },
        new("QTro", SetConstant, Needs: Offered) { Controls = true },
    ];

    private const ulong InstructionBytes = 4;

    // gdb reads numbers of errors here in a way of its own, but shows texts.
    private const string TooMany = "E.there are too many tracepoints, actions or ranges";

    public static bool Offered(ITarget target) => target is ITraced;

    public static Tracer TracerOf(CommandContext context) => ((ITraced)context.Target).Tracer;

    private static void Reset(CommandContext context, RspReader arguments)
    {
        TracerOf(context).Reset();
        context.State.Frame = null;
        context.Ok();
    }

    private static void Define(CommandContext context, RspReader arguments)
    {
        BreakpointOutcome? outcome = arguments.Take('-') ? AddActions(context, arguments) : DefineOne(context, arguments);
        switch (outcome)
        {
            case BreakpointOutcome.Done:
                context.Ok();
                break;
            case BreakpointOutcome.NoRoom:
                context.Reply.Text(TooMany);
                break;
            case BreakpointOutcome.Unsupported:
                context.Reply.Text("E.fast tracepoints are not offered; 'trace' collects at full speed too");
                break;
            default:
                context.Error(RspError.Malformed);
                break;
        }
    }

    /// <summary>"N:ADDR:ENA:STEP:PASS[:S][:XLEN,BYTES][-]"; null if it is malformed.</summary>
    private static BreakpointOutcome? DefineOne(CommandContext context, RspReader arguments)
    {
        if (!TryTakePlace(ref arguments, out int number, out ulong address) || number is 0 or > ushort.MaxValue || !arguments.Take(':')
            || !arguments.TakeAny(out char enabled) || enabled is not ('E' or 'D') || !arguments.Take(':') || !arguments.TakeNumber(out ulong steps)
            || !arguments.Take(':') || !arguments.TakeNumber(out ulong pass))
        {
            return null;
        }

        bool isStatic = false;
        AgentExpression? condition = null;
        string text = "";
        while (arguments.Take(':'))
        {
            if (arguments.Take('F'))
            {
                return BreakpointOutcome.Unsupported;
            }

            if (arguments.Take('S'))
            {
                isStatic = true;
                continue;
            }

            text = Encoding.Latin1.GetString(arguments.Rest).TrimEnd('-');
            condition = arguments.Take('X') ? TraceActionText.TakeExpression(ref arguments) : null;
            if (condition is null)
            {
                return null;
            }
        }

        arguments.Take('-');
        return !arguments.AtEnd || (!isStatic && address % InstructionBytes != 0) ? null : TracerOf(context).Define(new Tracepoint(number, address)
        {
            IsStatic = isStatic, IsEnabled = enabled == 'E', Steps = steps, PassCount = pass, Condition = condition, ConditionText = text,
        });
    }

    /// <summary>"N:ADDR:[S]ACTIONS[-]": behind the first S all actions are those of steps.</summary>
    private static BreakpointOutcome? AddActions(CommandContext context, RspReader arguments)
    {
        TracepointSet all = TracerOf(context).Tracepoints;
        if (!TryTakePlace(ref arguments, out int number, out ulong address) || !arguments.Take(':') || all.Find(number, address) is not Tracepoint tracepoint)
        {
            return null;
        }

        bool ofSteps = arguments.Take('S') || tracepoint.StepActionTexts.Count > 0;
        if (arguments.Rest.EndsWith("-"u8))
        {
            arguments = new RspReader(arguments.Rest[..^1]);
        }

        string text = Encoding.Latin1.GetString(arguments.Rest);
        List<TraceAction> actions = [.. ofSteps ? tracepoint.StepActions : tracepoint.Actions];
        if (!TraceActionText.TryTakeAll(ref arguments, actions))
        {
            return null;
        }

        if (!all.TryKeep(ofSteps ? tracepoint.StepActionTexts : tracepoint.ActionTexts, text))
        {
            return BreakpointOutcome.NoRoom;
        }

        if (ofSteps)
        {
            tracepoint.StepActions = actions;
        }
        else
        {
            tracepoint.Actions = actions;
        }

        return BreakpointOutcome.Done;
    }

    /// <summary>"N:ADDR:TYPE:START:LENGTH:BYTES", kept for the next debugger.</summary>
    private static void DefineSource(CommandContext context, RspReader arguments)
    {
        TracepointSet all = TracerOf(context).Tracepoints;
        if (!TryTakePlace(ref arguments, out int number, out ulong address) || !arguments.Take(':') || all.Find(number, address) is not Tracepoint tracepoint)
        {
            context.Error(RspError.NoSuchObject);
        }
        else if (all.TryKeep(tracepoint.Sources, Encoding.Latin1.GetString(arguments.Rest)))
        {
            context.Ok();
        }
        else
        {
            context.Reply.Text(TooMany);
        }
    }

    /// <summary>"N:VALUE:BUILTIN:NAME".</summary>
    private static void DefineVariable(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeInt(out int number) || number > ushort.MaxValue || !arguments.Take(':') || !arguments.TakeNumber(out ulong value)
            || !arguments.Take(':') || !arguments.TakeInt(out _) || !arguments.Take(':') || !Hex.TryDecodeText(arguments.Rest, out string name))
        {
            context.Error(RspError.Malformed);
        }
        else if (TracerOf(context).Variables.TryDefine(number, value, name))
        {
            context.Ok();
        }
        else
        {
            context.Error(RspError.NoRoom, () => $"${name} cannot be defined: the machine has another variable of number {number}, or there are too many");
        }
    }

    private static void Enable(CommandContext context, RspReader arguments) => SetEnabled(context, arguments, true);

    private static void Disable(CommandContext context, RspReader arguments) => SetEnabled(context, arguments, false);

    private static void SetEnabled(CommandContext context, RspReader arguments, bool enabled)
    {
        if (!TryTakePlace(ref arguments, out int number, out ulong address) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
        }
        else if (TracerOf(context).Tracepoints.Find(number, address) is Tracepoint tracepoint)
        {
            tracepoint.IsEnabled = enabled;
            context.Ok();
        }
        else
        {
            context.Error(RspError.NoSuchObject);
        }
    }

    /// <summary>":START,END" again and again: the sections of the program that it does not write to.</summary>
    private static void SetConstant(CommandContext context, RspReader arguments)
    {
        List<(ulong, ulong)> ranges = [];
        while (arguments.Take(':'))
        {
            if (!arguments.TakeNumber(out ulong first) || !arguments.Take(',') || !arguments.TakeNumber(out ulong end))
            {
                context.Error(RspError.Malformed);
                return;
            }

            ranges.Add((first, end));
        }

        if (!arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
        }
        else if (TracerOf(context).TrySetConstant(ranges))
        {
            context.Ok();
        }
        else
        {
            context.Reply.Text(TooMany);
        }
    }

    private static bool TryTakePlace(ref RspReader arguments, out int number, out ulong address)
    {
        address = 0;
        return arguments.TakeInt(out number) && arguments.Take(':') && arguments.TakeNumber(out address);
    }
}
