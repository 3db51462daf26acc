using System.Collections.Generic;
using GdbHost.Machine.Backends;

namespace GdbHost.Machine.Network;

/// <summary>A device that something outside the machine can send to.</summary>
internal interface IOutsideDevice
{
    /// <summary>Ways for bytes, in the order of its ports.</summary>
    IReadOnlyList<IInputLine> Lines { get; }

    /// <summary>The network behind it; null for none.</summary>
    UserNetwork? Network { get; }
}
