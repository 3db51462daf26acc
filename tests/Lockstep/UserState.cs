using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace GdbHost.Lockstep;

/// <summary>What ended a block, as Linux numbers its signals.</summary>
internal enum Outcome : uint
{
    Undefined = 4,
    Trap = 5,
    Misaligned = 7,
    Fault = 11,

    /// <summary>Something that has no signal, or no end.</summary>
    Other = 255,
}

/// <summary>All registers that a program at EL0 sees. Oracle/lockstep.c has the same.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct UserState
{
    public const int XCount = 31;
    public const int VWords = 64;

    public fixed ulong X[XCount];
    public ulong Sp;
    public ulong Pc;

    /// <summary>V0 to V31, two words each, low word first.</summary>
    public fixed ulong V[VWords];

    /// <summary>NZCV in bits 3:0.</summary>
    public uint Nzcv;
    public uint Fpcr;
    public uint Fpsr;
    public Outcome Outcome;

    public readonly bool Same(in UserState other) => Bytes(this).SequenceEqual(Bytes(other));

    /// <summary>Every register that differs: <c>name first second</c>, a line each.</summary>
    public readonly string Difference(in UserState other)
    {
        StringBuilder text = new();
        for (int n = 0; n < XCount; n++)
        {
            Add(text, $"x{n}", X[n], other.X[n]);
        }

        Add(text, "sp", Sp, other.Sp);
        Add(text, "pc", Pc, other.Pc);
        Add(text, "nzcv", Nzcv, other.Nzcv);
        Add(text, "fpcr", Fpcr, other.Fpcr);
        Add(text, "fpsr", Fpsr, other.Fpsr);
        Add(text, "signal", (uint)Outcome, (uint)other.Outcome);
        for (int n = 0; n < VWords; n += 2)
        {
            if (V[n] != other.V[n] || V[n + 1] != other.V[n + 1])
            {
                text.Append(CultureInfo.InvariantCulture, $"  v{n / 2} {V[n + 1]:x16}_{V[n]:x16} {other.V[n + 1]:x16}_{other.V[n]:x16}\n");
            }
        }

        return text.ToString();
    }

    public static ReadOnlySpan<byte> Bytes(in UserState state) => MemoryMarshal.AsBytes(new ReadOnlySpan<UserState>(in state));

    private static void Add(StringBuilder text, string name, ulong first, ulong second)
    {
        if (first != second)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name} {first:x} {second:x}\n");
        }
    }
}
