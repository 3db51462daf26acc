using System;
using System.Collections.Generic;
using System.Xml;

namespace GdbHost.Protocol.Messages;

/// <summary>One table of "info os".</summary>
/// <param name="Type">Its name after "info os".</param>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Each with one text for each column.</param>
public sealed record OsTable(string Type, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>Prints a table of "info os" (GDB manual, Operating System Information).</summary>
public static class OsDataXml
{
    public static byte[] Print(OsTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return XmlDocumentBytes.Print("osdata", "osdata.dtd", xml =>
        {
            xml.WriteAttributeString("type", table.Type);
            foreach (IReadOnlyList<string> row in table.Rows)
            {
                Item(xml, table.Columns, row);
            }
        });
    }

    private static void Item(XmlWriter xml, IReadOnlyList<string> columns, IReadOnlyList<string> row)
    {
        xml.WriteStartElement("item");
        for (int i = 0; i < columns.Count; i++)
        {
            xml.WriteStartElement("column");
            xml.WriteAttributeString("name", columns[i]);
            xml.WriteString(row[i]);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }
}
