using System;
using System.Buffers;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Reading and writing memory as the selected vCPU sees it (GDB manual, Packets: m, M, x, X).</summary>
internal static class Memory
{
    public static readonly Command[] Rows =
    [
        new("m", Read),
        new("x", ReadBinary, Advertise: "binary-upload+"),
        new("M", WriteHex) { Controls = true },
        new("X", WriteBinary) { Controls = true },
    ];

    // Two digits for each byte.
    private const int MaxReadBytes = CommandContext.MaxPacketBytes / 2;

    // In the worst case every byte needs an escape; the answer begins with a letter.
    private const int MaxBinaryBytes = (CommandContext.MaxPacketBytes - 1) / 2;

    private static void Read(CommandContext context, RspReader arguments) =>
        Read(context, arguments, MaxReadBytes, static (context, bytes) => context.Reply.HexBytes(bytes));

    private static void ReadBinary(CommandContext context, RspReader arguments) =>
        Read(context, arguments, MaxBinaryBytes, static (context, bytes) => context.Reply.Put('b').Binary(bytes));

    private static void Read(CommandContext context, RspReader arguments, int most, Action<CommandContext, ReadOnlySpan<byte>> answer)
    {
        if (!TryTakeRange(ref arguments, out ulong address, out int length) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        // A shorter answer than asked for is allowed; gdb asks for the rest.
        byte[] room = ArrayPool<byte>.Shared.Rent(Math.Min(length, most));
        Span<byte> bytes = room.AsSpan(0, Math.Min(length, most));
        int read = context.ReadMemory(address, bytes);
        if (read == 0 && length > 0)
        {
            Refuse(context, address, WalkAccess.Read);
        }
        else
        {
            answer(context, bytes[..read]);
        }

        ArrayPool<byte>.Shared.Return(room);
    }

    // The reason is kept for who asks by "monitor error": gdb before 16 does not show it.
    private static void Refuse(CommandContext context, ulong address, WalkAccess access)
    {
        string problem = MemoryProblem.Of(context, address, access);
        context.State.MemoryProblem = problem;
        context.Error(RspError.BadAddress, () => problem);
    }

    private static void WriteHex(CommandContext context, RspReader arguments)
    {
        if (!TryTakeRange(ref arguments, out ulong address, out int length) || !arguments.Take(':') || arguments.Rest.Length != 2L * length)
        {
            context.Error(RspError.Malformed);
            return;
        }

        byte[] room = ArrayPool<byte>.Shared.Rent(length);
        if (Hex.TryDecode(arguments.Rest, room.AsSpan(0, length), out _))
        {
            Write(context, address, room.AsSpan(0, length));
        }
        else
        {
            context.Error(RspError.Malformed);
        }

        ArrayPool<byte>.Shared.Return(room);
    }

    private static void WriteBinary(CommandContext context, RspReader arguments)
    {
        if (!TryTakeRange(ref arguments, out ulong address, out int length) || !arguments.Take(':') || arguments.Rest.Length != length)
        {
            context.Error(RspError.Malformed);
            return;
        }

        Write(context, address, arguments.Rest);
    }

    private static void Write(CommandContext context, ulong address, ReadOnlySpan<byte> bytes)
    {
        // gdb probes for X with a length of zero, at any address.
        if (bytes.IsEmpty || context.TryWriteMemory(address, bytes))
        {
            context.Ok();
        }
        else
        {
            Refuse(context, address, WalkAccess.Write);
        }
    }

    private static bool TryTakeRange(ref RspReader arguments, out ulong address, out int length)
    {
        length = 0;
        return arguments.TakeNumber(out address) && arguments.Take(',') && arguments.TakeInt(out length);
    }
}
