using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Globalization;
using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Tests.Isa.Fp;

/// <summary>One operation of the vector files, as a function of its operands.</summary>
internal delegate ulong FpOperation(ReadOnlySpan<ulong> operands, FpControl control, ref FpExceptions raised);

/// <summary>The operations by the names that tests/Vectors/gen/fp-vectors.c gives them.</summary>
internal static class FpOperations
{
    private delegate ulong Binary(ulong a, ulong b, FpControl control, ref FpExceptions raised);

    private delegate ulong Unary(ulong a, FpControl control, ref FpExceptions raised);

    private delegate bool Comparison(ulong a, ulong b, FpControl control, ref FpExceptions raised);

    public static FrozenDictionary<string, FpOperation> ByName { get; } = Build();

    private static FrozenDictionary<string, FpOperation> Build()
    {
        Dictionary<string, FpOperation> table = [];
        AddArithmetic<FpSingle>(table, "s");
        AddArithmetic<FpDouble>(table, "d");
        AddConversions(table);
        foreach (string width in (string[])["w", "x"])
        {
            AddIntegers<FpSingle>(table, width, "s");
            AddIntegers<FpDouble>(table, width, "d");
        }

        table["urecpe"] = static (v, _, ref _) => FpEstimate.UnsignedReciprocal((uint)v[0]);
        table["ursqrte"] = static (v, _, ref _) => FpEstimate.UnsignedReciprocalSquareRoot((uint)v[0]);
        return table.ToFrozenDictionary();
    }

    private static void AddArithmetic<F>(Dictionary<string, FpOperation> table, string format)
        where F : struct, IFpArithmetic
    {
        void Of2(string name, Binary run) => table[$"{name}_{format}"] = (v, c, ref r) => run(v[0], v[1], c, ref r);
        void Of1(string name, Unary run) => table[$"{name}_{format}"] = (v, c, ref r) => run(v[0], c, ref r);
        void Mask(string name, Comparison run) =>
            table[$"{name}_{format}"] = (v, c, ref r) => run(v[0], v[1], c, ref r) ? ulong.MaxValue >> (64 - F.Width) : 0;
        void Integral(string name, FpRounding? mode, bool inexact = false) => table[$"{name}_{format}"] =
            (v, c, ref r) => FpInteger.RoundToIntegral<F>(v[0], mode ?? c.RMode, inexact, c, ref r);

        Of2("fadd", FpArithmetic.Add<F>);
        Of2("fsub", FpArithmetic.Subtract<F>);
        Of2("fmul", FpArithmetic.Multiply<F>);
        Of2("fmulx", FpArithmetic.MultiplyExtended<F>);
        Of2("fdiv", FpArithmetic.Divide<F>);
        Of1("fsqrt", FpArithmetic.SquareRoot<F>);
        table[$"fmadd_{format}"] = static (v, c, ref r) => FpArithmetic.MultiplyAdd<F>(v[2], v[0], v[1], c, ref r);
        Of2("frecps", FpStep.Reciprocal<F>);
        Of2("frsqrts", FpStep.ReciprocalSquareRoot<F>);
        Of2("fmax", FpMinMax.Max<F>);
        Of2("fmin", FpMinMax.Min<F>);
        Of2("fmaxnm", FpMinMax.MaxNumber<F>);
        Of2("fminnm", FpMinMax.MinNumber<F>);
        Mask("fcmeq", FpCompare.IsEqual<F>);
        Mask("fcmge", FpCompare.IsGreaterOrEqual<F>);
        Mask("fcmgt", FpCompare.IsGreater<F>);
        table[$"fcmp_{format}"] = static (v, c, ref r) => FpCompare.Flags<F>(v[0], v[1], signalAll: false, c, ref r);
        table[$"fcmpe_{format}"] = static (v, c, ref r) => FpCompare.Flags<F>(v[0], v[1], signalAll: true, c, ref r);
        Of1("frecpe", FpEstimate.Reciprocal<F>);
        Of1("frsqrte", FpEstimate.ReciprocalSquareRoot<F>);
        Of1("frecpx", FpEstimate.ReciprocalExponent<F>);
        Integral("frintn", FpRounding.TieEven);
        Integral("frintp", FpRounding.PositiveInfinity);
        Integral("frintm", FpRounding.NegativeInfinity);
        Integral("frintz", FpRounding.Zero);
        Integral("frinta", FpRounding.TieAway);
        Integral("frintx", mode: null, inexact: true);
        Integral("frinti", mode: null);
    }

    private static void AddConversions(Dictionary<string, FpOperation> table)
    {
        void Convert<TFrom, TTo>(string name)
            where TFrom : struct, IFpFormat
            where TTo : struct, IFpFormat =>
            table[name] = static (v, c, ref r) => FpConvert.Convert<TFrom, TTo>(v[0], c.RMode, c, ref r);

        Convert<FpSingle, FpDouble>("fcvt_d_s");
        Convert<FpSingle, FpHalf>("fcvt_h_s");
        Convert<FpDouble, FpSingle>("fcvt_s_d");
        Convert<FpDouble, FpHalf>("fcvt_h_d");
        Convert<FpHalf, FpSingle>("fcvt_s_h");
        Convert<FpHalf, FpDouble>("fcvt_d_h");
        table["fcvtxn_s_d"] = static (v, c, ref r) => FpConvert.Convert<FpDouble, FpSingle>(v[0], FpRounding.Odd, c, ref r);
    }

    private static void AddIntegers<F>(Dictionary<string, FpOperation> table, string register, string format)
        where F : struct, IFpArithmetic
    {
        int width = register == "w" ? 32 : 64;
        (string Letter, FpRounding Mode)[] modes =
        [
            ("n", FpRounding.TieEven), ("p", FpRounding.PositiveInfinity), ("m", FpRounding.NegativeInfinity),
            ("z", FpRounding.Zero), ("a", FpRounding.TieAway),
        ];
        for (int fractionBits = 0; fractionBits <= width; fractionBits++)
        {
            int bits = fractionBits;
            string suffix = bits == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"_{bits}");
            foreach ((string letter, FpRounding mode) in modes)
            {
                foreach (bool isUnsigned in (bool[])[false, true])
                {
                    table[$"fcvt{letter}{(isUnsigned ? "u" : "s")}_{register}_{format}{suffix}"] =
                        (v, c, ref r) => FpInteger.ToFixed<F>(v[0], width, bits, isUnsigned, mode, c, ref r);
                }
            }

            table[$"scvtf_{format}_{register}{suffix}"] = (v, c, ref r) =>
                FpInteger.FromFixed<F>(width == 32 ? (ulong)(int)v[0] : v[0], bits, isUnsigned: false, c.RMode, c, ref r);
            table[$"ucvtf_{format}_{register}{suffix}"] = (v, c, ref r) =>
                FpInteger.FromFixed<F>(v[0], bits, isUnsigned: true, c.RMode, c, ref r);
        }
    }
}
