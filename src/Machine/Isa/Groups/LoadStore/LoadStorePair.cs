namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>Load/store register pair, general registers (DDI 0487, "Loads and Stores").</summary>
internal static class LoadStorePair
{
    public static readonly Row[] Rows =
    [
        // No-allocate pair (offset).
        new("00 101 0 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STNP (no-allocate, 32-bit)", Access.PairAt<StoreLow<B4>, BasePlusOffset>),
        new("00 101 0 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDNP (no-allocate, 32-bit)", Access.PairAt<LoadZero<B4>, BasePlusOffset>),
        new("10 101 0 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STNP (no-allocate, 64-bit)", Access.PairAt<StoreLow<B8>, BasePlusOffset>),
        new("10 101 0 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDNP (no-allocate, 64-bit)", Access.PairAt<LoadZero<B8>, BasePlusOffset>),

        // Load/store register pair (post-indexed).
        new("00 101 0 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (post-index, 32-bit)", Access.PairAt<StoreLow<B4>, PostIndexed>),
        new("00 101 0 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (post-index, 32-bit)", Access.PairAt<LoadZero<B4>, PostIndexed>),
        new("01 101 0 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDPSW (post-index)", Access.PairAt<LoadSigned<B4, W64>, PostIndexed>),
        new("10 101 0 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (post-index, 64-bit)", Access.PairAt<StoreLow<B8>, PostIndexed>),
        new("10 101 0 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (post-index, 64-bit)", Access.PairAt<LoadZero<B8>, PostIndexed>),

        // Load/store register pair (offset).
        new("00 101 0 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (signed offset, 32-bit)", Access.PairAt<StoreLow<B4>, BasePlusOffset>),
        new("00 101 0 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (signed offset, 32-bit)", Access.PairAt<LoadZero<B4>, BasePlusOffset>),
        new("01 101 0 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDPSW (signed offset)", Access.PairAt<LoadSigned<B4, W64>, BasePlusOffset>),
        new("10 101 0 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (signed offset, 64-bit)", Access.PairAt<StoreLow<B8>, BasePlusOffset>),
        new("10 101 0 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (signed offset, 64-bit)", Access.PairAt<LoadZero<B8>, BasePlusOffset>),

        // Load/store register pair (pre-indexed).
        new("00 101 0 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (pre-index, 32-bit)", Access.PairAt<StoreLow<B4>, PreIndexed>),
        new("00 101 0 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (pre-index, 32-bit)", Access.PairAt<LoadZero<B4>, PreIndexed>),
        new("01 101 0 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDPSW (pre-index)", Access.PairAt<LoadSigned<B4, W64>, PreIndexed>),
        new("10 101 0 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", "STP (pre-index, 64-bit)", Access.PairAt<StoreLow<B8>, PreIndexed>),
        new("10 101 0 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", "LDP (pre-index, 64-bit)", Access.PairAt<LoadZero<B8>, PreIndexed>),
    ];
}
