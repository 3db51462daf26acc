namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>Vector instructions of the host by their mnemonics, without the V (SDM volume 2).</summary>
internal static class Avx
{
    // Floating point: P for packed, S for scalar; the last letter is the format.
    public static readonly VexOp Ucomiss = new(Prefix.None, Map.M0F, 0x2e);
    public static readonly VexOp Ucomisd = new(Prefix.P66, Map.M0F, 0x2e);
    public static readonly VexOp Cvtss2sd = new(Prefix.F3, Map.M0F, 0x5a);
    public static readonly VexOp Cvtsd2ss = new(Prefix.F2, Map.M0F, 0x5a);
    public static readonly VexOp Cvtps2pd = new(Prefix.None, Map.M0F, 0x5a);
    public static readonly VexOp Cvtdq2ps = new(Prefix.None, Map.M0F, 0x5b);
    public static readonly VexOp Cvttps2dq = new(Prefix.F3, Map.M0F, 0x5b);
    public static readonly VexOp Cvtps2dq = new(Prefix.P66, Map.M0F, 0x5b);
    public static readonly VexOp Roundss = new(Prefix.P66, Map.M0F3A, 0x0a);
    public static readonly VexOp Roundsd = new(Prefix.P66, Map.M0F3A, 0x0b);
    public static readonly VexOp Roundps = new(Prefix.P66, Map.M0F3A, 0x08);
    public static readonly VexOp Roundpd = new(Prefix.P66, Map.M0F3A, 0x09);
    public static readonly VexOp Insertps = new(Prefix.P66, Map.M0F3A, 0x21);
    public static readonly VexOp Shufps = new(Prefix.None, Map.M0F, 0xc6);
    public static readonly VexOp Movmskps = new(Prefix.None, Map.M0F, 0x50);
    public static readonly VexOp Movmskpd = new(Prefix.P66, Map.M0F, 0x50);

    // Moves.
    public static readonly VexOp MovdFromGeneral = new(Prefix.P66, Map.M0F, 0x6e);
    public static readonly VexOp Pmovmskb = new(Prefix.P66, Map.M0F, 0xd7);
    public static readonly VexOp Pextrb = new(Prefix.P66, Map.M0F3A, 0x14);
    public static readonly VexOp Pextrw = new(Prefix.P66, Map.M0F3A, 0x15);
    public static readonly VexOp Pextrd = new(Prefix.P66, Map.M0F3A, 0x16);
    public static readonly VexOp Pextrq = new(Prefix.P66, Map.M0F3A, 0x16, true);
    public static readonly VexOp Pinsrb = new(Prefix.P66, Map.M0F3A, 0x20);
    public static readonly VexOp Pinsrw = new(Prefix.P66, Map.M0F, 0xc4);
    public static readonly VexOp Pinsrd = new(Prefix.P66, Map.M0F3A, 0x22);
    public static readonly VexOp Pinsrq = new(Prefix.P66, Map.M0F3A, 0x22, true);

    // Bitwise.
    public static readonly VexOp Pand = new(Prefix.P66, Map.M0F, 0xdb);
    public static readonly VexOp Pandn = new(Prefix.P66, Map.M0F, 0xdf);
    public static readonly VexOp Por = new(Prefix.P66, Map.M0F, 0xeb);
    public static readonly VexOp Pxor = new(Prefix.P66, Map.M0F, 0xef);

    // Integer arithmetic.
    public static readonly VexOp Pmullw = new(Prefix.P66, Map.M0F, 0xd5);
    public static readonly VexOp Pmulld = new(Prefix.P66, Map.M0F38, 0x40);
    public static readonly VexOp Pmuludq = new(Prefix.P66, Map.M0F, 0xf4);
    public static readonly VexOp Pmuldq = new(Prefix.P66, Map.M0F38, 0x28);
    public static readonly VexOp Pmaddwd = new(Prefix.P66, Map.M0F, 0xf5);
    public static readonly VexOp Pmaddubsw = new(Prefix.P66, Map.M0F38, 0x04);
    public static readonly VexOp Pavgb = new(Prefix.P66, Map.M0F, 0xe0);
    public static readonly VexOp Pavgw = new(Prefix.P66, Map.M0F, 0xe3);
    public static readonly VexOp Psadbw = new(Prefix.P66, Map.M0F, 0xf6);
    public static readonly VexOp Pcmpgtq = new(Prefix.P66, Map.M0F38, 0x37);
    public static readonly VexOp Paddusb = new(Prefix.P66, Map.M0F, 0xdc);
    public static readonly VexOp Phaddw = new(Prefix.P66, Map.M0F38, 0x01);
    public static readonly VexOp Phaddd = new(Prefix.P66, Map.M0F38, 0x02);

    // Shifts by vectors.
    public static readonly VexOp Psllvd = new(Prefix.P66, Map.M0F38, 0x47);
    public static readonly VexOp Psllvq = new(Prefix.P66, Map.M0F38, 0x47, true);
    public static readonly VexOp Psrlvd = new(Prefix.P66, Map.M0F38, 0x45);
    public static readonly VexOp Psrlvq = new(Prefix.P66, Map.M0F38, 0x45, true);
    public static readonly VexOp Psravd = new(Prefix.P66, Map.M0F38, 0x46);

    // Permutations.
    public static readonly VexOp Pshufb = new(Prefix.P66, Map.M0F38, 0x00);
    public static readonly VexOp Pshufd = new(Prefix.P66, Map.M0F, 0x70);
    public static readonly VexOp Palignr = new(Prefix.P66, Map.M0F3A, 0x0f);
    public static readonly VexOp Pblendw = new(Prefix.P66, Map.M0F3A, 0x0e);
    public static readonly VexOp Pblendd = new(Prefix.P66, Map.M0F3A, 0x02);
    public static readonly VexOp Pblendvb = new(Prefix.P66, Map.M0F3A, 0x4c);
    public static readonly VexOp Blendvps = new(Prefix.P66, Map.M0F3A, 0x4a);
    public static readonly VexOp Blendvpd = new(Prefix.P66, Map.M0F3A, 0x4b);
    public static readonly VexOp Punpcklqdq = new(Prefix.P66, Map.M0F, 0x6c);
    public static readonly VexOp Punpckhqdq = new(Prefix.P66, Map.M0F, 0x6d);
    public static readonly VexOp Packsswb = new(Prefix.P66, Map.M0F, 0x63);
    public static readonly VexOp Packuswb = new(Prefix.P66, Map.M0F, 0x67);
    public static readonly VexOp Packssdw = new(Prefix.P66, Map.M0F, 0x6b);
    public static readonly VexOp Packusdw = new(Prefix.P66, Map.M0F38, 0x2b);
    public static readonly VexOp Ptest = new(Prefix.P66, Map.M0F38, 0x17);

    // Cryptography.
    public static readonly VexOp Aesenc = new(Prefix.P66, Map.M0F38, 0xdc);
    public static readonly VexOp Aesenclast = new(Prefix.P66, Map.M0F38, 0xdd);
    public static readonly VexOp Aesdec = new(Prefix.P66, Map.M0F38, 0xde);
    public static readonly VexOp Aesdeclast = new(Prefix.P66, Map.M0F38, 0xdf);
    public static readonly VexOp Aesimc = new(Prefix.P66, Map.M0F38, 0xdb);
    public static readonly VexOp Pclmulqdq = new(Prefix.P66, Map.M0F3A, 0x44);

    /// <summary>VPADDB, W, D, Q by log2 of the bytes of an element; so are the following.</summary>
    public static readonly VexOp[] Padd = Four(0xfc, 0xfd, 0xfe, 0xd4);

    public static readonly VexOp[] Psub = Four(0xf8, 0xf9, 0xfa, 0xfb);
    public static readonly VexOp[] Pcmpeq = [.. Three(0x74, 0x75, 0x76), new(Prefix.P66, Map.M0F38, 0x29)];
    public static readonly VexOp[] Pcmpgt = [.. Three(0x64, 0x65, 0x66), Pcmpgtq];
    public static readonly VexOp[] Pmaxu = [new(Prefix.P66, Map.M0F, 0xde), new(Prefix.P66, Map.M0F38, 0x3e), new(Prefix.P66, Map.M0F38, 0x3f)];
    public static readonly VexOp[] Pmaxs = [new(Prefix.P66, Map.M0F38, 0x3c), new(Prefix.P66, Map.M0F, 0xee), new(Prefix.P66, Map.M0F38, 0x3d)];
    public static readonly VexOp[] Pminu = [new(Prefix.P66, Map.M0F, 0xda), new(Prefix.P66, Map.M0F38, 0x3a), new(Prefix.P66, Map.M0F38, 0x3b)];
    public static readonly VexOp[] Pmins = [new(Prefix.P66, Map.M0F38, 0x38), new(Prefix.P66, Map.M0F, 0xea), new(Prefix.P66, Map.M0F38, 0x39)];
    public static readonly VexOp[] Pabs = [new(Prefix.P66, Map.M0F38, 0x1c), new(Prefix.P66, Map.M0F38, 0x1d), new(Prefix.P66, Map.M0F38, 0x1e)];
    public static readonly VexOp[] Punpckl = Four(0x60, 0x61, 0x62, 0x6c);
    public static readonly VexOp[] Punpckh = Four(0x68, 0x69, 0x6a, 0x6d);
    public static readonly VexOp[] Padds = [new(Prefix.P66, Map.M0F, 0xec), new(Prefix.P66, Map.M0F, 0xed)];
    public static readonly VexOp[] Paddus = [new(Prefix.P66, Map.M0F, 0xdc), new(Prefix.P66, Map.M0F, 0xdd)];
    public static readonly VexOp[] Psubs = [new(Prefix.P66, Map.M0F, 0xe8), new(Prefix.P66, Map.M0F, 0xe9)];
    public static readonly VexOp[] Psubus = [new(Prefix.P66, Map.M0F, 0xd8), new(Prefix.P66, Map.M0F, 0xd9)];

    /// <summary>VPBROADCASTB, W, D, Q.</summary>
    public static readonly VexOp[] Pbroadcast =
    [
        new(Prefix.P66, Map.M0F38, 0x78), new(Prefix.P66, Map.M0F38, 0x79), new(Prefix.P66, Map.M0F38, 0x58), new(Prefix.P66, Map.M0F38, 0x59),
    ];

    /// <summary>VPMOVZXBW, WD, DQ, by the narrow element.</summary>
    public static readonly VexOp[] Pmovzx = [new(Prefix.P66, Map.M0F38, 0x30), new(Prefix.P66, Map.M0F38, 0x33), new(Prefix.P66, Map.M0F38, 0x35)];

    public static readonly VexOp[] Pmovsx = [new(Prefix.P66, Map.M0F38, 0x20), new(Prefix.P66, Map.M0F38, 0x23), new(Prefix.P66, Map.M0F38, 0x25)];

    /// <summary>An operation of the SSE opcodes 51 to 5f and c2 in a scalar or packed form.</summary>
    public static VexOp Fp(byte code, bool wide, bool packed) =>
        new(packed ? (wide ? Prefix.P66 : Prefix.None) : (wide ? Prefix.F2 : Prefix.F3), Map.M0F, code);

    /// <summary>A fused multiply-add of the opcodes 98 to bf.</summary>
    public static VexOp Fma(byte code, bool wide) => new(Prefix.P66, Map.M0F38, code, wide);

    private static VexOp[] Three(byte b, byte h, byte s) =>
        [new(Prefix.P66, Map.M0F, b), new(Prefix.P66, Map.M0F, h), new(Prefix.P66, Map.M0F, s)];

    private static VexOp[] Four(byte b, byte h, byte s, byte d) => [.. Three(b, h, s), new(Prefix.P66, Map.M0F, d)];
}
