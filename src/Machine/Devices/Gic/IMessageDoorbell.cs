using System.Collections.Generic;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>One thing between a device and a vCPU that lets an interrupt pass or not.</summary>
/// <param name="Passes">It does not hold the interrupt up.</param>
/// <param name="State">What it is now.</param>
/// <param name="Reason">Why it blocks, if it does, or what would help.</param>
public sealed record InterruptLink(string Name, bool Passes, string State, string Reason);

/// <summary>A register that makes interrupts of messages.</summary>
internal interface IMessageDoorbell
{
    /// <summary>The name of the frame on the bus.</summary>
    string Name { get; }

    /// <summary>Offset in the frame of the register that messages are written to, 32 bits.</summary>
    ulong Register { get; }

    /// <summary>Follows a message that nobody sends, link by link up to the first that blocks. Nothing changes by it.</summary>
    /// <param name="offset">Where in the frame it is written.</param>
    /// <param name="data">What is written, 32 bits.</param>
    /// <param name="links">Gets what was met.</param>
    /// <returns>The interrupt and the core that its tables name, or null; the core of an SPI is the distributor's choice and is null.</returns>
    MessageTarget? Explain(RequesterId requester, ulong offset, uint data, List<InterruptLink> links);
}

/// <param name="Interrupt">Interrupt ID.</param>
/// <param name="Core">The core that a collection names.</param>
internal readonly record struct MessageTarget(int Interrupt, int? Core);
