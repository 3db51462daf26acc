using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.Machine.Debug.Tracing;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Tracing;

/// <summary>What a static marker tells, as words "name=value": gdb shows it as $_sdata.</summary>
internal static class MachineEventWords
{
    public static string Of(MachineEvent e) => $"{NameOf(e.Kind)} cpu={e.Cpu} ns={e.At} " + e.Kind switch
    {
        MachineEventKind.El2Entry => $"{Levels(e)} {Class(e)} pc=0x{e.Address:x} vmid={e.Vmid}",
        MachineEventKind.El2Return => $"{Levels(e)} pc=0x{e.Address:x} vmid={e.Vmid}",
        MachineEventKind.Stage2Abort => $"{Levels(e)} {Class(e)} pc=0x{e.Address:x} ipa=0x{e.Detail:x} vmid={e.Vmid}",
        MachineEventKind.SmmuEvent => $"event=0x{e.Syndrome:x} stream=0x{e.Detail:x} address=0x{e.Address:x}",
        MachineEventKind.PsciCall => $"function=0x{e.Detail:x} from=EL{e.From} pc=0x{e.Address:x}",
        _ => $"el=EL{e.From} pc=0x{e.Address:x}",
    };

    private static string NameOf(MachineEventKind kind) => kind switch
    {
        MachineEventKind.El2Entry => "entry",
        MachineEventKind.El2Return => "return",
        MachineEventKind.Stage2Abort => "abort",
        MachineEventKind.SmmuEvent => "smmu",
        MachineEventKind.PsciCall => "psci",
        _ => "wfi",
    };

    private static string Levels(MachineEvent e) => $"from=EL{e.From} to=EL{e.To}";

    private static string Class(MachineEvent e) =>
        $"class={TrapClasses.NameOf((MachineTrapKind)e.Vector, (int)(e.Syndrome >> 26) & 0x3f)} esr=0x{e.Syndrome:x}";
}
