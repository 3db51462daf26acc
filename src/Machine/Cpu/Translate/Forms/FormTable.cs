using System;
using System.Collections.Generic;
using GdbHost.Machine.Cpu.Translate.Forms.Fp;
using GdbHost.Machine.Cpu.Translate.Forms.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Which operations have a native form. Forms are made when they are first asked for.</summary>
internal sealed class FormTable
{
    private static readonly Func<Type, NativeForm?>[] Families =
    [
        IntegerForms.Find, FpScalarForms.Find, FpConversionForms.Find, FpVectorForms.Find, LaneForms.Find, WidthForms.Find, SaturatingForms.Find,
        PermuteForms.Find, MoveForms.Find, CryptoForms.Find, ShaForms.Find,
    ];

    private readonly Dictionary<Type, NativeForm?> _known = [];

    /// <summary>The form of an operation, or null where the interpreter does it.</summary>
    public NativeForm? Find(Type operation)
    {
        if (!_known.TryGetValue(operation, out NativeForm? form))
        {
            foreach (Func<Type, NativeForm?> family in Families)
            {
                form ??= family(operation);
            }

            _known.Add(operation, form);
        }

        return form;
    }
}
