using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Breakpoints and watchpoints (GDB manual, Packets: Z0 to Z4, z0 to z4).</summary>
internal static class Breakpoints
{
    public static readonly Command[] Rows =
    [
        new("Z", Insert, Advertise: "ConditionalBreakpoints+;BreakpointCommands+", Needs: Offered) { Controls = true },
        new("z", Remove, Needs: Offered) { Controls = true },
    ];

    private static bool Offered(ITarget target) => target is IBreakpoints;

    private static void Insert(CommandContext context, RspReader arguments)
    {
        if (!TryTake(context, ref arguments, out BreakpointKind kind, out ulong address, out int length))
        {
            return;
        }

        if (!BreakpointArguments.TryTake(ref arguments, out BreakpointScript script))
        {
            context.Error(RspError.Malformed);
            return;
        }

        Answer(context, ((IBreakpoints)context.Target).Insert(kind, address, length, script, context.State.Worlds.OfBreakpoints));
    }

    private static void Remove(CommandContext context, RspReader arguments)
    {
        if (TryTake(context, ref arguments, out BreakpointKind kind, out ulong address, out int length))
        {
            Answer(context, ((IBreakpoints)context.Target).Remove(kind, address, length, context.State.Worlds.OfBreakpoints));
        }
    }

    private static bool TryTake(CommandContext context, ref RspReader arguments, out BreakpointKind kind, out ulong address, out int length)
    {
        address = 0;
        length = 0;
        bool good = arguments.TakeInt(out int number) && arguments.Take(',') && arguments.TakeNumber(out address) && arguments.Take(',')
            && arguments.TakeInt(out length) && (arguments.AtEnd || arguments.Take(';'));
        kind = (BreakpointKind)number;
        if (!good)
        {
            context.Error(RspError.Malformed);
            return false;
        }

        // A kind that nobody has defined yet is an unsupported packet, not an error.
        return kind is >= BreakpointKind.Software and <= BreakpointKind.AccessWatch;
    }

    private static void Answer(CommandContext context, BreakpointOutcome outcome)
    {
        switch (outcome)
        {
            case BreakpointOutcome.Done:
                context.Ok();
                break;
            case BreakpointOutcome.Invalid:
                context.Error(RspError.Malformed);
                break;
            case BreakpointOutcome.NoRoom:
                context.Error(RspError.NoRoom);
                break;
        }
    }
}
