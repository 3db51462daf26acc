using System;
using System.Collections.Generic;
using System.Globalization;

namespace GdbHost.Protocol.Messages;

/// <summary>A file whose symbols gdb is to read.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Segments">The address of each of its loadable segments, in the order of the file.</param>
public sealed record XmlLibrary(string Name, IReadOnlyList<ulong> Segments);

/// <summary>Prints a list of libraries (GDB manual, Library List Format).</summary>
public static class LibrariesXml
{
    public static byte[] Print(IReadOnlyList<XmlLibrary> libraries)
    {
        ArgumentNullException.ThrowIfNull(libraries);
        return XmlDocumentBytes.Print("library-list", null, xml =>
        {
            xml.WriteAttributeString("version", "1.0");
            foreach (XmlLibrary library in libraries)
            {
                xml.WriteStartElement("library");
                xml.WriteAttributeString("name", library.Name);
                foreach (ulong address in library.Segments)
                {
                    xml.WriteStartElement("segment");
                    xml.WriteAttributeString("address", "0x" + address.ToString("x", CultureInfo.InvariantCulture));
                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }
        });
    }
}
