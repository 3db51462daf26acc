using System;
using System.Collections.Generic;
using System.Globalization;

namespace GdbHost.Protocol.Messages;

/// <summary>A file whose symbols gdb is to read.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Segments">The address of each of its loadable segments, in the order of the file.</param>
/// <param name="Offset">What has been added to the addresses that it is linked at; the same for all segments.</param>
/// <param name="Dynamic">The address of its dynamic section; where it has none, nobody looks.</param>
public sealed record XmlLibrary(string Name, IReadOnlyList<ulong> Segments, ulong Offset = 0, ulong Dynamic = 0);

/// <summary>
/// Prints a list of libraries in both forms that gdb reads (GDB manual, Library List Format; Library List Format for SVR4 Targets). Which it asks for
/// is decided by the operating system that it takes the program for.
/// </summary>
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
                    xml.WriteAttributeString("address", Hex(address));
                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }
        });
    }

    public static byte[] PrintSvr4(IReadOnlyList<XmlLibrary> libraries)
    {
        ArgumentNullException.ThrowIfNull(libraries);
        return XmlDocumentBytes.Print("library-list-svr4", null, xml =>
        {
            xml.WriteAttributeString("version", "1.0");
            ulong number = 0;
            foreach (XmlLibrary library in libraries)
            {
                // No dynamic linker has made a link map; gdb wants a number that tells one library from another.
                xml.WriteStartElement("library");
                xml.WriteAttributeString("name", library.Name);
                xml.WriteAttributeString("lm", Hex(++number));
                xml.WriteAttributeString("lmid", Hex(0)); // gdb 13 refuses a list without it; older ones do not look
                xml.WriteAttributeString("l_addr", Hex(library.Offset));
                xml.WriteAttributeString("l_ld", Hex(library.Dynamic));
                xml.WriteEndElement();
            }
        });
    }

    private static string Hex(ulong address) => "0x" + address.ToString("x", CultureInfo.InvariantCulture);
}
