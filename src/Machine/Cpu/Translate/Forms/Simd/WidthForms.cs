using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Long, wide and narrow forms: operations on elements of one width, with elements extended before or narrowed after.</summary>
internal static class WidthForms
{
    private const ulong None = ulong.MaxValue;

    public static NativeForm? Find(Type operation)
    {
        if (Generic.Is(operation, typeof(Long1<,,>), out Type[] part))
        {
            NativeForm widen = Widen(Lane.Of(part[1]));
            return LaneForms.Form1(part[0], Lane.Of(part[2])) is { } inner
                ? new ComposedForm((unit, a, b, c, imm) => inner.Build(unit, widen.Build(unit, a, None, None, 0), None, None, imm))
                : null;
        }

        if (Generic.Is(operation, typeof(Long2<,,>), out part))
        {
            return Long2(LaneForms.Form2(part[0], Lane.Of(part[2])), Lane.Of(part[1]));
        }

        if (Generic.Is(operation, typeof(Long3<,,>), out part))
        {
            return Long2(LaneForms.Form3(part[0], Lane.Of(part[2])), Lane.Of(part[1]));
        }

        if (Generic.Is(operation, typeof(Wide2<,,>), out part))
        {
            NativeForm widen = Widen(Lane.Of(part[1]));
            return LaneForms.Form2(part[0], Lane.Of(part[2])) is { } inner
                ? new ComposedForm((unit, a, b, c, imm) => inner.Build(unit, a, widen.Build(unit, b, None, None, 0), None, imm))
                : null;
        }

        return FindNarrow(operation);
    }

    private static ComposedForm? FindNarrow(Type operation)
    {
        if (Generic.Is(operation, typeof(Narrow1<,,>), out Type[] part))
        {
            return Narrowed(LaneForms.Form1(part[0], Lane.Of(part[1])), Lane.Of(part[1]), high: false);
        }

        return Generic.Is(operation, typeof(HighNarrow2<,,>), out part)
            ? Narrowed(LaneForms.Form2(part[0], Lane.Of(part[1])), Lane.Of(part[1]), high: true)
            : null;
    }

    private static VectorForm1 Widen(Lane lane) => new((w, d, a, imm) => w.Op((lane.Signed ? Avx.Pmovsx : Avx.Pmovzx)[lane.Size], d, a));

    private static ComposedForm? Long2(NativeForm? inner, Lane narrow)
    {
        NativeForm widen = Widen(narrow);
        return inner is null
            ? null
            : new((unit, a, b, c, imm) => inner.Build(unit, widen.Build(unit, a, None, None, 0), widen.Build(unit, b, None, None, 0), c, imm));
    }

    private static ComposedForm? Narrowed(NativeForm? inner, Lane lane, bool high)
    {
        VectorForm1 narrow = new((w, d, a, imm) => Narrow(w, lane.Size, high, d, a), IrTraits.UpperZero);
        return inner is null ? null : new((unit, a, b, c, imm) => narrow.Build(unit, inner.Build(unit, a, b, c, imm), None, None, 0));
    }

    /// <summary>The low or the high half of each element; the upper half of the vector becomes zero.</summary>
    private static void Narrow(FormWriter w, int size, bool high, Xmm d, Xmm a)
    {
        w.Zero(FormWriter.T1);
        if (size == Lane.D)
        {
            w.Op(Avx.Shufps, d, a, FormWriter.T1, high ? 0xdd : 0x88);
            return;
        }

        if (high)
        {
            w.ShiftRight(size, FormWriter.T0, a, 4 << size);
        }
        else
        {
            w.Op(Avx.Pand, FormWriter.T0, a, size == Lane.H ? HostConstant.LowBytes : HostConstant.LowHalfwords);
        }

        w.Op(size == Lane.H ? Avx.Packuswb : Avx.Packusdw, d, FormWriter.T0, FormWriter.T1);
    }
}
