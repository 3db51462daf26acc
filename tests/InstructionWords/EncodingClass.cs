using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>A main encoding group of A64 by bits 28:25 (DDI 0487, "A64 instruction set encoding").</summary>
internal sealed record EncodingClass(string Name, uint Mask, uint Value)
{
    public static readonly IReadOnlyList<EncodingClass> All =
    [
        new("immediate", 0x1c00_0000, 0x1000_0000),
        new("branch", 0x1c00_0000, 0x1400_0000),
        new("load-store", 0x0a00_0000, 0x0800_0000),
        new("register", 0x0e00_0000, 0x0a00_0000),
        new("simd-fp", 0x0e00_0000, 0x0e00_0000),
    ];

    public bool Holds(uint word) => (word & Mask) == Value;

    public IEnumerable<Row> Rows => Machine.Isa.Groups.All.Rows.Where(row => Holds(EncodingPattern.Parse(row.Pattern).Value));

    public static EncodingClass Named(string name) =>
        All.FirstOrDefault(c => c.Name == name) ?? throw new ArgumentException($"no encoding class '{name}'");
}
