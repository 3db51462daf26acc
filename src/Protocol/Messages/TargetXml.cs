using System;
using System.Collections.Generic;
using System.Globalization;
using System.Xml;

namespace GdbHost.Protocol.Messages;

/// <summary>One register as gdb is to see it.</summary>
/// <param name="Number">gdb's number for it in p and P packets, and its place in g and G.</param>
/// <param name="Type">A predefined type of gdb, or the id of a type of the same feature.</param>
/// <param name="Group">gdb's register group, or null for the group that gdb infers from the type.</param>
/// <param name="SaveRestore">False for a register that an inferior call must leave alone.</param>
public sealed record XmlRegister(string Name, int Bits, int Number, string Type, string? Group, bool SaveRestore = true);

/// <summary>One named bit range of a flags type.</summary>
/// <param name="Type">The id of an enumeration of the same feature, or null for a plain number or bit.</param>
public sealed record XmlField(string Name, int Low, int High, string? Type = null);

/// <summary>A type that registers of one feature use.</summary>
public abstract record XmlType(string Id);

/// <summary>A register that gdb prints as named bits.</summary>
public sealed record XmlFlags(string Id, int Bytes, IReadOnlyList<XmlField> Fields) : XmlType(Id);

/// <summary>Names for the values of a field.</summary>
public sealed record XmlEnumeration(string Id, int Bytes, IReadOnlyList<KeyValuePair<string, int>> Values) : XmlType(Id);

/// <summary>A short vector of a predefined type.</summary>
public sealed record XmlVector(string Id, string Element, int Count) : XmlType(Id);

/// <summary>Several views of the same bits.</summary>
public sealed record XmlUnion(string Id, IReadOnlyList<KeyValuePair<string, string>> Views) : XmlType(Id);

/// <summary>A feature: a set of registers under a name that gdb may know.</summary>
public sealed record XmlFeature(string Name, IReadOnlyList<XmlType> Types, IReadOnlyList<XmlRegister> Registers);

/// <summary>Prints a target description (GDB manual, Target Description Format).</summary>
public static class TargetXml
{
    public static byte[] Print(string architecture, IReadOnlyList<XmlFeature> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return XmlDocumentBytes.Print("target", "gdb-target.dtd", xml =>
        {
            xml.WriteAttributeString("version", "1.0");
            xml.WriteElementString("architecture", architecture);
            foreach (XmlFeature feature in features)
            {
                Feature(xml, feature);
            }
        });
    }

    private static void Feature(XmlWriter xml, XmlFeature feature)
    {
        xml.WriteStartElement("feature");
        xml.WriteAttributeString("name", feature.Name);
        foreach (XmlType type in feature.Types)
        {
            Type(xml, type);
        }

        foreach (XmlRegister register in feature.Registers)
        {
            Register(xml, register);
        }

        xml.WriteEndElement();
    }

    private static void Register(XmlWriter xml, XmlRegister register)
    {
        xml.WriteStartElement("reg");
        xml.WriteAttributeString("name", register.Name);
        xml.WriteAttributeString("bitsize", Decimal(register.Bits));
        xml.WriteAttributeString("regnum", Decimal(register.Number));
        xml.WriteAttributeString("type", register.Type);
        if (register.Group is not null)
        {
            xml.WriteAttributeString("group", register.Group);
        }

        if (!register.SaveRestore)
        {
            xml.WriteAttributeString("save-restore", "no");
        }

        xml.WriteEndElement();
    }

    private static void Type(XmlWriter xml, XmlType type)
    {
        switch (type)
        {
            case XmlFlags flags:
                Flags(xml, flags);
                break;
            case XmlEnumeration names:
                Enumeration(xml, names);
                break;
            case XmlVector vector:
                xml.WriteStartElement("vector");
                xml.WriteAttributeString("id", vector.Id);
                xml.WriteAttributeString("type", vector.Element);
                xml.WriteAttributeString("count", Decimal(vector.Count));
                xml.WriteEndElement();
                break;
            case XmlUnion union:
                Union(xml, union);
                break;
            default:
                throw new ArgumentException($"No form is known for the type {type.Id}.", nameof(type));
        }
    }

    private static void Flags(XmlWriter xml, XmlFlags flags)
    {
        xml.WriteStartElement("flags");
        xml.WriteAttributeString("id", flags.Id);
        xml.WriteAttributeString("size", Decimal(flags.Bytes));
        foreach (XmlField field in flags.Fields)
        {
            xml.WriteStartElement("field");
            xml.WriteAttributeString("name", field.Name);
            xml.WriteAttributeString("start", Decimal(field.Low));
            xml.WriteAttributeString("end", Decimal(field.High));
            if (field.Type is not null)
            {
                xml.WriteAttributeString("type", field.Type);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Enumeration(XmlWriter xml, XmlEnumeration names)
    {
        xml.WriteStartElement("enum");
        xml.WriteAttributeString("id", names.Id);
        xml.WriteAttributeString("size", Decimal(names.Bytes));
        foreach ((string name, int value) in names.Values)
        {
            xml.WriteStartElement("evalue");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", Decimal(value));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Union(XmlWriter xml, XmlUnion union)
    {
        xml.WriteStartElement("union");
        xml.WriteAttributeString("id", union.Id);
        foreach ((string name, string type) in union.Views)
        {
            xml.WriteStartElement("field");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("type", type);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static string Decimal(int value) => value.ToString(CultureInfo.InvariantCulture);
}
