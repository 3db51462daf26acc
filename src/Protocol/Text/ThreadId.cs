using System;
using GdbHost.Protocol.Framing;

namespace GdbHost.Protocol.Text;

/// <summary>
/// A thread-id of the multiprocess extensions, p&lt;pid&gt;.&lt;tid&gt; (GDB manual, Packets, thread-id syntax).
/// In either place -1 means all and 0 means any.
/// </summary>
public readonly record struct ThreadId(int Process, int Thread)
{
    public const int All = -1;
    public const int Any = 0;

    /// <summary>Every thread of every process.</summary>
    public static readonly ThreadId Everything = new(All, All);

    /// <summary>Whichever thread the stub likes.</summary>
    public static readonly ThreadId Whichever = new(Any, Any);

    /// <summary>True when this id, taken as a pattern, covers <paramref name="one"/>.</summary>
    public bool Covers(ThreadId one) => Matches(Process, one.Process) && Matches(Thread, one.Thread);

    /// <summary>Writes p&lt;pid&gt;.&lt;tid&gt;, or the thread alone when the peer did not agree to multiprocess ids.</summary>
    public void WriteTo(PacketWriter writer, bool multiprocess)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (multiprocess)
        {
            WritePart(writer.Put('p'), Process);
            writer.Put('.');
        }

        WritePart(writer, Thread);
    }

    private static bool Matches(int pattern, int value) => pattern is All or Any || pattern == value;

    private static void WritePart(PacketWriter writer, int part)
    {
        if (part < 0)
        {
            writer.Text("-1");
        }
        else
        {
            writer.Number((uint)part);
        }
    }
}
