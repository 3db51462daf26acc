using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Agent;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>
/// What may follow a Z0 or Z1 packet (GDB manual, Packets: Z0): conditions "X LEN,BYTES", joined without a separator, and commands
/// "cmds:PERSIST,X LEN,BYTES". Commands never outlive the debugger here, whatever PERSIST says.
/// </summary>
internal static class BreakpointArguments
{
    /// <summary>Expressions that one breakpoint may have.</summary>
    private const int Most = 64;

    public static bool TryTake(ref RspReader arguments, out BreakpointScript script)
    {
        List<AgentExpression> conditions = [];
        List<AgentExpression> commands = [];
        script = new BreakpointScript(conditions, commands);
        while (!arguments.AtEnd)
        {
            if (arguments.TakeLiteral("cmds:"u8))
            {
                if (!arguments.TakeInt(out _) || !arguments.Take(',') || !TryTakeAll(ref arguments, commands))
                {
                    return false;
                }
            }
            else if (!TryTakeAll(ref arguments, conditions))
            {
                return false;
            }

            arguments.Take(';');
        }

        return true;
    }

    private static bool TryTakeAll(ref RspReader arguments, List<AgentExpression> into)
    {
        int before = into.Count;
        while (arguments.Take('X'))
        {
            if (into.Count == Most || !arguments.TakeInt(out int length) || length > AgentExpression.LongestBytecode || !arguments.Take(',')
                || !arguments.TakeHex(length, out byte[] bytecode))
            {
                return false;
            }

            into.Add(new AgentExpression(bytecode));
        }

        return into.Count > before;
    }
}
