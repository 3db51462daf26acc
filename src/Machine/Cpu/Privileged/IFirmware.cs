namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>Firmware that answers calls without a guest level of its own, as a board without EL3 code has it.</summary>
internal interface IFirmware
{
    /// <summary>Handles an HVC or SMC, if it is this firmware's. PC is still that of the instruction.</summary>
    bool TryCall(Core core, bool isSmc);
}

/// <summary>Semihosting calls by HLT 0xF000.</summary>
internal interface ISemihosting
{
    bool TryCall(Core core);
}

/// <summary>What a guest can do to the power of the whole machine.</summary>
internal interface IPowerControl
{
    void PowerOff();

    void Reset();
}
