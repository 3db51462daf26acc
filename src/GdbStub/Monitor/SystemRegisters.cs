using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor el2" and "monitor sysreg": system registers with their fields in words.</summary>
internal static class SystemRegisters
{
    public static readonly MonitorCommand[] Rows =
    [
        new("el2", "", "prints the EL2 registers with their fields; flags that are clear are left out", PrintEl2)
        {
            Examples =
            [
                new("", "after a stop in the hypervisor: what it has set up"),
            ],
        },
        new("sysreg", "NAME", "prints one system register with all its fields; part of a name lists the names", PrintOne)
        {
            Examples =
            [
                new("HCR_EL2", "all fields of one register"),
                new("VTCR", "names that have this in them"),
            ],
        },
    ];

    // First what a hypervisor's author asks after a trap, then what traps, then where addresses go; what is in none of these comes last, by name.
    private static readonly (string Title, string[] Registers)[] Groups =
    [
        ("the exception", ["ESR_EL2", "ELR_EL2", "FAR_EL2", "HPFAR_EL2", "SPSR_EL2", "VBAR_EL2", "SP_EL2", "TPIDR_EL2"]),
        ("what goes to EL2", ["HCR_EL2", "CPTR_EL2", "MDCR_EL2", "CNTHCTL_EL2", "HSTR_EL2", "HACR_EL2", "ICC_SRE_EL2", "ICH_HCR_EL2"]),
        ("translation", ["VTCR_EL2", "VTTBR_EL2", "SCTLR_EL2", "TCR_EL2", "TTBR0_EL2", "MAIR_EL2", "AMAIR_EL2"]),
    ];

    private const string OtherRegisters = "interrupts, timers, identity";

    private static void PrintEl2(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        List<RegisterDescription> left =
        [
            .. request.Target.Registers.Where(r => r.Group == RegisterGroup.System && r.Fields is null && r.Name.EndsWith("_EL2", StringComparison.Ordinal))
                .OrderBy(static r => r.Name, StringComparer.Ordinal),
        ];
        if (left.Count == 0)
        {
            request.Fail("This machine has no EL2; start it with --machine virt,el2=on.");
            return;
        }

        foreach ((string title, string[] registers) in Groups)
        {
            PrintGroup(request, title, [.. registers.SelectMany(name => left.Where(r => r.Name == name))]);
            left.RemoveAll(r => registers.Contains(r.Name));
        }

        PrintGroup(request, OtherRegisters, left);
    }

    private static void PrintGroup(MonitorRequest request, string title, List<RegisterDescription> registers)
    {
        if (registers.Count > 0)
        {
            request.Line($"--- {title} ---", new Fact("group", title));
        }

        foreach (RegisterDescription register in registers)
        {
            Print(request, register, withClearFlags: false);
        }
    }

    private static void PrintOne(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1)
        {
            request.Fail("usage: monitor sysreg NAME, for example: monitor sysreg HCR_EL2");
            return;
        }

        string name = arguments[0];
        RegisterDescription[] near =
        [
            .. request.Target.Registers
                .Where(r => r is { Group: RegisterGroup.System, Fields: null } && r.Name.Contains(name, StringComparison.OrdinalIgnoreCase)),
        ];
        RegisterDescription? exact = Array.Find(near, r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (exact is not null)
        {
            Print(request, exact, withClearFlags: true);
            return;
        }

        if (near.Length == 0)
        {
            IEnumerable<string> names = request.Target.Registers.Where(static r => r is { Group: RegisterGroup.System, Fields: null }).Select(static r => r.Name);
            request.Fail($"There is no system register \"{MonitorTable.Shown(name)}\" on this machine; near it are {MachineInspection.NearestNames(name.ToUpperInvariant(), names)}.");
            return;
        }

        foreach (RegisterDescription register in near)
        {
            request.Line(register.Name);
        }
    }

    private static void Print(MonitorRequest request, RegisterDescription register, bool withClearFlags)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        if (!request.Target.TryReadRegister(request.Cpu, register, bytes[..register.Bytes]))
        {
            request.Fail($"{register.Name} cannot be read");
            return;
        }

        ulong raw = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        PrintFields(request, register.Name, raw, withClearFlags);
    }

    /// <summary>A value of a register with its fields, a line each.</summary>
    public static void PrintFields(MonitorRequest request, string register, ulong raw, bool withClearFlags)
    {
        request.Line($"{register} = 0x{raw:x16}", new("register", register), new("value", raw));
        foreach (Field field in FieldTables.Of(register, raw))
        {
            if (withClearFlags || !field.IsFlag || field.Of(raw) != 0)
            {
                request.Line($"{register}.{field.Name} = {Value(field, raw)}  {field.Explain(raw)}",
                    new("register", register), new("field", field.Name), new("value", field.Of(raw)), new("meaning", field.Explain(raw)));
            }
        }
    }

    private static string Value(Field field, ulong raw) => field.Of(raw) < 10 ? $"{field.Of(raw)}" : $"0x{field.Of(raw):x}";
}
