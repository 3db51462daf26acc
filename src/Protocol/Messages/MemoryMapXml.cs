using System;
using System.Collections.Generic;
using System.Globalization;

namespace GdbHost.Protocol.Messages;

/// <summary>One region of a memory map; the type is one of gdb's words: ram, rom, flash.</summary>
public readonly record struct XmlMemoryRegion(string Type, ulong Start, ulong Length);

/// <summary>Prints a memory map (GDB manual, Memory Map Format).</summary>
public static class MemoryMapXml
{
    public static byte[] Print(IReadOnlyList<XmlMemoryRegion> regions)
    {
        ArgumentNullException.ThrowIfNull(regions);
        return XmlDocumentBytes.Print("memory-map", null, xml =>
        {
            foreach (XmlMemoryRegion region in regions)
            {
                xml.WriteStartElement("memory");
                xml.WriteAttributeString("type", region.Type);
                xml.WriteAttributeString("start", Hexadecimal(region.Start));
                xml.WriteAttributeString("length", Hexadecimal(region.Length));
                xml.WriteEndElement();
            }
        });
    }

    private static string Hexadecimal(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
