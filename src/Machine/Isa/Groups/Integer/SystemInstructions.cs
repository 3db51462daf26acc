namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Exception generation, hints, barriers and system register moves, DDI 0487.</summary>
internal static class SystemInstructions
{
    private const RowTraits Ends = RowTraits.EndsBlock;

    public static readonly Row[] Rows =
    [
        // Exception generation. DCPS1 to DCPS3 are UNDEFINED outside Debug state: no rows.
        new("11010100 000 imm16:16 000 01", "SVC", Leave<SupervisorCall>, Ends),
        new("11010100 000 imm16:16 000 10", "HVC", Leave<HypervisorCall>, Ends),
        new("11010100 000 imm16:16 000 11", "SMC", Leave<SecureMonitorCall>, Ends),
        new("11010100 001 imm16:16 000 00", "BRK", Leave<Breakpoint>, Ends),
        new("11010100 010 imm16:16 000 00", "HLT", Leave<Halt>, Ends),

        // Hints. Those without a meaning on this core, allocated later or never, do nothing.
        new("11010101000000110010 0000 010 11111", "WFE", Leave<WaitForEvent>, Ends),
        new("11010101000000110010 0000 011 11111", "WFI", Leave<WaitForInterrupt>, Ends),
        new("11010101000000110010 0000 100 11111", "SEV", Leave<SendEvent>, Ends),
        new("11010101000000110010 0000 101 11111", "SEVL", Leave<SendEventLocal>, Ends),
        new("11010101000000110010 0000 00 op2 11111", "NOP, YIELD", Nothing),
        new("11010101000000110010 0000 11 op2 11111", "HINT 6, 7", Nothing),
        new("11010101000000110010 CRm:4!=0000 op2:3 11111", "HINT", Nothing),

        // Barriers. CRm says for whom; one thread of execution satisfies all.
        new("11010101000000110011 CRm:4 010 11111", "CLREX", static (_, ref _) => Routine.Of<Clrex>()),
        new("11010101000000110011 CRm:4 100 11111", "DSB", Nothing),
        new("11010101000000110011 CRm:4 101 11111", "DMB", Nothing),
        new("11010101000000110011 CRm:4 110 11111", "ISB", Leave<InstructionBarrier>, Ends),

        // System register moves and system instructions; which register, and who may, is the core's table.
        new("1101010100000 op1:3 0100 CRm:4 op2:3 11111", "MSR (immediate)", Leave<WriteProcessState>, Ends),
        new("1101010100 0 01 op1:3 CRn:4 CRm:4 op2:3 Rt:5", "SYS", Move<SystemOperation>, Ends),
        new("1101010100 0 1 o0 op1:3 CRn:4 CRm:4 op2:3 Rt:5", "MSR (register)", Move<WriteRegister>, Ends),
        new("1101010100 1 1 o0 op1:3 CRn:4 CRm:4 op2:3 Rt:5", "MRS", static (w, ref i) => Read(w, ref i)),

        // SYSL has no allocated register on this core: no row.
    ];

    private static Routine Leave<TCall>(A64Word w, ref Instruction i)
        where TCall : struct, ICoreCall
    {
        i.Imm = w.Imm16;
        return Routine.Of<CoreRoutine<TCall>>();
    }

    private static Routine Move<TCall>(A64Word w, ref Instruction i)
        where TCall : struct, ICoreCall
    {
        i.Rd = w.RtOrZr;
        return Routine.Of<CoreRoutine<TCall>>();
    }

    private static Routine Read(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        return Routine.Of<CoreRoutine<ReadRegister>>();
    }

    private static Routine Nothing(A64Word w, ref Instruction i) => Routine.Of<Nop>();

    private readonly struct Nop : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => Flow.Next;
    }

    private readonly struct Clrex : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.ClearExclusive();
            return Flow.Next;
        }
    }
}

/// <summary>An instruction that is a call of the core and nothing else.</summary>
internal readonly struct CoreRoutine<TCall> : IRoutine
    where TCall : struct, ICoreCall
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Leave<TCall>(in i);
}
