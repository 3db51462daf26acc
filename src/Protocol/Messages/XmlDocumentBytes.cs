using System;
using System.IO;
using System.Text;
using System.Xml;

namespace GdbHost.Protocol.Messages;

/// <summary>The frame that every XML object of the protocol has: declaration, document type, one root element, UTF-8.</summary>
internal static class XmlDocumentBytes
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Indent = true,
        IndentChars = "",
        NewLineChars = "\n",
    };

    public static byte[] Print(string root, string? documentType, Action<XmlWriter> content)
    {
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, Settings))
        {
            if (documentType is not null)
            {
                xml.WriteDocType(root, null, documentType, null);
            }

            xml.WriteStartElement(root);
            content(xml);
            xml.WriteEndElement();
        }

        return stream.ToArray();
    }
}
