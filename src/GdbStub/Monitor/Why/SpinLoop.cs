using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>
/// A short loop that a vCPU is in, found in its instructions: from PC on straight to a branch back to PC or before it (DDI 0487, Branches, Exception
/// generating and System instructions; Loads and stores). A loop that calls, returns or stores is work, and none of these.
/// </summary>
/// <param name="First">The instruction that is branched back to.</param>
/// <param name="Last">The branch.</param>
/// <param name="Words">What it seems to wait for.</param>
internal sealed record SpinLoop(ulong First, ulong Last, string Words)
{
    private const int MostInstructions = 16;
    private const int InstructionBytes = 4;

    public int Instructions => (int)((Last - First) / InstructionBytes) + 1;

    /// <summary>Null where there is none.</summary>
    public static SpinLoop? At(MonitorRequest request, int cpu, ulong pc)
    {
        for (int ahead = 0; ahead < MostInstructions; ahead++)
        {
            ulong at = pc + (ulong)(ahead * InstructionBytes);
            if (Word(request, cpu, at) is not uint word || Ends(word))
            {
                return null;
            }

            if (Target(word, at) is ulong target && target <= pc && at - target < MostInstructions * InstructionBytes)
            {
                return Of(request, cpu, target, at);
            }
        }

        return null;
    }

    private static SpinLoop? Of(MonitorRequest request, int cpu, ulong first, ulong last)
    {
        List<string> loads = [];
        for (ulong at = first; at < last; at += InstructionBytes)
        {
            if (Word(request, cpu, at) is not uint word || Ends(word) || IsStore(word))
            {
                return null;
            }

            if (IsLoad(word))
            {
                uint number = word >> 5 & 31;
                string name = number == 31 ? "sp" : $"x{number}";
                loads.Add($"0x{MonitorArguments.Register(new MonitorRequest(request.Target, cpu, request.Session), name):x} ({name})");
            }
        }

        return new SpinLoop(first, last, loads.Count > 0
            ? $"it reads at {string.Join(", ", loads)} until that changes: a lock, a flag or a device's status"
            : "it reads no memory: it counts, or reads a system register such as the counter");
    }

    private static uint? Word(MonitorRequest request, int cpu, ulong at)
    {
        Span<byte> bytes = stackalloc byte[InstructionBytes];
        return request.Target.ReadMemory(cpu, AddressView.Current, at, bytes) == bytes.Length ? BitConverter.ToUInt32(bytes) : null;
    }

    /// <summary>BL, BR, BLR, RET, ERET, and what takes an exception: the way goes elsewhere.</summary>
    private static bool Ends(uint word) => word >> 26 == 0b100101 || word >> 25 == 0b1101011 || word >> 24 == 0b11010100 || word >> 16 == 0;

    /// <summary>B, B.cond, CBZ, CBNZ, TBZ, TBNZ.</summary>
    private static ulong? Target(uint word, ulong at) => word switch
    {
        _ when word >> 26 == 0b000101 => Offset(word, 0, 26, at),
        _ when word >> 24 == 0b01010100 || (word >> 25 & 63) == 0b011010 => Offset(word, 5, 19, at),
        _ when (word >> 25 & 63) == 0b011011 => Offset(word, 5, 14, at),
        _ => null,
    };

    private static ulong Offset(uint word, int low, int bits, ulong at) => at + (ulong)((long)(int)(word << (32 - bits - low)) >> (32 - bits) << 2);

    private static bool IsMemory(uint word) => (word >> 25 & 5) == 4;

    // Load (literal) and load exclusive have the bit elsewhere; a store exclusive is a store.
    private static bool IsLoad(uint word) => IsMemory(word) && !IsStore(word);

    private static bool IsStore(uint word) => IsMemory(word) && word switch
    {
        _ when (word >> 27 & 7) == 3 => false,
        _ when (word >> 27 & 7) is 1 or 5 => (word >> 22 & 1) == 0,
        _ => (word >> 22 & 3) == 0 || ((word >> 26 & 1) != 0 && (word >> 22 & 3) == 2),
    };
}
