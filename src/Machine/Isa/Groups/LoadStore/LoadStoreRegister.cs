namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>
/// Load/store register, one general register (DDI 0487, "Loads and Stores"). Free combinations of size and opc are
/// UNDEFINED: no rows.
/// </summary>
internal static class LoadStoreRegister
{
    public static readonly Row[] Rows =
    [
        // Load/store register (unsigned immediate): imm12 is scaled.
        new("00 111 0 01 00 imm12:12 Rn:5 Rt:5", "STRB (immediate, unsigned offset)", Access.Scaled<StoreLow<B1>>),
        new("00 111 0 01 01 imm12:12 Rn:5 Rt:5", "LDRB (immediate, unsigned offset)", Access.Scaled<LoadZero<B1>>),
        new("00 111 0 01 10 imm12:12 Rn:5 Rt:5", "LDRSB (immediate, unsigned offset, 64-bit)", Access.Scaled<LoadSigned<B1, W64>>),
        new("00 111 0 01 11 imm12:12 Rn:5 Rt:5", "LDRSB (immediate, unsigned offset, 32-bit)", Access.Scaled<LoadSigned<B1, W32>>),
        new("01 111 0 01 00 imm12:12 Rn:5 Rt:5", "STRH (immediate, unsigned offset)", Access.Scaled<StoreLow<B2>>),
        new("01 111 0 01 01 imm12:12 Rn:5 Rt:5", "LDRH (immediate, unsigned offset)", Access.Scaled<LoadZero<B2>>),
        new("01 111 0 01 10 imm12:12 Rn:5 Rt:5", "LDRSH (immediate, unsigned offset, 64-bit)", Access.Scaled<LoadSigned<B2, W64>>),
        new("01 111 0 01 11 imm12:12 Rn:5 Rt:5", "LDRSH (immediate, unsigned offset, 32-bit)", Access.Scaled<LoadSigned<B2, W32>>),
        new("10 111 0 01 00 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, 32-bit)", Access.Scaled<StoreLow<B4>>),
        new("10 111 0 01 01 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, 32-bit)", Access.Scaled<LoadZero<B4>>),
        new("10 111 0 01 10 imm12:12 Rn:5 Rt:5", "LDRSW (immediate, unsigned offset)", Access.Scaled<LoadSigned<B4, W64>>),
        new("11 111 0 01 00 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, 64-bit)", Access.Scaled<StoreLow<B8>>),
        new("11 111 0 01 01 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, 64-bit)", Access.Scaled<LoadZero<B8>>),
        new("11 111 0 01 10 imm12:12 Rn:5 Rt:5", "PRFM (immediate)", Prefetch),

        // Load/store register (immediate post-indexed).
        new("00 111 0 00 00 0 imm9:9 01 Rn:5 Rt:5", "STRB (immediate, post-index)", Access.Post<StoreLow<B1>>),
        new("00 111 0 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDRB (immediate, post-index)", Access.Post<LoadZero<B1>>),
        new("00 111 0 00 10 0 imm9:9 01 Rn:5 Rt:5", "LDRSB (immediate, post-index, 64-bit)", Access.Post<LoadSigned<B1, W64>>),
        new("00 111 0 00 11 0 imm9:9 01 Rn:5 Rt:5", "LDRSB (immediate, post-index, 32-bit)", Access.Post<LoadSigned<B1, W32>>),
        new("01 111 0 00 00 0 imm9:9 01 Rn:5 Rt:5", "STRH (immediate, post-index)", Access.Post<StoreLow<B2>>),
        new("01 111 0 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDRH (immediate, post-index)", Access.Post<LoadZero<B2>>),
        new("01 111 0 00 10 0 imm9:9 01 Rn:5 Rt:5", "LDRSH (immediate, post-index, 64-bit)", Access.Post<LoadSigned<B2, W64>>),
        new("01 111 0 00 11 0 imm9:9 01 Rn:5 Rt:5", "LDRSH (immediate, post-index, 32-bit)", Access.Post<LoadSigned<B2, W32>>),
        new("10 111 0 00 00 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, 32-bit)", Access.Post<StoreLow<B4>>),
        new("10 111 0 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, 32-bit)", Access.Post<LoadZero<B4>>),
        new("10 111 0 00 10 0 imm9:9 01 Rn:5 Rt:5", "LDRSW (immediate, post-index)", Access.Post<LoadSigned<B4, W64>>),
        new("11 111 0 00 00 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, 64-bit)", Access.Post<StoreLow<B8>>),
        new("11 111 0 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, 64-bit)", Access.Post<LoadZero<B8>>),

        // Load/store register (immediate pre-indexed).
        new("00 111 0 00 00 0 imm9:9 11 Rn:5 Rt:5", "STRB (immediate, pre-index)", Access.Pre<StoreLow<B1>>),
        new("00 111 0 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDRB (immediate, pre-index)", Access.Pre<LoadZero<B1>>),
        new("00 111 0 00 10 0 imm9:9 11 Rn:5 Rt:5", "LDRSB (immediate, pre-index, 64-bit)", Access.Pre<LoadSigned<B1, W64>>),
        new("00 111 0 00 11 0 imm9:9 11 Rn:5 Rt:5", "LDRSB (immediate, pre-index, 32-bit)", Access.Pre<LoadSigned<B1, W32>>),
        new("01 111 0 00 00 0 imm9:9 11 Rn:5 Rt:5", "STRH (immediate, pre-index)", Access.Pre<StoreLow<B2>>),
        new("01 111 0 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDRH (immediate, pre-index)", Access.Pre<LoadZero<B2>>),
        new("01 111 0 00 10 0 imm9:9 11 Rn:5 Rt:5", "LDRSH (immediate, pre-index, 64-bit)", Access.Pre<LoadSigned<B2, W64>>),
        new("01 111 0 00 11 0 imm9:9 11 Rn:5 Rt:5", "LDRSH (immediate, pre-index, 32-bit)", Access.Pre<LoadSigned<B2, W32>>),
        new("10 111 0 00 00 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, 32-bit)", Access.Pre<StoreLow<B4>>),
        new("10 111 0 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, 32-bit)", Access.Pre<LoadZero<B4>>),
        new("10 111 0 00 10 0 imm9:9 11 Rn:5 Rt:5", "LDRSW (immediate, pre-index)", Access.Pre<LoadSigned<B4, W64>>),
        new("11 111 0 00 00 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, 64-bit)", Access.Pre<StoreLow<B8>>),
        new("11 111 0 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, 64-bit)", Access.Pre<LoadZero<B8>>),

        // Load/store register (register offset).
        new("00 111 0 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STRB (register)", Access.Register<StoreLow<B1>>),
        new("00 111 0 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRB (register)", Access.Register<LoadZero<B1>>),
        new("00 111 0 00 10 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRSB (register, 64-bit)", Access.Register<LoadSigned<B1, W64>>),
        new("00 111 0 00 11 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRSB (register, 32-bit)", Access.Register<LoadSigned<B1, W32>>),
        new("01 111 0 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STRH (register)", Access.Register<StoreLow<B2>>),
        new("01 111 0 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRH (register)", Access.Register<LoadZero<B2>>),
        new("01 111 0 00 10 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRSH (register, 64-bit)", Access.Register<LoadSigned<B2, W64>>),
        new("01 111 0 00 11 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRSH (register, 32-bit)", Access.Register<LoadSigned<B2, W32>>),
        new("10 111 0 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, 32-bit)", Access.Register<StoreLow<B4>>),
        new("10 111 0 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, 32-bit)", Access.Register<LoadZero<B4>>),
        new("10 111 0 00 10 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDRSW (register)", Access.Register<LoadSigned<B4, W64>>),
        new("11 111 0 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, 64-bit)", Access.Register<StoreLow<B8>>),
        new("11 111 0 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, 64-bit)", Access.Register<LoadZero<B8>>),
        new("11 111 0 00 10 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "PRFM (register)", PrefetchRegister),

        // Load/store register (unscaled immediate).
        new("00 111 0 00 00 0 imm9:9 00 Rn:5 Rt:5", "STURB (unscaled)", Access.Unscaled<StoreLow<B1>>),
        new("00 111 0 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDURB (unscaled)", Access.Unscaled<LoadZero<B1>>),
        new("00 111 0 00 10 0 imm9:9 00 Rn:5 Rt:5", "LDURSB (unscaled, 64-bit)", Access.Unscaled<LoadSigned<B1, W64>>),
        new("00 111 0 00 11 0 imm9:9 00 Rn:5 Rt:5", "LDURSB (unscaled, 32-bit)", Access.Unscaled<LoadSigned<B1, W32>>),
        new("01 111 0 00 00 0 imm9:9 00 Rn:5 Rt:5", "STURH (unscaled)", Access.Unscaled<StoreLow<B2>>),
        new("01 111 0 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDURH (unscaled)", Access.Unscaled<LoadZero<B2>>),
        new("01 111 0 00 10 0 imm9:9 00 Rn:5 Rt:5", "LDURSH (unscaled, 64-bit)", Access.Unscaled<LoadSigned<B2, W64>>),
        new("01 111 0 00 11 0 imm9:9 00 Rn:5 Rt:5", "LDURSH (unscaled, 32-bit)", Access.Unscaled<LoadSigned<B2, W32>>),
        new("10 111 0 00 00 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, 32-bit)", Access.Unscaled<StoreLow<B4>>),
        new("10 111 0 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, 32-bit)", Access.Unscaled<LoadZero<B4>>),
        new("10 111 0 00 10 0 imm9:9 00 Rn:5 Rt:5", "LDURSW (unscaled)", Access.Unscaled<LoadSigned<B4, W64>>),
        new("11 111 0 00 00 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, 64-bit)", Access.Unscaled<StoreLow<B8>>),
        new("11 111 0 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, 64-bit)", Access.Unscaled<LoadZero<B8>>),
        new("11 111 0 00 10 0 imm9:9 00 Rn:5 Rt:5", "PRFUM", Prefetch),

        // Load/store register (unprivileged).
        new("00 111 0 00 00 0 imm9:9 10 Rn:5 Rt:5", "STTRB (unprivileged)", Access.AsUser<StoreLow<B1>>),
        new("00 111 0 00 01 0 imm9:9 10 Rn:5 Rt:5", "LDTRB (unprivileged)", Access.AsUser<LoadZero<B1>>),
        new("00 111 0 00 10 0 imm9:9 10 Rn:5 Rt:5", "LDTRSB (unprivileged, 64-bit)", Access.AsUser<LoadSigned<B1, W64>>),
        new("00 111 0 00 11 0 imm9:9 10 Rn:5 Rt:5", "LDTRSB (unprivileged, 32-bit)", Access.AsUser<LoadSigned<B1, W32>>),
        new("01 111 0 00 00 0 imm9:9 10 Rn:5 Rt:5", "STTRH (unprivileged)", Access.AsUser<StoreLow<B2>>),
        new("01 111 0 00 01 0 imm9:9 10 Rn:5 Rt:5", "LDTRH (unprivileged)", Access.AsUser<LoadZero<B2>>),
        new("01 111 0 00 10 0 imm9:9 10 Rn:5 Rt:5", "LDTRSH (unprivileged, 64-bit)", Access.AsUser<LoadSigned<B2, W64>>),
        new("01 111 0 00 11 0 imm9:9 10 Rn:5 Rt:5", "LDTRSH (unprivileged, 32-bit)", Access.AsUser<LoadSigned<B2, W32>>),
        new("10 111 0 00 00 0 imm9:9 10 Rn:5 Rt:5", "STTR (unprivileged, 32-bit)", Access.AsUser<StoreLow<B4>>),
        new("10 111 0 00 01 0 imm9:9 10 Rn:5 Rt:5", "LDTR (unprivileged, 32-bit)", Access.AsUser<LoadZero<B4>>),
        new("10 111 0 00 10 0 imm9:9 10 Rn:5 Rt:5", "LDTRSW (unprivileged)", Access.AsUser<LoadSigned<B4, W64>>),
        new("11 111 0 00 00 0 imm9:9 10 Rn:5 Rt:5", "STTR (unprivileged, 64-bit)", Access.AsUser<StoreLow<B8>>),
        new("11 111 0 00 01 0 imm9:9 10 Rn:5 Rt:5", "LDTR (unprivileged, 64-bit)", Access.AsUser<LoadZero<B8>>),

        // Load register (literal).
        new("00 011 0 00 imm19:19 Rt:5", "LDR (literal, 32-bit)", Access.FromLiteral<LoadZero<B4>>),
        new("01 011 0 00 imm19:19 Rt:5", "LDR (literal, 64-bit)", Access.FromLiteral<LoadZero<B8>>),
        new("10 011 0 00 imm19:19 Rt:5", "LDRSW (literal)", Access.FromLiteral<LoadSigned<B4, W64>>),
        new("11 011 0 00 imm19:19 Rt:5", "PRFM (literal)", Prefetch),
    ];

    /// <summary>A prefetch is a hint; this machine has no cache to prepare, and no prefetch ever faults.</summary>
    private static Routine Prefetch(A64Word w, ref Instruction i) => Routine.Of<PrefetchNothing>();

    /// <summary>Options without bit 1 are reserved here too.</summary>
    private static Routine? PrefetchRegister(A64Word w, ref Instruction i) => (w.Option & 0b010) == 0 ? null : Prefetch(w, ref i);

    private readonly struct PrefetchNothing : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => Flow.Next;
    }
}
