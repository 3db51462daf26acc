using System;
using GdbHost.Protocol.Framing;
using GdbHost.Protocol.Text;

namespace GdbHost.Protocol.Messages;

/// <summary>The part of an object that one qXfer read asks for, and its 'm' or 'l' answer (GDB manual, qXfer object:read).</summary>
public readonly record struct TransferWindow(int Offset, int Length)
{
    // Every byte may need an escape, and the answer has a letter of its own.
    private const int WorstBytesPerByte = 2;

    /// <summary>Reads "offset,length", which must be all that is left.</summary>
    public static bool TryRead(ref RspReader reader, out TransferWindow window)
    {
        bool good = reader.TakeInt(out int offset) & reader.Take(',') & reader.TakeInt(out int length) && reader.AtEnd;
        window = good ? new TransferWindow(offset, length) : default;
        return good;
    }

    /// <summary>Writes the body of the answer: 'm' when more follows, 'l' with the last part.</summary>
    /// <param name="maxBodyBytes">The largest body that may be written; the window is cut to fit, and gdb asks again.</param>
    public void WriteTo(PacketWriter writer, ReadOnlySpan<byte> content, int maxBodyBytes)
    {
        ArgumentNullException.ThrowIfNull(writer);
        int start = Math.Min(Offset, content.Length);
        int count = Math.Min(Math.Min(Length, content.Length - start), (maxBodyBytes - 1) / WorstBytesPerByte);
        writer.Put(start + count < content.Length ? 'm' : 'l');
        writer.Binary(content.Slice(start, count));
    }
}
