using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards.Fdt;

namespace GdbHost.Machine.Debug;

/// <summary>A node of a device tree as source text (Devicetree Specification, Devicetree Source Format).</summary>
internal static class DeviceTreeText
{
    public static IReadOnlyList<string> Of(FdtNode node) => [.. Lines(node, "")];

    private static IEnumerable<string> Lines(FdtNode node, string indent)
    {
        yield return $"{indent}{(node.Name.Length == 0 ? "/" : node.Name)} {{";
        foreach (FdtProperty property in node.Properties)
        {
            yield return $"{indent}    {property.Name}{Value(property.Value)};";
        }

        foreach (string line in node.Children.SelectMany(c => Lines(c, indent + "    ")))
        {
            yield return line;
        }

        yield return $"{indent}}};";
    }

    private static string Value(byte[] value)
    {
        if (value.Length == 0)
        {
            return "";
        }

        bool isText = value[^1] == 0 && value[0] != 0 && value.All(static b => b is 0 or (>= 32 and < 127)) && !value.AsEnumerable().Zip(value.Skip(1)).Any(static p => p is { First: 0, Second: 0 });
        if (isText)
        {
            string[] texts = System.Text.Encoding.ASCII.GetString(value, 0, value.Length - 1).Split('\0');
            return $" = {string.Join(", ", texts.Select(static t => $"\"{t}\""))}";
        }

        return value.Length % 4 == 0
            ? $" = <{string.Join(' ', new FdtProperty("", value).Cells.Select(static c => $"0x{c:x}"))}>"
            : $" = [{string.Join(' ', value.Select(static b => $"{b:x2}"))}]";
    }
}
