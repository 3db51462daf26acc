using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>The words for exceptions and for what their returns did.</summary>
internal static class TrapWords
{
    private const int SyndromeValid = 24;
    private static readonly string[] Sizes = ["1 byte", "2 bytes", "4 bytes", "8 bytes"];

    /// <summary>One exception with its return, on one line.</summary>
    public static string Line(MachineTrap t) =>
        $"#{t.Number} {t.At} ns cpu{t.Cpu} {Entry(t)}; {ReturnOf(t)}";

    /// <summary>What was taken where.</summary>
    public static string Entry(MachineTrap t)
    {
        string vmid = t.Vmid is int id ? $"VMID {id} " : "";
        string access = Access(t);
        return $"{vmid}EL{t.From}->EL{t.To} pc 0x{t.Pc:x} {TrapClasses.WordsOf(t.Kind, t.Class)}{(access.Length > 0 ? ", " : "")}{access}";
    }

    /// <summary>What the instruction wanted, as far as the syndrome tells.</summary>
    public static string Access(MachineTrap t)
    {
        if (t.Kind != MachineTrapKind.Synchronous)
        {
            return "";
        }

        ulong esr = t.Syndrome;
        string at = t.Ipa is ulong ipa ? $" at IPA 0x{ipa:x}" : t.FaultAddress is ulong va ? $" at VA 0x{va:x}" : "";
        return t.Class switch
        {
            0x24 or 0x25 => DataAccess(esr) + at + $", {Syndrome.StatusCode((int)(esr & 0x3f))}",
            0x20 or 0x21 => $"fetch{at}, {Syndrome.StatusCode((int)(esr & 0x3f))}",
            0x18 => SystemAccess(esr),
            0x01 => (esr & 1) == 0 ? "WFI" : "WFE",
            0x15 or 0x16 or 0x17 => $"#{esr & 0xffff}, x0=0x{t.Registers[0]:x}{CallName((uint)t.Registers[0])}",
            _ => at.TrimStart(),
        };
    }

    /// <summary>The return and what had changed by then.</summary>
    public static string ReturnOf(MachineTrap t)
    {
        if (t.Return is not MachineTrapReturn back)
        {
            return "not returned";
        }

        List<string> words = [$"after {back.At - t.At} ns returned to {(back.Pc == t.Pc ? SamePc(t) : $"pc 0x{back.Pc:x}")}"];
        if (back.Stage2Changed)
        {
            words.Add("stage 2 was changed for this access");
        }

        if (back.Cpu != t.Cpu)
        {
            words.Add($"on cpu{back.Cpu}");
        }

        words.AddRange(Remarks(t, back));
        if (Value(t) is ulong value)
        {
            words.Add($"value 0x{value:x}");
        }

        if (back.Changed != 0 && (back.Remarks & TrapRemarks.SyndromeInRegister) == 0)
        {
            words.Add("changed " + string.Join(' ', ChangedRegisters(back).Select(n => $"x{n}")));
        }

        return string.Join(", ", words);
    }

    /// <summary>What an emulated access gave to the guest, or took from it; null where nothing was emulated or the syndrome does not say by which register.</summary>
    public static ulong? Value(MachineTrap t)
    {
        const int ZeroRegister = 31;
        if (t.Return is not MachineTrapReturn back || back.Pc != t.Pc + 4 || t.Kind != MachineTrapKind.Synchronous)
        {
            return null;
        }

        (bool isRead, int register, int bits)? access = t.Class switch
        {
            0x24 when (t.Syndrome >> SyndromeValid & 1) != 0 => ((t.Syndrome >> 6 & 1) == 0, (int)(t.Syndrome >> 16 & 31), (t.Syndrome >> 15 & 1) != 0 ? 64 : 32),
            0x18 => ((t.Syndrome & 1) != 0, (int)(t.Syndrome >> 5 & 31), 64),
            _ => null,
        };
        return access is not var (isRead, register, bits) || register == ZeroRegister ? null
            : (isRead ? back.Registers : t.Registers)[register] & (ulong.MaxValue >> (64 - bits));
    }

    /// <summary>The registers that differ.</summary>
    public static IEnumerable<int> ChangedRegisters(MachineTrapReturn back) =>
        Enumerable.Range(0, back.Registers.Count).Where(n => (back.Changed >> n & 1) != 0);

    /// <summary>PSCI and other functions of the SMC Calling Convention (Arm DEN 0022, DEN 0028) by their number in W0.</summary>
    public static string CallName(uint function) => Calls.TryGetValue(function & ~Wide, out string? name) ? $" ({name})" : "";

    public static IEnumerable<string> CallNames => Calls.Values;

    /// <summary>The number of a call, of its 32-bit form; null for a name that there is not.</summary>
    public static uint? CallNumber(string name) =>
        Calls.FirstOrDefault(c => c.Value.Equals(name, System.StringComparison.OrdinalIgnoreCase)) is { Value: not null } found ? found.Key : null;

    /// <summary>The same call, be it of the 32-bit or the 64-bit convention.</summary>
    public static bool SameCall(uint one, uint other) => (one & ~Wide) == (other & ~Wide);

    private const uint Wide = 0x4000_0000;

    private static readonly Dictionary<uint, string> Calls = new()
    {
        [0x8000_0000] = "SMCCC_VERSION", [0x8000_0001] = "SMCCC_ARCH_FEATURES",
        [0x8400_0000] = "PSCI_VERSION", [0x8400_0001] = "CPU_SUSPEND", [0x8400_0002] = "CPU_OFF", [0x8400_0003] = "CPU_ON",
        [0x8400_0004] = "AFFINITY_INFO", [0x8400_0005] = "MIGRATE", [0x8400_0006] = "MIGRATE_INFO_TYPE", [0x8400_0008] = "SYSTEM_OFF",
        [0x8400_0009] = "SYSTEM_RESET", [0x8400_000a] = "PSCI_FEATURES", [0x8400_000e] = "SYSTEM_SUSPEND", [0x8400_0012] = "SYSTEM_RESET2",
    };

    private static string SamePc(MachineTrap t) => t.Kind == MachineTrapKind.Synchronous && t.Class is not (0x15 or 0x16 or 0x17)
        ? "the same PC"
        : $"pc 0x{t.Pc:x}";

    private static IEnumerable<string> Remarks(MachineTrap t, MachineTrapReturn back)
    {
        if ((back.Remarks & TrapRemarks.NothingChanged) != 0)
        {
            yield return "with nothing changed";
        }

        if ((back.Remarks & TrapRemarks.SyndromeInRegister) != 0)
        {
            foreach (int n in ChangedRegisters(back).Where(n => back.Registers[n] == t.Syndrome))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"x{n} changed to the value of ESR_EL{t.To} (0x{t.Syndrome:x})");
            }
        }

        if ((back.Remarks & TrapRemarks.NotAdvanced) != 0)
        {
            yield return "ELR not advanced after an emulated access";
        }
    }

    private static string DataAccess(ulong esr)
    {
        bool write = (esr >> 6 & 1) != 0;
        if ((esr >> 8 & 1) != 0)
        {
            return "cache maintenance or address translation";
        }

        string verb = write ? "write" : "read";
        if ((esr >> SyndromeValid & 1) == 0)
        {
            return verb;
        }

        string register = $"{((esr >> 15 & 1) != 0 ? 'x' : 'w')}{esr >> 16 & 31}";
        register = (esr >> 16 & 31) == 31 ? $"{register[0]}zr" : register;
        return $"{verb} of {Sizes[esr >> 22 & 3]} {(write ? "from" : "into")} {register}";
    }

    private static string SystemAccess(ulong esr)
    {
        bool read = (esr & 1) != 0;
        string name = MachineInspection.SystemRegisterName((uint)(esr >> 20 & 3), (uint)(esr >> 14 & 7), (uint)(esr >> 10 & 15), (uint)(esr >> 1 & 15), (uint)(esr >> 17 & 7));
        ulong target = esr >> 5 & 31;
        return read ? $"MRS x{target}, {name}" : $"MSR {name}, x{target}";
    }
}
