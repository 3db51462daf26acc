using System;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Does one packet: reads the arguments, asks a capability, writes one reply. Writing none means "unsupported".</summary>
internal delegate void CommandHandler(CommandContext context, RspReader arguments);

/// <summary>One packet of the protocol.</summary>
/// <param name="Prefix">Literal characters a packet starts with; the longest matching prefix wins.</param>
/// <param name="Advertise">What qSupported must say so that gdb sends this packet, or null if gdb sends it unasked.</param>
/// <param name="Needs">The capability without which the packet is unknown, or null if every target can serve it.</param>
/// <param name="WhileRunning">True when it may be answered while a stop reply is owed.</param>
internal sealed record Command(
    string Prefix,
    CommandHandler Handle,
    string? Advertise = null,
    Func<ITarget, bool>? Needs = null,
    bool WhileRunning = false)
{
    /// <summary>Changes the guest or decides whether it runs: only for the debugger that has control.</summary>
    public bool Controls { get; init; }
}
