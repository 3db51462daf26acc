using System;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Framing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Reading and writing registers (GDB manual, Packets: g, G, p, P).</summary>
internal static class Registers
{
    public static readonly Command[] Rows =
    [
        new("g", ReadAll),
        new("G", WriteAll) { Controls = true },
        new("p", ReadOne),
        new("P", WriteOne) { Controls = true },
    ];

    private static void ReadAll(CommandContext context, RspReader arguments)
    {
        if (!TryTakeCpu(context, ref arguments, out int cpu))
        {
            context.Error(RspError.Malformed);
            return;
        }

        RegisterDescription[] registers = context.Layout.InGeneralPacket;
        Span<byte> values = stackalloc byte[context.Layout.GeneralPacketBytes];
        Span<bool> readable = stackalloc bool[registers.Length];
        context.ReadRegisters(cpu, registers, values, readable);
        PacketWriter reply = context.Reply;
        int written = 0;
        int at = 0;
        for (int i = 0; i < registers.Length; i++)
        {
            int next = at + registers[i].Bytes;
            if (!readable[i])
            {
                reply.HexBytes(values[written..at]);
                Unavailable(reply, registers[i].Bytes);
                written = next;
            }

            at = next;
        }

        reply.HexBytes(values[written..]);
    }

    private static void WriteAll(CommandContext context, RspReader arguments)
    {
        Span<byte> values = stackalloc byte[context.Layout.GeneralPacketBytes];
        if (!Hex.TryDecode(arguments.TakeUntil(';'), values, out int written) || written != values.Length || !TryTakeCpu(context, ref arguments, out int cpu))
        {
            context.Error(RspError.Malformed);
            return;
        }

        int at = 0;
        string? problem = null;
        foreach (RegisterDescription register in context.Layout.InGeneralPacket)
        {
            problem = context.WriteRegister(cpu, register, values.Slice(at, register.Bytes)) ?? problem;
            at += register.Bytes;
        }

        Answer(context, problem);
    }

    private static void ReadOne(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong number) || !TryTakeCpu(context, ref arguments, out int cpu))
        {
            context.Error(RspError.Malformed);
        }
        else if (!context.Layout.TryGet(number, out RegisterDescription register))
        {
            context.Error(RspError.NoSuchObject);
        }
        else
        {
            Span<byte> value = stackalloc byte[register.Bytes];
            if (context.TryReadRegister(cpu, register, value))
            {
                context.Reply.HexBytes(value);
            }
            else
            {
                Unavailable(context.Reply, register.Bytes);
            }
        }
    }

    private static void WriteOne(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong number) || !arguments.Take('='))
        {
            context.Error(RspError.Malformed);
            return;
        }

        if (!context.Layout.TryGet(number, out RegisterDescription register))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        Span<byte> value = stackalloc byte[register.Bytes];
        if (!Hex.TryDecode(arguments.TakeUntil(';'), value, out int written) || written != value.Length || !TryTakeCpu(context, ref arguments, out int cpu))
        {
            context.Error(RspError.Malformed);
            return;
        }

        Answer(context, context.WriteRegister(cpu, register, value));
    }

    /// <summary>Takes what may stand at the end for a peer that said QThreadSuffixSupported; else the selected vCPU is meant.</summary>
    private static bool TryTakeCpu(CommandContext context, ref RspReader arguments, out int cpu)
    {
        cpu = context.State.SelectedCpu;
        if (arguments.AtEnd)
        {
            return true;
        }

        arguments.Take(';');
        return context.State.ThreadSuffix && (arguments.AtEnd || (arguments.TakeLiteral("thread:"u8) && arguments.TakeThreadId(out ThreadId id)
            && context.TryCpu(id, out cpu) && arguments.Take(';') && arguments.AtEnd));
    }

    /// <summary>gdb shows the text of a refused write in every version, whatever it says of error messages.</summary>
    private static void Answer(CommandContext context, string? problem)
    {
        if (problem is null)
        {
            context.Ok();
        }
        else
        {
            context.Reply.Text("E.").Text(problem);
        }
    }

    private static void Unavailable(PacketWriter reply, int bytes)
    {
        for (int i = 0; i < bytes * 2; i++)
        {
            reply.Put('x');
        }
    }
}
