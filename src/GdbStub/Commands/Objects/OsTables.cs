using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Commands.Objects;

/// <summary>The tables that gdb's "info os" lists and prints. One row for each.</summary>
internal static class OsTables
{
    private static readonly (string Type, string Title, Func<ITarget, OsTable> Make)[] Rows =
    [
        ("vcpus", "vCPUs: name, state, program counter", VirtualCpus),
        ("memory", "Physical memory map of the board", Memory),
    ];

    /// <summary>The table of a type; for no type the list of all; null for one that there is not.</summary>
    public static OsTable? Of(string type, ITarget target)
    {
        (string Type, string Title, Func<ITarget, OsTable> Make)[] offered = target is IInspected ? [.. Rows, .. InspectionTables.Rows] : Rows;
        return type.Length == 0
            ? new OsTable("types", ["Type", "Description", "Title"], [.. offered.Select(r => (string[])[r.Type, r.Title, r.Type])])
            : offered.FirstOrDefault(r => r.Type == type).Make?.Invoke(target);
    }

    private static OsTable VirtualCpus(ITarget target)
    {
        RegisterDescription? counter = target.Registers.FirstOrDefault(r => r.Name == "pc");
        List<string[]> rows = [];
        Span<byte> pc = stackalloc byte[sizeof(ulong)];
        for (int cpu = 0; cpu < target.CpuCount; cpu++)
        {
            pc.Clear();
            if (counter is not null)
            {
                target.TryReadRegister(cpu, counter, pc);
            }

            rows.Add([target.NameOf(cpu), target.StateOf(cpu), $"0x{BitConverter.ToUInt64(pc):x16}"]);
        }

        return new OsTable("vcpus", ["vCPU", "State", "PC"], rows);
    }

    private static OsTable Memory(ITarget target) => new(
        "memory",
        ["First", "Last", "Kind", "Name"],
        [.. (target as IMemoryMap)?.MemoryRegions.Select(r => (string[])[$"0x{r.Start:x10}", $"0x{r.Last:x10}", r.Kind, r.Name]) ?? []]);
}
