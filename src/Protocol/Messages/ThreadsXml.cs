using System;
using System.Collections.Generic;
using System.Globalization;
using GdbHost.Protocol.Text;

namespace GdbHost.Protocol.Messages;

/// <summary>One thread of the list.</summary>
/// <param name="Name">What "info threads" prints for it.</param>
/// <param name="Details">What "info threads" prints in parentheses.</param>
public sealed record XmlThread(ThreadId Id, int Core, string Name, string Details);

/// <summary>Prints a thread list (GDB manual, Thread List Format).</summary>
public static class ThreadsXml
{
    public static byte[] Print(IReadOnlyList<XmlThread> threads, bool multiprocess)
    {
        ArgumentNullException.ThrowIfNull(threads);
        return XmlDocumentBytes.Print("threads", null, xml =>
        {
            foreach (XmlThread thread in threads)
            {
                xml.WriteStartElement("thread");
                xml.WriteAttributeString("id", Id(thread.Id, multiprocess));
                xml.WriteAttributeString("core", thread.Core.ToString(CultureInfo.InvariantCulture));
                xml.WriteAttributeString("name", thread.Name);
                xml.WriteString(thread.Details);
                xml.WriteEndElement();
            }
        });
    }

    private static string Id(ThreadId id, bool multiprocess) => multiprocess
        ? string.Create(CultureInfo.InvariantCulture, $"p{id.Process:x}.{id.Thread:x}")
        : id.Thread.ToString("x", CultureInfo.InvariantCulture);
}
