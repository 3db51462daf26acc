using System;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Devices.Gic.Its;
using GdbHost.Machine.Devices.Gic.V3;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Boards;

/// <summary>The interrupt controllers of the virt board, with QEMU 7.2's memory map.</summary>
internal static class VirtInterrupts
{
    public static readonly BoardSlot Distributor = new("gic-distributor", 0x0800_0000, 0x0001_0000);
    public static readonly BoardSlot CpuInterface = new("gic-cpu-interface", 0x0801_0000, 0x0001_0000);
    public static readonly BoardSlot Messages = new("gic-v2m", 0x0802_0000, 0x1000, 48);
    public static readonly BoardSlot Hypervisor = new("gic-hypervisor", 0x0803_0000, 0x0001_0000);
    public static readonly BoardSlot VirtualCpuInterface = new("gic-virtual-cpu-interface", 0x0804_0000, 0x0001_0000);
    public static readonly BoardSlot Translation = new("gic-its", 0x0808_0000, 0x0002_0000);
    public static readonly BoardSlot Redistributors = new("gic-redistributor", 0x080a_0000, 0x00f6_0000);

    /// <summary>As many as there is room for redistributors.</summary>
    public const int MaxCpus = 123;

    /// <summary>A GICv2 has eight CPU interfaces.</summary>
    public const int MaxCpusV2 = 8;

    /// <summary>Interrupts for messages, from that of <see cref="Messages"/> on.</summary>
    public const int MessageInterrupts = 64;

    public const uint PmuPpi = 23;
    public const uint MaintenancePpi = GicV2.MaintenanceInterrupt;
    public const uint HypervisorTimerPpi = 26;
    public const uint VirtualTimerPpi = 27;
    public const uint SecureTimerPpi = 29;
    public const uint PhysicalTimerPpi = 30;

    /// <summary>Where message interrupts are written to: the ITS beside a GICv3, the GICv2m frame beside a GICv2.</summary>
    public static BoardSlot Doorbell(MachineConfiguration machine) => machine.GicVersion == 3 ? Translation : Messages;

    /// <summary>Builds the controller that the configuration asks for, puts it at its place and connects the cores.</summary>
    public static IInterruptController Add(Machine machine)
    {
        Func<bool>? nonSecureAccess = machine.Configuration.El3 ? () => machine.Bus.NonSecureAccess : null;
        IInterruptController gic = machine.Configuration.GicVersion == 3 ? AddV3(machine, nonSecureAccess) : AddV2(machine, nonSecureAccess);
        machine.InterruptView = gic as IInterruptView;
        foreach (Core core in machine.Cores)
        {
            int index = core.Configuration.Index;
            core.System.Performance.Output = gic.Ppi(index, (int)PmuPpi);
            IInterruptLine?[] timers = core.System.Timer.Outputs;
            timers[(int)TimerKind.Physical] = gic.Ppi(index, (int)PhysicalTimerPpi);
            timers[(int)TimerKind.Virtual] = gic.Ppi(index, (int)VirtualTimerPpi);
            timers[(int)TimerKind.Hypervisor] = gic.Ppi(index, (int)HypervisorTimerPpi);
            timers[(int)TimerKind.Secure] = gic.Ppi(index, (int)SecureTimerPpi);
        }

        return gic;
    }

    /// <summary>The wires of consecutive interrupts from that of a slot on.</summary>
    public static IInterruptLine[] Lines(IInterruptController gic, BoardSlot slot, int count) =>
        [.. Enumerable.Range(slot.Spi, count).Select(gic.Spi)];

    private static GicV2 AddV2(Machine machine, Func<bool>? nonSecureAccess)
    {
        GicV2 gic = machine.Add(
            new GicV2(machine.Cores.Count, machine.Configuration.El2, () => machine.CurrentCore, machine.Events, nonSecureAccess)
            {
                ResetsToNonSecure = machine.StartsNonSecure,
            });

        // The device tree gives each 64 KiB; what the GIC does not decode of them is empty, as on QEMU.
        machine.Map(Distributor with { Size = 0x1000 }, gic.DistributorPort);
        machine.Map(CpuInterface with { Size = 0x2000 }, gic.CpuInterfacePort);
        if (machine.Configuration.El2)
        {
            machine.Map(Hypervisor with { Size = 0x1000 }, gic.HypervisorPort);
            machine.Map(VirtualCpuInterface with { Size = 0x2000 }, gic.VirtualCpuInterfacePort);
        }

        foreach (Core core in machine.Cores)
        {
            int index = core.Configuration.Index;
            gic.Connect(index, core.System.Inputs.Irq, core.System.Inputs.Fiq);
            gic.ConnectVirtual(index, core.System.Inputs.VirtualIrq, core.System.Inputs.VirtualFiq);
        }

        IInterruptLine[] messages = Lines(gic, Messages, MessageInterrupts);
        GicV2m frame = machine.Add(new GicV2m(Messages.Name, Messages.Spi, messages, machine.Events));
        machine.Map(Messages, frame.Port);
        machine.Doorbells.Add(frame);
        return gic;
    }

    private static GicV3 AddV3(Machine machine, Func<bool>? nonSecureAccess)
    {
        GuestTables memory = new(machine.Bus);
        IGicCaller[] callers = [.. machine.Cores.Select(c => c.System.SystemRegisters.Caller)];
        ulong[] affinities = [.. machine.Cores.Select(c => (ulong)c.Configuration.Affinity)];
        GicV3 gic = machine.Add(
            new GicV3(callers, affinities, memory, machine.Events, nonSecureAccess) { ResetsToNonSecure = machine.StartsNonSecure });
        machine.Map(Distributor, gic.DistributorPort);
        foreach (Core core in machine.Cores)
        {
            int index = core.Configuration.Index;
            Cpu.Privileged.Interrupts inputs = core.System.Inputs;
            machine.Map(Redistributor(index), gic.RedistributorPort(index));
            gic.Connect(index, new GicV3Outputs(inputs.Fiq, inputs.Group1, inputs.SecureGroup1, inputs.VirtualIrq, inputs.VirtualFiq));
            core.System.Gic = gic.Interface(index);
        }

        Its its = machine.Add(new Its(Translation.Name, gic, memory, machine.Events));
        machine.Map(Translation, its);
        machine.Doorbells.Add(its);

        return gic;
    }

    private static BoardSlot Redistributor(int core) =>
        new($"{Redistributors.Name}{core}", Redistributors.Start + ((ulong)core * Devices.Gic.V3.Redistributor.Size), Devices.Gic.V3.Redistributor.Size);
}
