using System;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>A condition code (DDI 0487, Condition code table) as a type argument, so that an engine tests just its flags.</summary>
internal interface ICode
{
    static abstract int Value { get; }
}

/// <summary>A routine that is still to be told its condition code.</summary>
internal interface IConditional
{
    static abstract Routine Of<TCode>()
        where TCode : struct, ICode;
}

/// <summary>The form of a conditional instruction for each condition code.</summary>
internal static class ConditionCodes
{
    public static Routine Pick<TConditional>(int code)
        where TConditional : struct, IConditional => code switch
    {
        0 => TConditional.Of<Eq>(),
        1 => TConditional.Of<Ne>(),
        2 => TConditional.Of<Cs>(),
        3 => TConditional.Of<Cc>(),
        4 => TConditional.Of<Mi>(),
        5 => TConditional.Of<Pl>(),
        6 => TConditional.Of<Vs>(),
        7 => TConditional.Of<Vc>(),
        8 => TConditional.Of<Hi>(),
        9 => TConditional.Of<Ls>(),
        10 => TConditional.Of<Ge>(),
        11 => TConditional.Of<Lt>(),
        12 => TConditional.Of<Gt>(),
        13 => TConditional.Of<Le>(),
        14 or 15 => TConditional.Of<Al>(),
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    private readonly struct Eq : ICode
    {
        public static int Value => 0;
    }

    private readonly struct Ne : ICode
    {
        public static int Value => 1;
    }

    private readonly struct Cs : ICode
    {
        public static int Value => 2;
    }

    private readonly struct Cc : ICode
    {
        public static int Value => 3;
    }

    private readonly struct Mi : ICode
    {
        public static int Value => 4;
    }

    private readonly struct Pl : ICode
    {
        public static int Value => 5;
    }

    private readonly struct Vs : ICode
    {
        public static int Value => 6;
    }

    private readonly struct Vc : ICode
    {
        public static int Value => 7;
    }

    private readonly struct Hi : ICode
    {
        public static int Value => 8;
    }

    private readonly struct Ls : ICode
    {
        public static int Value => 9;
    }

    private readonly struct Ge : ICode
    {
        public static int Value => 10;
    }

    private readonly struct Lt : ICode
    {
        public static int Value => 11;
    }

    private readonly struct Gt : ICode
    {
        public static int Value => 12;
    }

    private readonly struct Le : ICode
    {
        public static int Value => 13;
    }

    private readonly struct Al : ICode
    {
        public static int Value => 14;
    }
}
