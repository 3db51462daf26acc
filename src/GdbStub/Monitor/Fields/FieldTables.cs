using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.Monitor.Fields;

/// <summary>The fields of every register that is decoded, for "monitor" and for gdb's own registers alike.</summary>
internal static class FieldTables
{
    /// <summary>By the manual's name of the register; of a syndrome only what does not depend on its value.</summary>
    public static readonly FrozenDictionary<string, FieldTable> ByRegister =
        HypervisorControl.Tables.Concat(TranslationControl.Tables).Concat(InterruptControl.Tables).Concat(Syndrome.Tables)
            .Concat(Syndrome.Outlines).ToFrozenDictionary(t => t.Register);

    /// <summary>The fields of a register that holds <paramref name="raw"/>; empty where none are known.</summary>
    public static Field[] Of(string register, ulong raw) =>
        Syndrome.IsSyndrome(register) ? Syndrome.FieldsOf(raw) : ByRegister.GetValueOrDefault(register)?.Fields ?? [];
}
