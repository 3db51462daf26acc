namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>Firmware that answers calls without a guest level of its own, as a board without EL3 code has it.</summary>
internal interface IFirmware
{
    /// <summary>Handles an HVC or SMC, if it is this firmware's. PC is still that of the instruction.</summary>
    bool TryCall(Core core, bool isSmc);
}

/// <summary>How a semihosting call went.</summary>
internal enum SemihostingOutcome
{
    /// <summary>The answer is in place.</summary>
    Done,

    /// <summary>It wants console input, and there is none yet: the instruction is executed again when there is.</summary>
    Waits,
}

/// <summary>Semihosting calls by HLT 0xF000.</summary>
internal interface ISemihosting
{
    /// <summary>A call that <see cref="SemihostingOutcome.Waits"/> can go on.</summary>
    bool InputReady { get; }

    SemihostingOutcome Call(Core core);
}

/// <summary>What a guest can do to the power of the whole machine.</summary>
internal interface IPowerControl
{
    void PowerOff();

    void Reset();
}
