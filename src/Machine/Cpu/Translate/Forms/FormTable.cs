using System;
using System.Collections.Generic;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Which operations have a native form.</summary>
internal static class FormTable
{
    private static readonly NativeForm[] ByNumber;
    private static readonly Dictionary<Type, NativeForm> ByOperation = [];

    static FormTable()
    {
        List<NativeForm> all = [];
        foreach ((Type operation, NativeForm form) in IntegerForms.Rows)
        {
            form.Number = all.Count;
            all.Add(form);
            ByOperation.Add(operation, form);
        }

        ByNumber = [.. all];
    }

    /// <summary>The form of an operation, or null where the interpreter does it.</summary>
    public static NativeForm? Find(Type operation) => ByOperation.GetValueOrDefault(operation);

    /// <summary>The form that an operation of a unit names.</summary>
    public static NativeForm At(in IrOp op) => ByNumber[(int)(op.Imm >> 32)];
}
