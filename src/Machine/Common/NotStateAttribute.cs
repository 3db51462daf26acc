using System;

namespace GdbHost.Machine.Common;

/// <summary>
/// Says of a field, or of all fields of a class, that they are no state of the machine, and why: a snapshot leaves them
/// out and two equal machines may differ in them. A test fails for every other field that a snapshot does not hold.
/// </summary>
/// <param name="reason">Derived from what is saved, used only within one instruction, the host's or the debugger's.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field)]
internal sealed class NotStateAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}
