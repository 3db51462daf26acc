using System.Globalization;
using System.Text;

namespace GdbHost.Lockstep;

/// <summary>A difference as text: the block's words, what both had before, and what each had then.</summary>
internal static class Report
{
    private const int MostBytes = 32;

    public static string Of(Difference difference)
    {
        TestProgram program = difference.Program;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"block {difference.Block} at {program.Entry(difference.Block):x}; words, NOP left out:\n");
        for (int k = program.Blocks[difference.Block]; k < program.End(difference.Block); k++)
        {
            if (program.Words[k] != A64.Nop)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {Layout.Code + (4 * (ulong)k):x} {program.Words[k]:x8}\n");
            }
        }

        text.Append("registers that differ afterwards, ours and the oracle's:\n").Append(difference.Ours.Difference(difference.Theirs));
        AddData(text, difference);
        text.Append("the registers before, and the oracle's afterwards where they differ:\n").Append(difference.Before.Difference(difference.Theirs));
        return text.ToString();
    }

    private static void AddData(StringBuilder text, Difference difference)
    {
        int shown = 0;
        for (int k = 0; k < difference.OurData.Length; k++)
        {
            if (difference.OurData[k] != difference.TheirData[k] && shown++ < MostBytes)
            {
                ulong address = Layout.Data + (ulong)k;
                text.Append(CultureInfo.InvariantCulture, $"  data at {address:x}: {difference.OurData[k]:x2} {difference.TheirData[k]:x2}\n");
            }
        }
    }
}
