using System;
using System.Globalization;
using System.Linq;
using System.Text;
using GdbHost.InstructionWords;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>What a program at EL0 sees of a core, random or as it was found. tests/Vectors/gen/instructions.c has the same.</summary>
internal sealed class VectorState
{
    private static readonly ulong[] Edges =
    [
        0, 1, 2, 0x7f, 0x80, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000,
        0x8000_0000_0000_0001, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff, 0x5555_5555_5555_5555,
    ];

    public ulong[] X { get; } = new ulong[31];

    public ulong Sp { get; set; }

    public ulong Pc { get; set; } = Arena.Code;

    public uint Nzcv { get; set; }

    public uint Fpcr { get; set; }

    public uint Fpsr { get; set; }

    /// <summary>Low and high halves of V0 to V31.</summary>
    public ulong[] V { get; } = new ulong[64];

    public byte[] Memory { get; } = new byte[Arena.WindowBytes];

    /// <summary>The state that a seed stands for.</summary>
    public static VectorState From(ulong seed)
    {
        RandomBits random = new(seed);
        VectorState state = new();
        for (int n = 0; n < state.X.Length; n++)
        {
            state.X[n] = General(random);
        }

        state.Sp = General(random);
        state.Nzcv = (uint)random.Next() & 15;
        ulong control = random.Next();
        state.Fpcr = (control & 3) != 0 ? 0 : (uint)((control >> 8) & 31) << 22;
        state.Fpsr = (random.Next() & 3) != 0 ? 0 : 0x0800_0010u;
        for (int n = 0; n < state.V.Length; n++)
        {
            state.V[n] = General(random);
        }

        for (int n = 0; n < Arena.WindowBytes; n += sizeof(ulong))
        {
            BitConverter.TryWriteBytes(state.Memory.AsSpan(n), random.Next());
        }

        return state;
    }

    /// <summary>Sets one register from its text: <c>x3=48002040</c>, <c>v3=high_low</c>.</summary>
    public void Set(string assignment)
    {
        string[] sides = assignment.Split('=');
        if (sides[0][0] == 'v')
        {
            int register = int.Parse(sides[0].AsSpan(1), CultureInfo.InvariantCulture);
            ulong[] halves = [.. sides[1].Split('_').Select(static half => ulong.Parse(half, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            (V[2 * register], V[(2 * register) + 1]) = (halves[1], halves[0]);
            return;
        }

        ulong value = ulong.Parse(sides[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (sides[0] == "sp")
        {
            Sp = value;
        }
        else
        {
            X[int.Parse(sides[0].AsSpan(1), CultureInfo.InvariantCulture)] = value;
        }
    }

    /// <summary>What differs in a later state, as the vector files say it.</summary>
    /// <param name="after">The later state.</param>
    /// <param name="expectedPc">Where PC is if nothing is to be said about it.</param>
    public string Difference(VectorState after, ulong expectedPc)
    {
        StringBuilder text = new();
        for (int n = 0; n < X.Length; n++)
        {
            Add(text, $"x{n}", X[n], after.X[n]);
        }

        Add(text, "sp", Sp, after.Sp);
        Add(text, "pc", expectedPc, after.Pc);
        Add(text, "nzcv", Nzcv, after.Nzcv);
        Add(text, "fpcr", Fpcr, after.Fpcr);
        Add(text, "fpsr", Fpsr, after.Fpsr);
        for (int n = 0; n < V.Length; n += 2)
        {
            if (V[n] != after.V[n] || V[n + 1] != after.V[n + 1])
            {
                text.Append(CultureInfo.InvariantCulture, $" v{n / 2}={after.V[n + 1]:x}_{after.V[n]:x}");
            }
        }

        AddMemory(text, after);
        return text.ToString();
    }

    private static ulong General(RandomBits random)
    {
        ulong how = random.Next();
        ulong value = random.Next();
        return (how & 7) switch
        {
            0 => Edges[(how >> 8) & 15],
            1 => (byte)value,
            2 => (ulong)(int)value,
            3 => 1UL << (int)(value & 63),
            4 => (uint)value,
            _ => value,
        };
    }

    private static void Add(StringBuilder text, string name, ulong before, ulong after)
    {
        if (before != after)
        {
            text.Append(CultureInfo.InvariantCulture, $" {name}={after:x}");
        }
    }

    private void AddMemory(StringBuilder text, VectorState after)
    {
        bool inRun = false;
        for (int n = 0; n < Memory.Length; n++)
        {
            bool changed = Memory[n] != after.Memory[n];
            if (changed && !inRun)
            {
                text.Append(CultureInfo.InvariantCulture, $" m{n:x}=");
            }

            if (changed)
            {
                text.Append(CultureInfo.InvariantCulture, $"{after.Memory[n]:x2}");
            }

            inRun = changed;
        }
    }
}
