namespace GdbHost.Machine.Common;

/// <summary>A virtual address, 64 bits with the tag byte still in place: input of stage 1.</summary>
internal readonly record struct VirtualAddress(ulong Value);

/// <summary>An intermediate physical address: output of stage 1, input of stage 2; at most 40 bits on Cortex-A53.</summary>
internal readonly record struct IntermediateAddress(ulong Value);

/// <summary>A physical address as it goes on the bus; at most 40 bits on Cortex-A53.</summary>
internal readonly record struct PhysicalAddress(ulong Value);
