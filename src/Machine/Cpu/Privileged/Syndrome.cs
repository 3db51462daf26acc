using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>Exception classes: ESR_ELx.EC (DDI 0487, ESR_EL1).</summary>
internal enum ExceptionClass : byte
{
    Unknown = 0x00,
    WaitTrapped = 0x01,
    FpAccessTrapped = 0x07,
    IllegalState = 0x0e,
    SupervisorCall = 0x15,
    HypervisorCall = 0x16,
    SecureMonitorCall = 0x17,
    SystemRegisterTrapped = 0x18,
    InstructionAbortLower = 0x20,
    InstructionAbort = 0x21,
    PcAlignment = 0x22,
    DataAbortLower = 0x24,
    DataAbort = 0x25,
    SpAlignment = 0x26,
    SError = 0x2f,
    BreakpointLower = 0x30,
    Breakpoint = 0x31,
    SoftwareStepLower = 0x32,
    SoftwareStep = 0x33,
    WatchpointLower = 0x34,
    Watchpoint = 0x35,
    BreakpointInstruction = 0x3c,
}

/// <summary>Puts ESR_ELx values together (DDI 0487, ESR_EL1, ESR_EL2 and ESR_EL3, the ISS encodings).</summary>
internal static class Syndrome
{
    /// <summary>IL: a 32-bit instruction, or an exception for which IL has no meaning. A64 knows nothing else.</summary>
    private const uint Il = 1u << 25;

    private const uint Isv = 1u << 24;

    /// <summary>CV set and COND 0b1110: what AArch64 reports where AArch32 would report a condition.</summary>
    private const uint Always = 0x01e0_0000;

    private const uint CacheMaintenance = 1u << 8;
    private const uint StageOneWalk = 1u << 7;
    private const uint WriteNotRead = 1u << 6;

    /// <summary>IFSC and DFSC 0b100010: the debug exceptions.</summary>
    private const uint DebugStatus = 0x22;

    public static uint Of(ExceptionClass ec, uint iss = 0) => ((uint)ec << 26) | Il | iss;

    /// <summary>SVC, HVC, SMC, BRK: the ISS is the immediate.</summary>
    public static uint Call(ExceptionClass ec, uint word) => Of(ec, word.Field(20, 5));

    /// <summary>WFI, or WFE with <paramref name="forEvent"/>.</summary>
    public static uint WaitTrapped(bool forEvent) => Of(ExceptionClass.WaitTrapped, Always | (forEvent ? 1u : 0));

    public static uint FpAccessTrapped() => Of(ExceptionClass.FpAccessTrapped, Always);

    /// <summary>MRS, MSR or a system instruction, from its word.</summary>
    public static uint SystemAccess(uint word)
    {
        SysRegId id = SysRegId.FromWord(word);
        uint operands = ((uint)id.Op0 << 20) | ((uint)id.Op2 << 17) | ((uint)id.Op1 << 14) | ((uint)id.Crn << 10) | ((uint)id.Crm << 1);
        return Of(ExceptionClass.SystemRegisterTrapped, operands | (word.Field(4, 0) << 5) | word.Field(21, 21));
    }

    public static uint InstructionAbort(in Fault fault, bool fromLower)
    {
        ExceptionClass ec = fromLower ? ExceptionClass.InstructionAbortLower : ExceptionClass.InstructionAbort;
        return Of(ec, (uint)fault.ToStatusCode() | (fault.Stage2 && fault.OnWalk ? StageOneWalk : 0));
    }

    /// <summary>A data abort of a load, a store or a cache or translation instruction.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="isWrite">The access was a store.</param>
    /// <param name="word">The instruction.</param>
    /// <param name="fromLower">The exception is taken from a lower Exception level.</param>
    public static uint DataAbort(in Fault fault, bool isWrite, uint word, bool fromLower)
    {
        uint iss = (uint)fault.ToStatusCode();
        bool maintenance = IsMaintenance(word);
        if (isWrite || maintenance)
        {
            iss |= WriteNotRead;
        }

        if (maintenance)
        {
            iss |= CacheMaintenance;
        }

        if (fault.Stage2)
        {
            iss |= fault.OnWalk ? StageOneWalk : LoadStore(word);
        }

        return Of(fromLower ? ExceptionClass.DataAbortLower : ExceptionClass.DataAbort, iss);
    }

    /// <param name="validStep">ISV and EX are known, because an instruction was stepped.</param>
    /// <param name="exclusive">The stepped instruction was a load-exclusive.</param>
    public static uint SoftwareStep(bool validStep, bool exclusive, bool fromLower)
    {
        uint iss = DebugStatus | (validStep ? Isv : 0) | (validStep && exclusive ? 1u << 6 : 0);
        return Of(fromLower ? ExceptionClass.SoftwareStepLower : ExceptionClass.SoftwareStep, iss);
    }

    public static uint Breakpoint(bool fromLower) =>
        Of(fromLower ? ExceptionClass.BreakpointLower : ExceptionClass.Breakpoint, DebugStatus);

    /// <param name="isWrite">The access was a store, or DC IVAC, which counts as one.</param>
    /// <param name="word">The instruction.</param>
    /// <param name="fromLower">The exception is taken from a lower Exception level.</param>
    public static uint Watchpoint(bool isWrite, uint word, bool fromLower)
    {
        uint iss = DebugStatus | (IsMaintenance(word) ? CacheMaintenance : 0) | (isWrite ? WriteNotRead : 0);
        return Of(fromLower ? ExceptionClass.WatchpointLower : ExceptionClass.Watchpoint, iss);
    }

    /// <summary>DC and IC by address, and AT; DC ZVA counts as a store.</summary>
    private static bool IsMaintenance(uint word)
    {
        const uint SystemInstruction = 0xd508_7000;
        const uint DcZva = 0xd50b_7420;
        return (word & 0xfff8_f000) == SystemInstruction && (word & 0xffff_ffe0) != DcZva;
    }

    /// <summary>
    /// ISV, SAS, SSE, SRT, SF and AR for a load or store of one general register without write-back; zero for all
    /// others, exclusives among them.
    /// </summary>
    private static uint LoadStore(uint word)
    {
        uint size = word.Field(31, 30);
        uint opc = word.Field(23, 22);
        bool ordered = (word & 0x3fa0_7c00) == 0x0880_7c00 && word.Bit(15);
        if (ordered)
        {
            return Fields(size, signed: false, word, wide: size == 3, acquireRelease: true);
        }

        if ((word & 0x3b00_0000) == 0x1800_0000)
        {
            return LoadLiteral(word, size);
        }

        bool single = (word & 0x3b00_0000) == 0x3900_0000;
        if ((word & 0x3b20_0000) == 0x3800_0000)
        {
            // Unscaled (00) and unprivileged (10); post- and pre-indexed write back.
            single = !word.Bit(10);
        }
        else if ((word & 0x3b20_0c00) == 0x3820_0800)
        {
            single = true;
        }

        bool prefetch = size == 3 && opc >= 2;
        bool vector = word.Bit(26);
        if (!single || vector || prefetch)
        {
            return 0;
        }

        bool signed = opc >= 2;
        bool wide = signed ? opc == 2 : size == 3;
        return Fields(size, signed, word, wide, acquireRelease: false);
    }

    private static uint LoadLiteral(uint word, uint opc)
    {
        bool vector = word.Bit(26);
        return opc switch
        {
            _ when vector => 0,
            0 => Fields(2, signed: false, word, wide: false, acquireRelease: false),
            1 => Fields(3, signed: false, word, wide: true, acquireRelease: false),
            2 => Fields(2, signed: true, word, wide: true, acquireRelease: false),
            _ => 0,
        };
    }

    private static uint Fields(uint size, bool signed, uint word, bool wide, bool acquireRelease) =>
        Isv
        | (size << 22)
        | (signed ? 1u << 21 : 0)
        | (word.Field(4, 0) << 16)
        | (wide ? 1u << 15 : 0)
        | (acquireRelease ? 1u << 14 : 0);
}
