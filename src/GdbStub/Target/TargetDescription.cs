using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// Turns register descriptions into gdb's target description (GDB manual, Target Descriptions, AArch64 Features).
/// gdb wants its own names for the first two features; the third is ours.
/// </summary>
internal static class TargetDescription
{
    public const string PstateType = "cpsr_flags";
    public const string VectorType = "aarch64v";
    public const string SystemGroup = "system";

    // DDI 0487, Saved Program Status Registers when the exception came from AArch64; PSTATE has the same places.
    private static readonly XmlType[] CoreTypes =
    [
        new XmlFlags(PstateType, 4,
        [
            new XmlField("SP", 0, 0), new XmlField("EL", 2, 3), new XmlField("nRW", 4, 4),
            new XmlField("F", 6, 6), new XmlField("I", 7, 7), new XmlField("A", 8, 8), new XmlField("D", 9, 9),
            new XmlField("IL", 20, 20), new XmlField("SS", 21, 21),
            new XmlField("V", 28, 28), new XmlField("C", 29, 29), new XmlField("Z", 30, 30), new XmlField("N", 31, 31),
        ]),
    ];

    private static readonly XmlType[] VectorTypes =
    [
        new XmlVector("v2d", "ieee_double", 2), new XmlVector("v2u", "uint64", 2), new XmlVector("v2i", "int64", 2),
        new XmlVector("v4f", "ieee_single", 4), new XmlVector("v4u", "uint32", 4), new XmlVector("v4i", "int32", 4),
        new XmlVector("v8f", "ieee_half", 8), new XmlVector("v8u", "uint16", 8), new XmlVector("v8i", "int16", 8),
        new XmlVector("v16u", "uint8", 16), new XmlVector("v16i", "int8", 16),
        new XmlVector("v1u", "uint128", 1), new XmlVector("v1i", "int128", 1),
        Union("vnd", "v2d", "v2u", "v2i"), Union("vns", "v4f", "v4u", "v4i"), Union("vnh", "v8f", "v8u", "v8i"),
        new XmlUnion("vnb", [new("u", "v16u"), new("s", "v16i")]),
        new XmlUnion("vnq", [new("u", "v1u"), new("s", "v1i")]),
        new XmlUnion(VectorType, [new("d", "vnd"), new("s", "vns"), new("h", "vnh"), new("b", "vnb"), new("q", "vnq")]),
    ];

    // Of an operating system the description says nothing: gdb takes what the user's own file says, and has $_siginfo where that is Linux.
    public static byte[] Print(ITarget target) => TargetXml.Print(target.Architecture,
    [
        Feature(target, RegisterGroup.Core, "org.gnu.gdb.aarch64.core", CoreTypes),
        Feature(target, RegisterGroup.FloatingPoint, "org.gnu.gdb.aarch64.fpu", VectorTypes),
        Feature(target, RegisterGroup.System, "org.gdbhost.aarch64.system", [.. target.Registers.SelectMany(DecodedTypes)]),
    ]);

    private static XmlFeature Feature(ITarget target, RegisterGroup group, string name, IReadOnlyList<XmlType> types) =>
        new(name, types, [.. target.Registers.Select(Describe).Where((_, number) => target.Registers[number].Group == group)]);

    private static XmlRegister Describe(RegisterDescription register, int number) => register.Group switch
    {
        // An inferior call must not save and restore system registers: reading some and writing most has effects.
        RegisterGroup.System => new XmlRegister(register.Name, register.Bits, number, register.Type, register.Set, SaveRestore: false),
        _ => new XmlRegister(register.Name, register.Bits, number, register.Type, Group: null),
    };

    /// <summary>The flags of a decoded twin and the names of their values. gdb prints fields as decimal numbers, so those of addresses are left to the number.</summary>
    private static IEnumerable<XmlType> DecodedTypes(RegisterDescription register)
    {
        List<XmlField> fields = [];
        foreach (Field field in (register.Fields ?? []).Where(f => f.AddressShift is null).OrderBy(f => f.Low))
        {
            string? type = null;
            if (field.Words.Length > 0)
            {
                type = $"{register.Type}_{field.Name}";
                yield return new XmlEnumeration(type, register.Bytes, [.. Names(field)]);
            }

            fields.Add(new XmlField(field.Name, field.Low, field.High, type));
        }

        if (fields.Count > 0)
        {
            yield return new XmlFlags(register.Type, register.Bytes, fields);
        }
    }

    private static IEnumerable<KeyValuePair<string, int>> Names(Field field) =>
        from value in Enumerable.Range(0, field.Words.Length)
        where field.Words[value] != Field.Reserved
        select new KeyValuePair<string, int>(field.Words[value].Replace(",", "", StringComparison.Ordinal).Replace(' ', '_'), value);

    private static XmlUnion Union(string id, string floating, string unsigned, string signed) =>
        new(id, [new KeyValuePair<string, string>("f", floating), new("u", unsigned), new("s", signed)]);
}
