using GdbHost.InstructionWords;

namespace GdbHost.Lockstep;

/// <summary>The three general registers that no random instruction of a program may write, other ones in each program.</summary>
internal sealed class Registers
{
    private uint _reserved;

    public Registers(RandomBits random)
    {
        Inner = Reserve(random);
        Outer = Reserve(random);
        Base = Reserve(random);
    }

    /// <summary>Holds <see cref="Layout.DataBase"/>.</summary>
    public int Base { get; }

    /// <summary>Counts the rounds of a block.</summary>
    public int Outer { get; }

    /// <summary>Ends loops inside a block.</summary>
    public int Inner { get; }

    public bool IsReserved(int register) => register < 31 && (_reserved >> register & 1) != 0;

    /// <summary>A register that may be written, not 31.</summary>
    public int Free(RandomBits random)
    {
        while (true)
        {
            int n = (int)random.Below(31);
            if (!IsReserved(n))
            {
                return n;
            }
        }
    }

    /// <summary>A register that may be written and is none of two others.</summary>
    public int FreeBeside(RandomBits random, int first, int second = -1)
    {
        while (true)
        {
            int n = Free(random);
            if (n != first && n != second)
            {
                return n;
            }
        }
    }

    private int Reserve(RandomBits random)
    {
        int n;
        do
        {
            // Not X30: BL writes it.
            n = (int)random.Below(30);
        }
        while (IsReserved(n));
        _reserved |= 1u << n;
        return n;
    }
}
