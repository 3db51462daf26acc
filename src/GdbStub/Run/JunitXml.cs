using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;

namespace GdbHost.GdbStub.Run;

/// <summary>One line of a script's output that tells of a test.</summary>
/// <param name="Reason">For one that failed: what to say of it.</param>
internal sealed record TestCase(string Name, bool Passed, string Reason)
{
    private const string PassMark = "PASS: ";
    private const string FailMark = "FAIL: ";

    /// <summary>Reads "PASS: name" or "FAIL: name"; null for any other line.</summary>
    public static TestCase? Parse(string line) =>
        line.StartsWith(PassMark, StringComparison.Ordinal) ? new TestCase(line[PassMark.Length..].Trim(), true, "")
        : line.StartsWith(FailMark, StringComparison.Ordinal) ? new TestCase(line[FailMark.Length..].Trim(), false, line)
        : null;
}

/// <summary>Prints test cases in the form that CI servers read (JUnit XML: testsuite, testcase, failure).</summary>
internal static class JunitXml
{
    public static byte[] Print(string suite, IReadOnlyList<TestCase> cases)
    {
        using var bytes = new MemoryStream();
        using (XmlWriter xml = XmlWriter.Create(bytes, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) }))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", suite);
            xml.WriteAttributeString("tests", cases.Count.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("failures", cases.Count(static c => !c.Passed).ToString(CultureInfo.InvariantCulture));
            foreach (TestCase test in cases)
            {
                xml.WriteStartElement("testcase");
                xml.WriteAttributeString("classname", suite);
                xml.WriteAttributeString("name", Printable(test.Name));
                if (!test.Passed)
                {
                    xml.WriteStartElement("failure");
                    xml.WriteAttributeString("message", Printable(test.Reason));
                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    // XML has no form for control characters.
    private static string Printable(string text) => string.Concat(text.Select(static c => XmlConvert.IsXmlChar(c) ? c : '?'));
}
