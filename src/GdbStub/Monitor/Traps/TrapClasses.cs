using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>The short names by which users pick exceptions: one for each class of ESR_ELx.EC, and groups of them.</summary>
internal static class TrapClasses
{
    private static readonly (string Name, MachineTrapKind Kind, int[] Classes)[] Rows =
    [
        ("undef", MachineTrapKind.Synchronous, [0x00]),
        ("wfx", MachineTrapKind.Synchronous, [0x01]),
        ("fp", MachineTrapKind.Synchronous, [0x07]),
        ("illegal", MachineTrapKind.Synchronous, [0x0e]),
        ("svc", MachineTrapKind.Synchronous, [0x15]),
        ("hvc", MachineTrapKind.Synchronous, [0x16]),
        ("smc", MachineTrapKind.Synchronous, [0x17]),
        ("sysreg", MachineTrapKind.Synchronous, [0x18]),
        ("instruction-abort", MachineTrapKind.Synchronous, [0x20, 0x21]),
        ("pc-alignment", MachineTrapKind.Synchronous, [0x22]),
        ("data-abort", MachineTrapKind.Synchronous, [0x24, 0x25]),
        ("sp-alignment", MachineTrapKind.Synchronous, [0x26]),
        ("breakpoint", MachineTrapKind.Synchronous, [0x30, 0x31]),
        ("step", MachineTrapKind.Synchronous, [0x32, 0x33]),
        ("watchpoint", MachineTrapKind.Synchronous, [0x34, 0x35]),
        ("brk", MachineTrapKind.Synchronous, [0x3c]),
        ("irq", MachineTrapKind.Irq, []),
        ("fiq", MachineTrapKind.Fiq, []),
        ("serror", MachineTrapKind.SError, []),
    ];

    /// <summary>Not a class but a reason: a stage 2 fault of a load, a store or a fetch.</summary>
    public const string Stage2 = "stage2";

    /// <summary>Those whose return is remarkable.</summary>
    public const string Flagged = "flagged";

    public static IEnumerable<string> Names => [.. Rows.Select(static r => r.Name), Stage2, Flagged];

    /// <summary>Which exceptions a name means; null for a name that there is not.</summary>
    public static Func<MachineTrap, bool>? Find(string name)
    {
        string wanted = name.ToLowerInvariant();
        if (wanted == Stage2)
        {
            return static t => t.IsStage2;
        }

        if (wanted == Flagged)
        {
            return static t => t.Return is { Remarks: not TrapRemarks.None };
        }

        int row = Array.FindIndex(Rows, r => r.Name == wanted);
        return row < 0 ? null : t => t.Kind == Rows[row].Kind && (Rows[row].Classes.Length == 0 || Rows[row].Classes.Contains(t.Class));
    }

    /// <summary>The short name of a class.</summary>
    public static string NameOf(MachineTrapKind kind, int ec) =>
        Rows.FirstOrDefault(r => r.Kind == kind && (r.Classes.Length == 0 || r.Classes.Contains(ec))).Name ?? $"ec-0x{ec:x2}";

    /// <summary>The class in words.</summary>
    public static string WordsOf(MachineTrapKind kind, int ec) => kind switch
    {
        MachineTrapKind.Irq => "IRQ",
        MachineTrapKind.Fiq => "FIQ",
        MachineTrapKind.SError => "SError interrupt",
        _ => Syndrome.ClassWords((ulong)ec << 26),
    };
}
