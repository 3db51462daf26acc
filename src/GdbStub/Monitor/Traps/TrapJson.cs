using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>The log as JSON Lines: one object for each exception, numbers of more than 53 bits as strings in hexadecimal.</summary>
internal static class TrapJson
{
    public const string FileName = "traps.jsonl";

    public static byte[] Lines(IEnumerable<MachineTrap> traps) => Encoding.UTF8.GetBytes(string.Concat(traps.Select(static t => Line(t) + "\n")));

    private static string Line(MachineTrap t)
    {
        List<string> members =
        [
            $"\"number\":{t.Number}", $"\"ns\":{t.At}", $"\"cpu\":{t.Cpu}", $"\"from\":{t.From}", $"\"to\":{t.To}",
            $"\"class\":{Text(TrapClasses.NameOf(t.Kind, t.Class))}", $"\"words\":{Text(TrapClasses.WordsOf(t.Kind, t.Class))}",
            $"\"pc\":{Hexadecimal(t.Pc)}", $"\"esr\":{Hexadecimal(t.Syndrome)}", $"\"access\":{Text(TrapWords.Access(t))}",
        ];
        AddIf(members, "vmid", t.Vmid?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        AddIf(members, "far", t.FaultAddress is ulong far ? Hexadecimal(far) : null);
        AddIf(members, "ipa", t.Ipa is ulong ipa ? Hexadecimal(ipa) : null);
        AddIf(members, "return", t.Return is MachineTrapReturn back ? Return(t, back) : null);
        return $"{{{string.Join(',', members)}}}";
    }

    private static string Return(MachineTrap t, MachineTrapReturn back)
    {
        IEnumerable<string> changed = TrapWords.ChangedRegisters(back).Select(n => $"\"x{n}\":[{Hexadecimal(t.Registers[n])},{Hexadecimal(back.Registers[n])}]");
        (TrapRemarks Remark, string Name)[] names =
        [
            (TrapRemarks.NothingChanged, "nothing-changed"), (TrapRemarks.SyndromeInRegister, "syndrome-in-register"),
            (TrapRemarks.NotAdvanced, "elr-not-advanced"),
        ];
        IEnumerable<string> remarks = names.Where(n => (back.Remarks & n.Remark) != 0).Select(n => Text(n.Name));
        return $"{{\"ns\":{back.At},\"duration\":{back.At - t.At},\"cpu\":{back.Cpu},\"pc\":{Hexadecimal(back.Pc)},"
            + $"\"changed\":{{{string.Join(',', changed)}}},\"remarks\":[{string.Join(',', remarks)}]}}";
    }

    private static void AddIf(List<string> members, string name, string? value)
    {
        if (value is not null)
        {
            members.Add($"\"{name}\":{value}");
        }
    }

    private static string Hexadecimal(ulong value) => $"\"0x{value:x}\"";

    // All our words are ASCII without quotes, backslashes and control characters.
    private static string Text(string value) => $"\"{value}\"";
}
