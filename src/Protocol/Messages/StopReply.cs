using System;
using GdbHost.Protocol.Framing;
using GdbHost.Protocol.Text;

namespace GdbHost.Protocol.Messages;

/// <summary>gdb's signal numbers that we use; they are gdb's own, not the host's (GDB manual, Stop Reply Packets).</summary>
public enum StopSignal
{
    /// <summary>The debugger has asked for this stop of a thread.</summary>
    None = 0,

    /// <summary>The debugger's own interrupt.</summary>
    Interrupt = 2,

    /// <summary>The program is at its end, and can still be looked at.</summary>
    Quit = 3,

    /// <summary>Breakpoint, watchpoint, end of a step, or a stop with nothing to blame.</summary>
    Trap = 5,
}

/// <summary>The stop reason that goes into a T packet.</summary>
public enum StopCause
{
    None,
    SoftwareBreakpoint,
    HardwareBreakpoint,
    WriteWatchpoint,
    ReadWatchpoint,
    AccessWatchpoint,
}

/// <summary>Writes the stop reply packets T, W and O (GDB manual, Stop Reply Packets).</summary>
public readonly record struct StopReply(StopSignal Signal, StopCause Cause, ulong Address, ThreadId Thread)
{
    /// <summary>Starts a T packet's body; the caller may append expedited registers with <see cref="WriteRegister"/>.</summary>
    /// <param name="reasons">What gdb said in qSupported that it understands; a cause outside it is left out.</param>
    public void WriteTo(PacketWriter writer, bool multiprocess, StopReasons reasons)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Put('T').HexBytes([(byte)Signal]);
        writer.Text("thread:");
        Thread.WriteTo(writer, multiprocess);
        writer.Put(';');
        WriteCause(writer, reasons);
    }

    /// <summary>Appends one register to a T packet, so that gdb need not ask for it.</summary>
    public static void WriteRegister(PacketWriter writer, int number, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.HexBytes([(byte)number]).Put(':').HexBytes(value).Put(';');
    }

    /// <summary>The body of "the process ended with this status".</summary>
    public static void WriteExit(PacketWriter writer, byte status, int process, bool multiprocess)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Put('W').HexBytes([status]);
        if (multiprocess)
        {
            writer.Text(";process:").Number((uint)process);
        }
    }

    private void WriteCause(PacketWriter writer, StopReasons reasons)
    {
        switch (Cause)
        {
            case StopCause.SoftwareBreakpoint when reasons.HasFlag(StopReasons.SoftwareBreakpoint):
                writer.Text("swbreak:;");
                break;
            case StopCause.HardwareBreakpoint when reasons.HasFlag(StopReasons.HardwareBreakpoint):
                writer.Text("hwbreak:;");
                break;
            case StopCause.WriteWatchpoint:
                writer.Text("watch:").Number(Address).Put(';');
                break;
            case StopCause.ReadWatchpoint:
                writer.Text("rwatch:").Number(Address).Put(';');
                break;
            case StopCause.AccessWatchpoint:
                writer.Text("awatch:").Number(Address).Put(';');
                break;
        }
    }
}

/// <summary>Stop reasons that a stub may send only after gdb has offered them in qSupported.</summary>
[Flags]
public enum StopReasons
{
    None = 0,
    SoftwareBreakpoint = 1,
    HardwareBreakpoint = 2,
}
