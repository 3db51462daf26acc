using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// The semihosting calls that need no host files (Arm, Semihosting for AArch32 and AArch64): console output and exit.
/// W0 is the operation, X1 its parameter; an operation that is not here answers -1.
/// </summary>
internal sealed unsafe class Semihosting(Action<byte> console, Action<int> exit) : ISemihosting
{
    private const uint WriteC = 0x03;
    private const uint Write0 = 0x04;
    private const uint Exit = 0x18;
    private const uint ExitExtended = 0x20;

    private const ulong ApplicationExit = 0x20026;

    /// <summary>The longest text that one SYS_WRITE0 prints, so that a missing zero byte costs no more than that.</summary>
    private const int LongestText = 1 << 16;

    public bool TryCall(Core core)
    {
        CpuState* state = core.State;
        ulong parameter = state->X[1];
        switch ((uint)state->X[0])
        {
            case WriteC when TryRead(core, parameter, 1, out ulong character):
                console((byte)character);
                break;
            case Write0:
                PrintText(core, parameter);
                break;
            case Exit or ExitExtended:
                exit(StatusOf(core, parameter));
                break;
            default:
                state->X[0] = ulong.MaxValue;
                break;
        }

        return true;
    }

    /// <summary>The parameter block is a reason and a status; any reason but a plain exit is a failure.</summary>
    private static int StatusOf(Core core, ulong block)
    {
        bool known = TryRead(core, block, 8, out ulong reason) & TryRead(core, block + 8, 8, out ulong status);
        return known && reason == ApplicationExit ? (int)status : 1;
    }

    private static bool TryRead(Core core, ulong address, int bytes, out ulong value)
    {
        Span<byte> buffer = stackalloc byte[8];
        buffer.Clear();
        value = 0;
        for (int k = 0; k < bytes; k++)
        {
            Translation t = core.TranslationView.Look(address + (ulong)k, AccessType.Read, core.State->El);
            if (t.Fault.Happened || !core.Bus.TryPeek(new PhysicalAddress(t.Physical), buffer.Slice(k, 1)))
            {
                return false;
            }
        }

        value = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
        return true;
    }

    private void PrintText(Core core, ulong address)
    {
        for (int k = 0; k < LongestText && TryRead(core, address + (ulong)k, 1, out ulong character) && character != 0; k++)
        {
            console((byte)character);
        }
    }
}
