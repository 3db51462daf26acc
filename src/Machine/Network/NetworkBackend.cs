using System;
using GdbHost.Machine.Backends;

namespace GdbHost.Machine.Network;

/// <summary>What is on the other end of a card's wire, and the card's address.</summary>
/// <param name="HardwareAddress">6 bytes.</param>
public sealed record NetworkBackend(UserNetworkConfiguration Network, ReadOnlyMemory<byte> HardwareAddress) : DeviceBackend(BackendKind.Network);
