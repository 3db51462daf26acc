namespace GdbHost.Machine.Isa.Groups.Integer;

// What the rows of SystemInstructions ask of the core, as types.
internal readonly struct SupervisorCall : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.SupervisorCall(in i);
}

internal readonly struct HypervisorCall : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.HypervisorCall(in i);
}

internal readonly struct SecureMonitorCall : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.SecureMonitorCall(in i);
}

internal readonly struct Breakpoint : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.Breakpoint(in i);
}

internal readonly struct Halt : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.Halt(in i);
}

internal readonly struct WaitForEvent : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.WaitForEvent(in i);
}

internal readonly struct WaitForInterrupt : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.WaitForInterrupt(in i);
}

internal readonly struct SendEvent : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.SendEvent(in i);
}

internal readonly struct SendEventLocal : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.SendEventLocal(in i);
}

internal readonly struct InstructionBarrier : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.InstructionBarrier(in i);
}

internal readonly struct WriteProcessState : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.WriteProcessState(in i);
}

internal readonly struct SystemOperation : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.SystemOperation(in i);
}

internal readonly struct WriteRegister : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.WriteSystemRegister(in i);
}

internal readonly struct ReadRegister : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.ReadSystemRegister(in i);
}
