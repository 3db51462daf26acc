namespace GdbHost.Lockstep;

/// <summary>Words of the few instructions that hold a generated program together (DDI 0487, alphabetical list of A64 base instructions).</summary>
internal static class A64
{
    public const uint Nop = 0xd503_201f;
    public const uint Undefined = 0;
    public const uint Clrex = 0xd503_3f5f;
    public const uint DsbIsh = 0xd503_3b9f;
    public const uint Isb = 0xd503_3fdf;

    public static uint Movz(int d, uint imm16, int shift = 0) => 0xd280_0000 | ((uint)shift / 16 << 21) | (imm16 << 5) | (uint)d;

    public static uint Movk(int d, uint imm16, int shift) => 0xf280_0000 | ((uint)shift / 16 << 21) | (imm16 << 5) | (uint)d;

    public static uint AddExtended(int d, int n, int m) => 0x8b20_6000 | Registers(d, n, m);

    public static uint SubPages(int d, int n, uint pages) => 0xd140_0000 | (pages << 10) | Registers(d, n, 0);

    public static uint SubOne(int d) => 0xd100_0400 | Registers(d, d, 0);

    public static uint HalveW(int d) => 0x5301_7c00 | Registers(d, d, 0);

    /// <summary>AND with a run of ones: <paramref name="ones"/> of them, rotated left.</summary>
    public static uint AndRun(int d, int n, int ones, int left) => 0x9240_0000 | Run(ones, left) | Registers(d, n, 0);

    public static uint OrRun(int d, int n, int ones, int left) => 0xb240_0000 | Run(ones, left) | Registers(d, n, 0);

    public static uint Adr(int d, int words) => 0x1000_0000 | (((uint)words & 0x7_ffff) << 5) | (uint)d;

    public static uint Cbnz(int t, int words) => 0xb500_0000 | (((uint)words & 0x7_ffff) << 5) | (uint)t;

    public static uint StrW(int t, int n) => 0xb900_0000 | Registers(t, n, 0);

    private static uint Run(int ones, int left) => ((uint)(64 - left) % 64 << 16) | ((uint)(ones - 1) << 10);

    private static uint Registers(int d, int n, int m) => ((uint)m << 16) | ((uint)n << 5) | (uint)d;
}
