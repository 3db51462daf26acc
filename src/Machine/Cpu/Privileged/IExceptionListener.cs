using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>What makes a core take an exception: the entry of the vector that is used (DDI 0487, Exception vectors).</summary>
internal enum ExceptionType : byte
{
    Synchronous,
    Irq,
    Fiq,
    SError,
}

/// <summary>Somebody who looks on while exceptions are taken to EL2 and EL3, and changes nothing.</summary>
internal interface IExceptionListener
{
    /// <summary>An exception has been taken: ELR, SPSR and ESR of the target are set, general registers are the interrupted code's.</summary>
    void Entered(Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type);

    /// <summary>ERET has been executed at EL2 or EL3: PC and PSTATE are those that the core goes on with.</summary>
    void Returned(Core core, ExceptionLevel from);

    /// <summary>The machine's own firmware has answered HVC or SMC.</summary>
    /// <param name="function">X0 at the call.</param>
    /// <param name="first">X1 at the call.</param>
    /// <param name="result">X0 now.</param>
    void FirmwareCalled(Core core, bool isSmc, ulong function, ulong first, ulong result);

    /// <summary>An interrupt or SError is about to be taken, to whichever level; physical ones and virtual ones.</summary>
    void InterruptTaken(Core core, InterruptKind kind)
    {
    }

    /// <summary>WFI or WFE have been executed, and the core waits.</summary>
    void Waits(Core core)
    {
    }
}
