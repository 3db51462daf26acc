using System;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>The exception that is to be explained: from the log, or as the syndrome registers of the vCPU have it.</summary>
/// <param name="From">The Exception level that was left; null where the syndrome does not tell.</param>
/// <param name="To">1 to 3: the level whose ESR, ELR and FAR are meant.</param>
/// <param name="Pc">ELR_ELx.</param>
/// <param name="Trap">What the log knows of it, or null.</param>
internal sealed record TakenException(int? From, int To, ulong Syndrome, ulong FaultAddress, ulong Pc, ulong? Ipa, MachineTrap? Trap)
{
    private const int TranslationStatusEnd = 0x10;

    public int Class => (int)(Syndrome >> 26) & 0x3f;

    /// <summary>A data or instruction abort.</summary>
    public bool IsAbort => Class is 0x20 or 0x21 or 0x24 or 0x25;

    public bool IsFetch => Class is 0x20 or 0x21;

    public bool IsWrite => !IsFetch && (Syndrome >> 6 & 1) != 0;

    /// <summary>
    /// The instruction that caused it. SVC, HVC and an SMC that reaches EL3 return behind themselves, all others to
    /// themselves (DDI 0487, Preferred exception return address).
    /// </summary>
    public ulong InstructionAddress => Class is 0x15 or 0x16 || (Class == 0x17 && To == 3) ? Pc - 4 : Pc;

    /// <summary>
    /// Why ELR_ELx and SPSR_ELx cannot be of the exception that ESR_ELx tells of; null where they can. An interrupt changes the first two
    /// alone (DDI 0487, ESR_ELx; Exception entry).
    /// </summary>
    public string? Mismatch(MonitorRequest request) => Trap is not null ? null : Class switch
    {
        0x20 or 0x24 or 0x30 or 0x32 or 0x34 when From == To => $"SPSR_EL{To} is of EL{From}, not of a lower level",
        0x21 or 0x25 or 0x31 or 0x33 or 0x35 when From != To => $"SPSR_EL{To} is of EL{From}, not of EL{To}",
        0x15 => Unless(request, 0xd400_0001, "SVC"),
        0x16 => Unless(request, 0xd400_0002, "HVC"),
        0x17 => Unless(request, 0xd400_0003, "SMC"),
        0x3c => Unless(request, 0xd420_0000, "BRK"),
        _ => null,
    };

    /// <summary>The word of the instruction that caused it; null where it cannot be read.</summary>
    public uint? Instruction(MonitorRequest request)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        AddressView view = From switch { 2 => AddressView.El2, 3 => AddressView.El3, _ => AddressView.El1 };
        return request.Target.ReadMemory(request.Cpu, view, InstructionAddress, word) == word.Length ? BitConverter.ToUInt32(word) : null;
    }

    private string? Unless(MonitorRequest request, uint call, string name)
    {
        const uint WithoutImmediate = 0xffe0_001f;
        return Instruction(request) is uint word && (word & WithoutImmediate) != call ? $"there is no {name} at 0x{InstructionAddress:x}" : null;
    }

    /// <summary>The newest one that is known of this vCPU; null where nothing was ever taken.</summary>
    public static TakenException? Newest(MonitorRequest request)
    {
        ulong state = MonitorArguments.Register(request, "cpsr");
        int level = (int)(state >> 2) & 3;
        MachineTrap? trap = ((IInspected)request.Target).Inspection.LatestTrap(request.Cpu);
        TakenException? own = OfRegisters(request, Math.Max(1, level));
        if (level >= 2 && trap is not null && trap.To == level && trap.Pc == own?.Pc)
        {
            return OfTrap(trap);
        }

        // At EL1 its own syndrome says what EL1 handles now; a trap that has not been explained yet is newer than none.
        return level < 2 && trap is { Return: not null } && (own is null || trap.Return.Remarks != TrapRemarks.None) && !IsLater(own, trap) ? OfTrap(trap)
            : own ?? (trap is not null ? OfTrap(trap) : OfRegisters(request, 2));
    }

    // Code that has gone on from what a trap left behind and then took an exception of its own at that place.
    private static bool IsLater(TakenException? own, MachineTrap trap) => own is not null && own.Pc == trap.Return!.Pc && own.IsAbort
        && trap.Return.Registers.Contains(own.FaultAddress);

    private static TakenException OfTrap(MachineTrap t) => new(t.From, t.To, t.Syndrome, t.FaultAddress ?? 0, t.Pc, t.Ipa, t);

    private static TakenException? OfRegisters(MonitorRequest request, int to)
    {
        ulong syndrome = MonitorArguments.Register(request, $"ESR_EL{to}");
        if (syndrome == 0)
        {
            return null;
        }

        int ec = (int)(syndrome >> 26) & 0x3f;
        ulong saved = MonitorArguments.Register(request, $"SPSR_EL{to}");
        ulong fault = MonitorArguments.Register(request, $"FAR_EL{to}");
        bool virtualized = (MonitorArguments.Register(request, "HCR_EL2") & 1) != 0;
        ulong? ipa = to == 2 && ec is 0x20 or 0x24 && virtualized && (syndrome & 0x3f) < TranslationStatusEnd
            ? ((MonitorArguments.Register(request, "HPFAR_EL2") >> 4 & 0xf_ffff_ffff) << 12) | (fault & 0xfff)
            : null;
        return new TakenException((int)(saved >> 2) & 3, to, syndrome, fault, MonitorArguments.Register(request, $"ELR_EL{to}"), ipa, null);
    }
}
