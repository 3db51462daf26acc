using System;
using System.Collections.Generic;
using System.Globalization;

namespace GdbHost.Protocol.Messages;

/// <summary>Prints what a trace frame has (GDB manual, Traceframe Info Format).</summary>
public static class TraceFrameXml
{
    /// <param name="memory">Ranges of addresses.</param>
    /// <param name="variables">Numbers of trace state variables.</param>
    public static byte[] Print(IReadOnlyList<(ulong Address, ulong Length)> memory, IReadOnlyList<int> variables)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(variables);
        return XmlDocumentBytes.Print("traceframe-info", null, xml =>
        {
            foreach ((ulong address, ulong length) in memory)
            {
                xml.WriteStartElement("memory");
                xml.WriteAttributeString("start", "0x" + address.ToString("x", CultureInfo.InvariantCulture));
                xml.WriteAttributeString("length", "0x" + length.ToString("x", CultureInfo.InvariantCulture));
                xml.WriteEndElement();
            }

            foreach (int variable in variables)
            {
                xml.WriteStartElement("tvar");
                xml.WriteAttributeString("id", "0x" + variable.ToString("x", CultureInfo.InvariantCulture));
                xml.WriteEndElement();
            }
        });
    }
}
