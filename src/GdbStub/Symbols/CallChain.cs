using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Symbols;

/// <summary>Who has called what a vCPU runs, as far as frame records tell (IHI 0055, The Frame Pointer).</summary>
internal static class CallChain
{
    private const int MostFrames = 16;
    private const int FrameRecordBytes = 16;

    /// <summary>Return addresses, the nearest first.</summary>
    public static IReadOnlyList<ulong> Of(ITarget target, int cpu)
    {
        List<ulong> callers = [];
        Span<byte> record = stackalloc byte[FrameRecordBytes];
        Span<byte> pointer = stackalloc byte[sizeof(ulong)];
        RegisterDescription? register = target.Registers.FirstOrDefault(static r => r.Name == "x29");
        ulong frame = register is not null && target.TryReadRegister(cpu, register, pointer) ? BinaryPrimitives.ReadUInt64LittleEndian(pointer) : 0;
        while (frame != 0 && frame % 8 == 0 && callers.Count < MostFrames
            && target.ReadMemory(cpu, AddressView.Current, frame, record) == FrameRecordBytes)
        {
            ulong caller = BinaryPrimitives.ReadUInt64LittleEndian(record[8..]);
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(record);
            if (caller == 0)
            {
                break;
            }

            callers.Add(caller);

            // Stacks grow down: a record that does not lie above the one before is none.
            frame = next > frame ? next : 0;
        }

        return callers;
    }
}
