using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.Monitor.Fields;

/// <summary>Exception syndromes and saved status (DDI 0487, ESR_ELx, SPSR_ELx); the meaning of the ISS depends on EC.</summary>
internal static class Syndrome
{
    private const int ClassLow = 26;

    private static readonly Field Class = new("EC", 31, ClassLow, "exception class");

    private static readonly Field Length = new("IL", 25, 25, "instruction length", "16 bits", "32 bits");

    private static readonly string[] AccessSizes = ["byte", "halfword", "word", "doubleword"];

    private static readonly Field[] DataAbort =
    [
        new("ISV", 24, 24, "the fields that describe the access are valid"),
        new("SAS", 23, 22, "access size", AccessSizes),
        new("SSE", 21, 21, "the load sign-extends"),
        new("SRT", 20, 16, "number of the transfer register"),
        new("SF", 15, 15, "the transfer register is 64 bits wide"),
        new("AR", 14, 14, "acquire or release semantics"),
        new("FnV", 10, 10, "FAR is not valid"),
        new("EA", 9, 9, "external abort type"),
        new("CM", 8, 8, "cache maintenance or address translation instruction"),
        new("S1PTW", 7, 7, "stage 2 fault on a stage 1 table walk"),
        new("WnR", 6, 6, "access", "read", "write"),
    ];

    private static readonly Field[] InstructionAbort =
    [
        new("FnV", 10, 10, "FAR is not valid"),
        new("EA", 9, 9, "external abort type"),
        new("S1PTW", 7, 7, "stage 2 fault on a stage 1 table walk"),
    ];

    private static readonly Field[] SystemRegisterTrap =
    [
        new("Op0", 21, 20, "Op0 of the trapped MRS, MSR or system instruction"),
        new("Op2", 19, 17, "Op2"),
        new("Op1", 16, 14, "Op1"),
        new("CRn", 13, 10, "CRn"),
        new("Rt", 9, 5, "number of the transfer register"),
        new("CRm", 4, 1, "CRm"),
        new("Direction", 0, 0, "direction", "write", "read"),
    ];

    private static readonly Field[] Conditional = [new("CV", 24, 24, "COND is valid"), new("COND", 23, 20, "condition of the instruction; 14, always, for A64")];

    private static readonly Field[] FpException =
    [
        new("TFV", 23, 23, "the bits below are valid"), new("IDF", 7, 7, "input denormal"), new("IXF", 4, 4, "inexact"), new("UFF", 3, 3, "underflow"),
        new("OFF", 2, 2, "overflow"), new("DZF", 1, 1, "division by zero"), new("IOF", 0, 0, "invalid operation"),
    ];

    private static readonly Field[] SystemError =
    [
        new("IDS", 24, 24, "the other bits are IMPLEMENTATION DEFINED"), new("AET", 12, 10, "type of an asynchronous error"), new("EA", 9, 9, "external abort type"),
        new("DFSC", 5, 0, "status: 0 uncategorized, 0x11 asynchronous SError"),
    ];

    private static readonly Field[] DebugEvent = [new("IFSC", 5, 0, "status, 0x22: debug exception")];

    private static readonly Field[] StepEvent =
        [new("ISV", 24, 24, "EX is valid"), new("EX", 6, 6, "what was stepped", "an instruction that is no load exclusive", "a load exclusive"), .. DebugEvent];

    private static readonly Field[] WatchEvent =
        [new("CM", 8, 8, "cache maintenance or address translation instruction"), new("WnR", 6, 6, "access", "read", "write"), new("DFSC", 5, 0, "status, 0x22: debug exception")];

    private static readonly Field[] Call = [new("imm16", 15, 0, "immediate of the instruction")];

    // DDI 0487, ESR_EL2, EC: the classes that a core without AArch32 state can report.
    private static readonly Dictionary<int, ExceptionClass> Classes = new()
    {
        [0x00] = new("unknown reason", []),
        [0x01] = new("trapped WFI or WFE", [.. Conditional, new("TI", 0, 0, "instruction", "WFI", "WFE")]),
        [0x07] = new("trapped access to floating point or SIMD", Conditional),
        [0x0E] = new("illegal execution state", []),
        [0x15] = new("SVC", Call),
        [0x16] = new("HVC", Call),
        [0x17] = new("SMC", Call),
        [0x18] = new("trapped MSR, MRS or system instruction", SystemRegisterTrap),
        [0x20] = new("instruction abort from a lower exception level", InstructionAbort),
        [0x21] = new("instruction abort from the same exception level", InstructionAbort),
        [0x22] = new("PC alignment fault", []),
        [0x24] = new("data abort from a lower exception level", DataAbort),
        [0x25] = new("data abort from the same exception level", DataAbort),
        [0x26] = new("SP alignment fault", []),
        [0x2C] = new("trapped floating-point exception", FpException),
        [0x2F] = new("SError interrupt", SystemError),
        [0x30] = new("breakpoint from a lower exception level", DebugEvent),
        [0x31] = new("breakpoint from the same exception level", DebugEvent),
        [0x32] = new("software step from a lower exception level", StepEvent),
        [0x33] = new("software step from the same exception level", StepEvent),
        [0x34] = new("watchpoint from a lower exception level", WatchEvent),
        [0x35] = new("watchpoint from the same exception level", WatchEvent),
        [0x3C] = new("BRK instruction", [new("Comment", 15, 0, "immediate of the instruction")]),
    };

    // DDI 0487, ESR_EL2, DFSC and IFSC; the low two bits are the level in the first four groups and 0x14 to 0x17.
    private static readonly string[] LevelFaults = ["address size fault", "translation fault", "access flag fault", "permission fault"];

    private static readonly Field[] Outline =
    [
        Class with { Words = [.. Enumerable.Range(0, 64).Select(c => Classes.TryGetValue(c, out ExceptionClass? known) ? known.Says : Field.Reserved)] },
        Length,
        new("ISS", 24, 0, "instruction-specific syndrome"),
    ];

    private static readonly Field[] SavedStatus =
    [
        new("N", 31, 31, "negative"), new("Z", 30, 30, "zero"), new("C", 29, 29, "carry"), new("V", 28, 28, "overflow"),
        new("SS", 21, 21, "software step"), new("IL", 20, 20, "illegal execution state"),
        new("D", 9, 9, "debug exceptions masked"), new("A", 8, 8, "SError masked"),
        new("I", 7, 7, "IRQ masked"), new("F", 6, 6, "FIQ masked"),
        new("M", 3, 0, "exception level and stack pointer",
            "EL0t", "reserved", "reserved", "reserved", "EL1t", "EL1h", "reserved", "reserved", "EL2t", "EL2h", "reserved", "reserved",
            "EL3t", "EL3h"),
    ];

    public static readonly FieldTable[] Tables = [.. Enumerable.Range(1, 3).Select(el => new FieldTable($"SPSR_EL{el}", SavedStatus))];

    /// <summary>The fields that every syndrome has, for who cannot look at the value first.</summary>
    public static readonly FieldTable[] Outlines = [.. Enumerable.Range(1, 3).Select(el => new FieldTable($"ESR_EL{el}", Outline))];

    public static bool IsSyndrome(string register) => register is "ESR_EL1" or "ESR_EL2" or "ESR_EL3";

    /// <summary>The fields of a syndrome with this value.</summary>
    public static Field[] FieldsOf(ulong raw)
    {
        ExceptionClass found = Find(raw);
        Field named = Class with { Words = [], Says = $"exception class: {found.Says}" };
        bool abort = found.Fields == DataAbort || found.Fields == InstructionAbort;
        Field[] status = abort ? [new(found.Fields == DataAbort ? "DFSC" : "IFSC", 5, 0, StatusCode((int)(raw & 0x3F)))] : [];
        return [named, Length, .. found.Fields, .. status];
    }

    /// <summary>The exception class in words.</summary>
    public static string ClassWords(ulong raw) => Find(raw).Says;

    /// <summary>A fault status code in words.</summary>
    public static string StatusCode(int code) => code switch
    {
        < 0x10 => $"{LevelFaults[code >> 2]}, level {code & 3}",
        0x10 => "synchronous external abort",
        >= 0x14 and <= 0x17 => $"synchronous external abort on a table walk, level {code & 3}",
        0x18 => "synchronous parity or ECC error",
        >= 0x1c and <= 0x1f => $"synchronous parity or ECC error on a table walk, level {code & 3}",
        0x21 => "alignment fault",
        0x22 => "debug exception",
        0x30 => "TLB conflict abort",
        0x34 => "lockdown, IMPLEMENTATION DEFINED",
        0x35 => "unsupported exclusive access, IMPLEMENTATION DEFINED",
        _ => "reserved status code",
    };

    private static ExceptionClass Find(ulong raw) =>
        Classes.GetValueOrDefault((int)Class.Of(raw)) ?? new ExceptionClass("reserved exception class", []);

    private sealed record ExceptionClass(string Says, Field[] Fields);
}
