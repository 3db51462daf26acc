using System;
using System.Collections.Generic;
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
        new("G", WriteAll),
        new("p", ReadOne),
        new("P", WriteOne),
    ];

    private static void ReadAll(CommandContext context, RspReader arguments)
    {
        IReadOnlyList<RegisterDescription> registers = context.Layout.InGeneralPacket;
        Span<byte> values = stackalloc byte[context.Layout.GeneralPacketBytes];
        Span<bool> readable = stackalloc bool[registers.Count];
        context.Target.ReadRegisters(context.State.SelectedCpu, registers, values, readable);
        PacketWriter reply = context.Reply;
        int at = 0;
        for (int i = 0; i < readable.Length; i++)
        {
            if (readable[i])
            {
                reply.HexBytes(values.Slice(at, registers[i].Bytes));
            }
            else
            {
                Unavailable(reply, registers[i].Bytes);
            }

            at += registers[i].Bytes;
        }
    }

    private static void WriteAll(CommandContext context, RspReader arguments)
    {
        Span<byte> values = stackalloc byte[context.Layout.GeneralPacketBytes];
        if (!Hex.TryDecode(arguments.Rest, values, out int written) || written != values.Length)
        {
            context.Error(RspError.Malformed);
            return;
        }

        int at = 0;
        string? problem = null;
        foreach (RegisterDescription register in context.Layout.InGeneralPacket)
        {
            problem = context.Target.WriteRegister(context.State.SelectedCpu, register, values.Slice(at, register.Bytes)) ?? problem;
            at += register.Bytes;
        }

        Answer(context, problem);
    }

    private static void ReadOne(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong number) || !arguments.AtEnd)
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
            if (context.Target.TryReadRegister(context.State.SelectedCpu, register, value))
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
        if (!Hex.TryDecode(arguments.Rest, value, out int written) || written != value.Length)
        {
            context.Error(RspError.Malformed);
            return;
        }

        Answer(context, context.Target.WriteRegister(context.State.SelectedCpu, register, value));
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
