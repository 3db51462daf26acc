using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.CommandLine;

namespace GdbHost.GdbStub.Qemu;

/// <summary>The table of all options, and the reading of a command line by it (QEMU 7.2 documentation, Invocation).</summary>
internal static class QemuOptions
{
    public static readonly IReadOnlyList<QemuOption> Table =
        [.. BoardOptionRows.Table, .. BootOptionRows.Table, .. LineOptionRows.Table, .. DebugOptionRows.Table, .. OtherOptionRows.Table];

    /// <summary>Reads the words after "gdbhost qemu".</summary>
    /// <exception cref="UserErrorException">A word cannot be honored; the message names it and says what would work.</exception>
    public static QemuRequest Read(IReadOnlyList<string> words)
    {
        var request = new QemuRequest();
        for (int at = 0; at < words.Count; at++)
        {
            string word = words[at];
            if (!word.StartsWith('-') || word == "-")
            {
                throw QemuRequest.Refusal($"\"{word}\"", "a word without option is a disk image; use -drive file=FILE,if=none,id=hd0 -device virtio-blk-device,drive=hd0");
            }

            // QEMU takes one hyphen and two.
            string name = word.StartsWith("--", System.StringComparison.Ordinal) ? word[2..] : word[1..];
            QemuOption row = Table.FirstOrDefault(o => o.IsCalled(name))
                ?? throw QemuRequest.Refusal(word, "there is no such option; \"gdbhost qemu -help\" lists those that are understood");
            if (row.Takes.Length == 0)
            {
                row.Apply(request, "");
            }
            else if (++at < words.Count)
            {
                row.Apply(request, words[at]);
            }
            else
            {
                throw QemuRequest.Refusal(word, $"it needs a value: {row.Takes}");
            }

            if (request.Text is not null)
            {
                break;
            }
        }

        return request;
    }

    public static string Help()
    {
        var text = new StringBuilder($"{Arguments.Heading}\nUSAGE: gdbhost qemu OPTIONS-OF-qemu-system-aarch64\n");
        Section(text, "These do what they do with QEMU 7.2:", Treatment.Honored);
        Section(text, "These are taken, with a note on stderr:", Treatment.Noted);
        Section(text, "These are refused:", Treatment.Refused);
        return text.ToString().TrimEnd();
    }

    private static void Section(StringBuilder text, string title, Treatment treatment)
    {
        text.Append('\n').Append(title).Append('\n');
        foreach (QemuOption row in Table.Where(o => o.Treatment == treatment))
        {
            string names = string.Join(", ", row.Names.Split('|').Select(n => "-" + n));
            text.Append($"  {names} {row.Takes}".TrimEnd()).Append($"\n      {row.Text}\n");
        }
    }
}
