using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Symbols;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Run;

/// <summary>
/// Where each vCPU of a guest is that had to be stopped, for whoever finds it in the log of a night's run: state, PC, the newest exceptions'
/// syndromes, the callers as far as frame pointers tell them, and the last exceptions to EL2 and EL3.
/// </summary>
internal static class PostMortem
{
    /// <summary>Exceptions to EL2 and EL3 that are recorded of a run that may end this way.</summary>
    public const int TrapsKept = 64;

    private const int TrapsShown = 10;

    private static readonly string[] Syndromes = ["ESR_EL1", "ELR_EL1", "FAR_EL1", "ESR_EL2", "ELR_EL2", "FAR_EL2", "HPFAR_EL2"];

    public static IEnumerable<string> Lines(ITarget target)
    {
        for (int cpu = 0; cpu < target.CpuCount; cpu++)
        {
            yield return $"{target.NameOf(cpu)}: {target.StateOf(cpu)}, pc 0x{Read(target, cpu, "pc"):x}";
            string[] traps = [.. Syndromes.Select(n => (Name: n, Value: Read(target, cpu, n))).Where(r => r.Value is > 0).Select(r => $"{r.Name} 0x{r.Value:x}")];
            if (traps.Length > 0)
            {
                yield return $"{target.NameOf(cpu)}: {string.Join(", ", traps)}";
            }

            string callers = string.Join(" ", CallChain.Of(target, cpu).Select(a => string.Create(CultureInfo.InvariantCulture, $"0x{a:x}")));
            if (callers.Length > 0)
            {
                yield return $"{target.NameOf(cpu)}: called from {callers}";
            }
        }

        IReadOnlyList<MachineTrap> last = (target as IInspected)?.Inspection.ReadTraps(TrapsShown).Traps ?? [];
        if (last.Count > 0)
        {
            yield return "the last exceptions to EL2 and EL3:";
        }

        foreach (MachineTrap trap in last)
        {
            yield return TrapWords.Line(trap);
        }
    }

    private static ulong? Read(ITarget target, int cpu, string name)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        RegisterDescription? register = target.Registers.FirstOrDefault(r => r.Name == name);
        return register is not null && target.TryReadRegister(cpu, register, value) ? BinaryPrimitives.ReadUInt64LittleEndian(value) : null;
    }
}
