using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// The machine's registers as gdb is to see them. A register whose fields are known comes twice: as a number by the manual's name, which one can
/// set, shift and use in conditions, and decoded by the same name in small letters.
/// </summary>
internal static class MachineRegisterNames
{
    public static IEnumerable<RegisterDescription> Of(MachineRegister register)
    {
        (RegisterGroup group, string type) = (register.Group, register.Name) switch
        {
            ("general", "sp") => (RegisterGroup.Core, "data_ptr"),
            ("general", "pc") => (RegisterGroup.Core, "code_ptr"),
            ("general", "cpsr") => (RegisterGroup.Core, TargetDescription.PstateType),
            ("general", _) => (RegisterGroup.Core, "int"),
            ("float", "fpsr" or "fpcr") => (RegisterGroup.FloatingPoint, "int"),
            ("float", _) => (RegisterGroup.FloatingPoint, TargetDescription.VectorType),
            (_, { } name) when name.StartsWith("ELR_", StringComparison.Ordinal) || name.StartsWith("VBAR_", StringComparison.Ordinal) =>
                // Code addresses, which gdb then prints with their symbols; all others stay numbers that one can shift and mask.
                (RegisterGroup.System, "code_ptr"),
            _ => (RegisterGroup.System, register.Bits == 32 ? "uint32" : "uint64"),
        };
        RegisterDescription number = new(register.Name, register.Bits, group, type) { Set = SetOf(register) };
        yield return number;
        if (group == RegisterGroup.System && FieldTables.ByRegister.TryGetValue(register.Name, out FieldTable? table)
            && Array.Exists(table.Fields, f => f.AddressShift is null))
        {
            string decoded = register.Name.ToLowerInvariant();
            yield return number with { Name = decoded, Type = decoded + "_fields", Fields = table.Fields };
        }
    }

    /// <summary>The machine's groups are gdb's, but for those that nobody would look for.</summary>
    private static string SetOf(MachineRegister register) => register.Group switch
    {
        "EL1" or "EL2" or "EL3" or "timer" or "gic" or "debug" => register.Group.ToLowerInvariant(),
        _ => TargetDescription.SystemGroup,
    };
}
