using System;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Allocation;

/// <summary>
/// The places in memory where values of a unit are, by number: guest registers (general ones from 0, vectors from <see cref="Q"/>, their
/// low halves from <see cref="D"/>) and spill slots. Writes moves between them and host registers; flags are kept.
/// </summary>
internal sealed unsafe class ValueHomes(Assembler asm)
{
    public const short Q = 64;
    public const short D = 128;
    public const short Spill = 256;

    private IrOp* _ops;

    public void Begin(IrBuilder unit) => _ops = unit.Ops;

    /// <summary>The instruction that loads a vector from a home.</summary>
    public static VexOp LoadOf(int home) => home is >= D and < Spill ? HostOps.LoadDouble : HostOps.LoadWhole;

    public static Mem MemoryOf(int home) => home switch
    {
        < Q => StateLayout.X(home),
        < D => StateLayout.V(home - Q),
        < Spill => StateLayout.V(home - D),
        _ => StateLayout.Spill(home - Spill),
    };

    /// <summary>Writes the stores of a snapshot.</summary>
    public void Store(ReadOnlySpan<SideExits.Move> moves)
    {
        foreach (SideExits.Move move in moves)
        {
            Store(move.Home, move.Value, move.Place, move.From);
        }
    }

    /// <summary>Writes the loads of a snapshot.</summary>
    public void Load(ReadOnlySpan<SideExits.Move> moves)
    {
        foreach (SideExits.Move move in moves)
        {
            if (_ops[move.Value].Is(IrTraits.InVector))
            {
                asm.Vex(LoadOf(move.Home), (Xmm)move.Place, Xmm.None, MemoryOf(move.Home));
            }
            else
            {
                asm.Load(8, (Gpr)move.Place, MemoryOf(move.Home));
            }
        }
    }

    /// <summary>Stores a value; it may use RDX or XMM0.</summary>
    /// <param name="home">Where to.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">Its host register, or -1.</param>
    /// <param name="from">Its present home, if it is in no register.</param>
    public void Store(int home, short value, sbyte place, short from)
    {
        ref IrOp op = ref _ops[value];
        if (op.Is(IrTraits.InVector))
        {
            Xmm register = (Xmm)place;
            if (register == Xmm.None)
            {
                register = Xmm.X0;
                asm.Vex(LoadOf(from), register, Xmm.None, MemoryOf(from));
            }

            asm.Vex(HostOps.StoreWhole, register, Xmm.None, MemoryOf(home));
            return;
        }

        if (op.Code == IrCode.Const)
        {
            StoreConstant(home, op.Imm);
            return;
        }

        Gpr general = (Gpr)place;
        if (general == Gpr.None)
        {
            general = Gpr.Rdx;
            asm.Load(8, general, MemoryOf(from));
        }

        asm.Store(8, MemoryOf(home), general);
    }

    private void StoreConstant(int home, ulong value)
    {
        if ((long)value == (int)value)
        {
            asm.StoreImmediate64(MemoryOf(home), (int)value);
            return;
        }

        asm.MovImmediate(Gpr.Rdx, value);
        asm.Store(8, MemoryOf(home), Gpr.Rdx);
    }
}
