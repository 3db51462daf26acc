namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>
/// Load/store register and pair, SIMD and FP registers (DDI 0487, "Loads and Stores"): B, H, S, D and Q forms. The
/// structure loads LD1 to LD4 are with Advanced SIMD.
/// </summary>
internal static class LoadStoreVectorRegister
{
    public static readonly Row[] Rows =
    [
        // Load/store register (unsigned immediate): imm12 is scaled.
        new("00 111 1 01 00 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, SIMD&FP, B)", Access.Scaled<StoreScalar<B1>>),
        new("00 111 1 01 01 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, SIMD&FP, B)", Access.Scaled<LoadScalar<B1>>),
        new("01 111 1 01 00 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, SIMD&FP, H)", Access.Scaled<StoreScalar<B2>>),
        new("01 111 1 01 01 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, SIMD&FP, H)", Access.Scaled<LoadScalar<B2>>),
        new("10 111 1 01 00 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, SIMD&FP, S)", Access.Scaled<StoreScalar<B4>>),
        new("10 111 1 01 01 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, SIMD&FP, S)", Access.Scaled<LoadScalar<B4>>),
        new("11 111 1 01 00 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, SIMD&FP, D)", Access.Scaled<StoreScalar<B8>>),
        new("11 111 1 01 01 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, SIMD&FP, D)", Access.Scaled<LoadScalar<B8>>),
        new("00 111 1 01 10 imm12:12 Rn:5 Rt:5", "STR (immediate, unsigned offset, SIMD&FP, Q)", Access.Scaled<StoreQ>),
        new("00 111 1 01 11 imm12:12 Rn:5 Rt:5", "LDR (immediate, unsigned offset, SIMD&FP, Q)", Access.Scaled<LoadQ>),

        // Load/store register (immediate post-indexed).
        new("00 111 1 00 00 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, SIMD&FP, B)", Access.Post<StoreScalar<B1>>),
        new("00 111 1 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, SIMD&FP, B)", Access.Post<LoadScalar<B1>>),
        new("01 111 1 00 00 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, SIMD&FP, H)", Access.Post<StoreScalar<B2>>),
        new("01 111 1 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, SIMD&FP, H)", Access.Post<LoadScalar<B2>>),
        new("10 111 1 00 00 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, SIMD&FP, S)", Access.Post<StoreScalar<B4>>),
        new("10 111 1 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, SIMD&FP, S)", Access.Post<LoadScalar<B4>>),
        new("11 111 1 00 00 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, SIMD&FP, D)", Access.Post<StoreScalar<B8>>),
        new("11 111 1 00 01 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, SIMD&FP, D)", Access.Post<LoadScalar<B8>>),
        new("00 111 1 00 10 0 imm9:9 01 Rn:5 Rt:5", "STR (immediate, post-index, SIMD&FP, Q)", Access.Post<StoreQ>),
        new("00 111 1 00 11 0 imm9:9 01 Rn:5 Rt:5", "LDR (immediate, post-index, SIMD&FP, Q)", Access.Post<LoadQ>),

        // Load/store register (immediate pre-indexed).
        new("00 111 1 00 00 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, SIMD&FP, B)", Access.Pre<StoreScalar<B1>>),
        new("00 111 1 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, SIMD&FP, B)", Access.Pre<LoadScalar<B1>>),
        new("01 111 1 00 00 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, SIMD&FP, H)", Access.Pre<StoreScalar<B2>>),
        new("01 111 1 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, SIMD&FP, H)", Access.Pre<LoadScalar<B2>>),
        new("10 111 1 00 00 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, SIMD&FP, S)", Access.Pre<StoreScalar<B4>>),
        new("10 111 1 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, SIMD&FP, S)", Access.Pre<LoadScalar<B4>>),
        new("11 111 1 00 00 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, SIMD&FP, D)", Access.Pre<StoreScalar<B8>>),
        new("11 111 1 00 01 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, SIMD&FP, D)", Access.Pre<LoadScalar<B8>>),
        new("00 111 1 00 10 0 imm9:9 11 Rn:5 Rt:5", "STR (immediate, pre-index, SIMD&FP, Q)", Access.Pre<StoreQ>),
        new("00 111 1 00 11 0 imm9:9 11 Rn:5 Rt:5", "LDR (immediate, pre-index, SIMD&FP, Q)", Access.Pre<LoadQ>),

        // Load/store register (register offset).
        new("00 111 1 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, SIMD&FP, B)", Access.Register<StoreScalar<B1>>),
        new("00 111 1 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, SIMD&FP, B)", Access.Register<LoadScalar<B1>>),
        new("01 111 1 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, SIMD&FP, H)", Access.Register<StoreScalar<B2>>),
        new("01 111 1 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, SIMD&FP, H)", Access.Register<LoadScalar<B2>>),
        new("10 111 1 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, SIMD&FP, S)", Access.Register<StoreScalar<B4>>),
        new("10 111 1 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, SIMD&FP, S)", Access.Register<LoadScalar<B4>>),
        new("11 111 1 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, SIMD&FP, D)", Access.Register<StoreScalar<B8>>),
        new("11 111 1 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, SIMD&FP, D)", Access.Register<LoadScalar<B8>>),
        new("00 111 1 00 10 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "STR (register, SIMD&FP, Q)", Access.Register<StoreQ>),
        new("00 111 1 00 11 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR (register, SIMD&FP, Q)", Access.Register<LoadQ>),

        // Load/store register (unscaled immediate).
        new("00 111 1 00 00 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, SIMD&FP, B)", Access.Unscaled<StoreScalar<B1>>),
        new("00 111 1 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, SIMD&FP, B)", Access.Unscaled<LoadScalar<B1>>),
        new("01 111 1 00 00 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, SIMD&FP, H)", Access.Unscaled<StoreScalar<B2>>),
        new("01 111 1 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, SIMD&FP, H)", Access.Unscaled<LoadScalar<B2>>),
        new("10 111 1 00 00 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, SIMD&FP, S)", Access.Unscaled<StoreScalar<B4>>),
        new("10 111 1 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, SIMD&FP, S)", Access.Unscaled<LoadScalar<B4>>),
        new("11 111 1 00 00 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, SIMD&FP, D)", Access.Unscaled<StoreScalar<B8>>),
        new("11 111 1 00 01 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, SIMD&FP, D)", Access.Unscaled<LoadScalar<B8>>),
        new("00 111 1 00 10 0 imm9:9 00 Rn:5 Rt:5", "STUR (unscaled, SIMD&FP, Q)", Access.Unscaled<StoreQ>),
        new("00 111 1 00 11 0 imm9:9 00 Rn:5 Rt:5", "LDUR (unscaled, SIMD&FP, Q)", Access.Unscaled<LoadQ>),

        // Load register (literal).
        new("00 011 1 00 imm19:19 Rt:5", "LDR (literal, SIMD&FP, S)", Access.FromLiteral<LoadScalar<B4>>),
        new("01 011 1 00 imm19:19 Rt:5", "LDR (literal, SIMD&FP, D)", Access.FromLiteral<LoadScalar<B8>>),
        new("10 011 1 00 imm19:19 Rt:5", "LDR (literal, SIMD&FP, Q)", Access.FromLiteral<LoadQ>),

        // No-allocate pair (offset).
        new("00 101 1 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STNP (no-allocate, SIMD&FP, S)", Access.PairAt<StoreScalar<B4>, BasePlusOffset>),
        new("00 101 1 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDNP (no-allocate, SIMD&FP, S)", Access.PairAt<LoadScalar<B4>, BasePlusOffset>),
        new("01 101 1 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STNP (no-allocate, SIMD&FP, D)", Access.PairAt<StoreScalar<B8>, BasePlusOffset>),
        new("01 101 1 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDNP (no-allocate, SIMD&FP, D)", Access.PairAt<LoadScalar<B8>, BasePlusOffset>),
        new("10 101 1 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STNP (no-allocate, SIMD&FP, Q)", Access.PairAt<StoreQ, BasePlusOffset>),
        new("10 101 1 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDNP (no-allocate, SIMD&FP, Q)", Access.PairAt<LoadQ, BasePlusOffset>),

        // Load/store register pair (post-indexed).
        new("00 101 1 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (post-index, SIMD&FP, S)", Access.PairAt<StoreScalar<B4>, PostIndexed>),
        new("00 101 1 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (post-index, SIMD&FP, S)", Access.PairAt<LoadScalar<B4>, PostIndexed>),
        new("01 101 1 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (post-index, SIMD&FP, D)", Access.PairAt<StoreScalar<B8>, PostIndexed>),
        new("01 101 1 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (post-index, SIMD&FP, D)", Access.PairAt<LoadScalar<B8>, PostIndexed>),
        new("10 101 1 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (post-index, SIMD&FP, Q)", Access.PairAt<StoreQ, PostIndexed>),
        new("10 101 1 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (post-index, SIMD&FP, Q)", Access.PairAt<LoadQ, PostIndexed>),

        // Load/store register pair (offset).
        new("00 101 1 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (signed offset, SIMD&FP, S)", Access.PairAt<StoreScalar<B4>, BasePlusOffset>),
        new("00 101 1 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (signed offset, SIMD&FP, S)", Access.PairAt<LoadScalar<B4>, BasePlusOffset>),
        new("01 101 1 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (signed offset, SIMD&FP, D)", Access.PairAt<StoreScalar<B8>, BasePlusOffset>),
        new("01 101 1 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (signed offset, SIMD&FP, D)", Access.PairAt<LoadScalar<B8>, BasePlusOffset>),
        new("10 101 1 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (signed offset, SIMD&FP, Q)", Access.PairAt<StoreQ, BasePlusOffset>),
        new("10 101 1 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (signed offset, SIMD&FP, Q)", Access.PairAt<LoadQ, BasePlusOffset>),

        // Load/store register pair (pre-indexed).
        new("00 101 1 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (pre-index, SIMD&FP, S)", Access.PairAt<StoreScalar<B4>, PreIndexed>),
        new("00 101 1 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (pre-index, SIMD&FP, S)", Access.PairAt<LoadScalar<B4>, PreIndexed>),
        new("01 101 1 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (pre-index, SIMD&FP, D)", Access.PairAt<StoreScalar<B8>, PreIndexed>),
        new("01 101 1 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (pre-index, SIMD&FP, D)", Access.PairAt<LoadScalar<B8>, PreIndexed>),
        new("10 101 1 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (pre-index, SIMD&FP, Q)", Access.PairAt<StoreQ, PreIndexed>),
        new("10 101 1 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (pre-index, SIMD&FP, Q)", Access.PairAt<LoadQ, PreIndexed>),
    ];
}
