using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Commands.Objects;

/// <summary>Tables of what only a machine of ours can tell.</summary>
internal static class InspectionTables
{
    public static readonly (string Type, string Title, Func<ITarget, OsTable> Make)[] Rows =
    [
        ("pci", "PCI functions: requester ID, what it is, state", Pci),
        ("traps", "Exceptions to EL2 and EL3, the newest 100", Traps),
        ("gic", "Interrupts that are enabled, pending or active", Interrupts),
        ("s2", "Ranges that stage 2 of vCPU 0 maps", Stage2),
        ("tlb", "TLB of vCPU 0", Tlb),
        ("msi", "Interrupt messages of PCI functions: where each vector leads", Messages),
        ("its", "Events that the ITS maps", Events),
    ];

    private const int MostTraps = 100;
    private const int MostRows = 1000;

    private static OsTable Pci(ITarget target) => new(
        "pci", ["ID", "Device", "Class", "BusMaster"],
        [.. Of(target).PciFunctions.Select(static f => (string[])[f.Requester, $"{f.Vendor:x4}:{f.Device:x4}", $"{f.ClassCode:x6}", f.IsMaster ? "on" : "off"])]);

    private static OsTable Traps(ITarget target) => new(
        "traps", ["Number", "ns", "vCPU", "VMID", "PC", "Class", "Access", "Return"],
        [
            .. Of(target).ReadTraps(MostTraps).Traps.Select(static t => (string[])
                [$"{t.Number}", $"{t.At}", $"{t.Cpu}", $"{t.Vmid}", $"0x{t.Pc:x}", TrapClasses.NameOf(t.Kind, t.Class), TrapWords.Access(t), TrapWords.ReturnOf(t)]),
        ]);

    private static OsTable Interrupts(ITarget target)
    {
        List<string[]> rows = [];
        for (int cpu = 0; cpu < target.CpuCount; cpu++)
        {
            int own = cpu;
            rows.AddRange(Of(target).Interrupts(cpu).Where(i => own == 0 || i.Id < 32).Select(i => (string[])
            [
                $"{i.Id}", string.Join(' ', i.Cores), i.Enabled ? "enabled" : "disabled", i.Pending ? "pending" : "", i.Active ? "active" : "",
                $"0x{i.Priority:x2}", $"{i.Group}",
            ]));
        }

        return new OsTable("gic", ["ID", "vCPUs", "Enabled", "Pending", "Active", "Priority", "Group"], rows);
    }

    private static OsTable Stage2(ITarget target) => new(
        "s2", ["First", "Last", "Output", "Attributes", "Place"],
        [
            .. Of(target).Map(0, MemorySpace.Intermediate).Ranges.Take(MostRows).Select(static r => (string[])
                [$"0x{r.Start:x10}", $"0x{r.Last:x10}", $"0x{r.Output:x10}", r.Attributes, r.Place ?? ""]),
        ]);

    private static OsTable Tlb(ITarget target) => new(
        "tlb", ["Regime", "VMID", "ASID", "Address", "Bytes", "IPA", "PA", "Attributes", "Stale"],
        [
            .. Of(target).Tlb(0).Take(MostRows).Select(static e => (string[])
                [e.Regime, $"{e.Vmid}", e.Asid is int asid ? $"{asid}" : "global", $"0x{e.Address:x}", $"{e.Bytes}", $"0x{e.Intermediate:x10}", $"0x{e.Physical:x10}", e.Attributes, e.Stale ? "stale" : ""]),
        ]);

    private static OsTable Messages(ITarget target)
    {
        List<string[]> rows = [];
        foreach (var function in Of(target).PciFunctions)
        {
            ushort requester = MonitorArguments.TryFunction(function.Requester, out ushort id) ? id : (ushort)0;
            int vectors = Of(target).Message(requester, 0)?.Vectors ?? 0;
            for (int vector = 0; vector < vectors && rows.Count < MostRows; vector++)
            {
                if (Of(target).Message(requester, vector) is MessageReport m)
                {
                    rows.Add([
                        function.Requester, $"{vector}", $"0x{m.Address:x}", $"0x{m.Data:x}", $"{m.Interrupt}", $"{m.Core}",
                        m.Links.FirstOrDefault(static l => !l.Passes) is { } blocked ? $"{blocked.Name}: {blocked.Reason}" : "",
                    ]);
                }
            }
        }

        return new OsTable("msi", ["Function", "Vector", "Address", "Data", "Interrupt", "vCPU", "Blocked"], rows);
    }

    private static OsTable Events(ITarget target) => new(
        "its", ["DeviceID", "Function", "EventID", "LPI", "Collection", "vCPU", "Enabled", "Pending"],
        [
            .. Of(target).ItsEvents(MostRows).Select(static e => (string[])
                [$"0x{e.Device:x}", e.Function, $"{e.Event}", $"{e.Interrupt}", $"{e.Collection}", $"{e.Core}", e.Enabled ? "enabled" : "disabled", e.Pending ? "pending" : ""]),
        ]);

    private static MachineInspection Of(ITarget target) => ((IInspected)target).Inspection;
}
