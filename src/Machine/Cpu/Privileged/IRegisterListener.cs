using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>Somebody who looks on while MSR and system instructions are executed, and changes nothing.</summary>
internal interface IRegisterListener
{
    /// <summary>The instruction is done, but for what it brings about; PC is still its address.</summary>
    /// <param name="row">The register or system instruction.</param>
    /// <param name="before">What the register held; zero for an instruction.</param>
    /// <param name="value">What was written, or the operand.</param>
    void Written(Core core, SysReg row, ulong before, ulong value);
}

/// <summary>Somebody who looks on while exceptions are taken to EL1, and changes nothing.</summary>
internal interface IEl1Listener
{
    /// <summary>An exception has been taken: ELR_EL1, SPSR_EL1 and ESR_EL1 are set, general registers are the interrupted code's.</summary>
    void EnteredEl1(Core core, ExceptionLevel from, ExceptionType type);
}
