using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>The facts of an exception, and the log as JSON Lines: one object for each exception.</summary>
internal static class TrapFacts
{
    public const string FileName = "traps.jsonl";

    private static readonly (TrapRemarks Remark, string Name)[] RemarkNames =
    [
        (TrapRemarks.NothingChanged, "nothing-changed"),
        (TrapRemarks.SyndromeInRegister, "syndrome-in-register"),
        (TrapRemarks.NotAdvanced, "elr-not-advanced"),
    ];

    public static byte[] Lines(IEnumerable<MachineTrap> traps) => Encoding.UTF8.GetBytes(string.Concat(traps.Select(static t => JsonFacts.Object(Of(t)) + "\n")));

    public static Fact[] Of(MachineTrap t) =>
    [
        new("number", t.Number), new("ns", (long)t.At), new("cpu", t.Cpu), new("from", t.From), new("to", t.To),
        new("class", TrapClasses.NameOf(t.Kind, t.Class)), new("words", TrapClasses.WordsOf(t.Kind, t.Class)), new("pc", t.Pc), new("esr", t.Syndrome),
        new("access", TrapWords.Access(t)), new("vmid", t.Vmid), new("far", t.FaultAddress), new("ipa", t.Ipa),
        new("return", t.Return is MachineTrapReturn back ? Of(t, back) : null),
    ];

    private static Fact[] Of(MachineTrap t, MachineTrapReturn back) =>
    [
        new("ns", (long)back.At), new("duration", (long)(back.At - t.At)), new("cpu", back.Cpu), new("pc", back.Pc), new("value", TrapWords.Value(t)), new("stage2-changed", t.IsStage2 ? back.Stage2Changed : null),
        new("changed", TrapWords.ChangedRegisters(back).Select(n => new Fact($"x{n}", new ulong[] { t.Registers[n], back.Registers[n] })).ToArray()),
        new("remarks", RemarkNames.Where(n => (back.Remarks & n.Remark) != 0).Select(static n => n.Name)),
    ];
}
