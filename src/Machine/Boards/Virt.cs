using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Mmio;

namespace GdbHost.Machine.Boards;

/// <summary>
/// The virt board with QEMU 7.2's memory map and interrupt numbers, to the byte: users' hypervisors, device trees and
/// command lines are written for it.
/// </summary>
internal static class Virt
{
    public const ulong RamStart = 0x4000_0000;

    /// <summary>UARTCLK and the like.</summary>
    public const uint PeripheralClockHz = 24_000_000;

    public const int VirtioSlots = 32;

    public const uint PowerKeyLine = 3;

    /// <summary>Lines of the Secure GPIO.</summary>
    public const uint PowerOffLine = 0;
    public const uint RestartLine = 1;

    private const ulong LegacyRamLimit = 255UL << 30;

    /// <summary>All of RAM with 32-bit physical addresses.</summary>
    private const ulong LowMemoryLimit = 3UL << 30;

    public static readonly BoardSlot Flash0 = new("flash0", 0x0000_0000, 0x0400_0000);
    public static readonly BoardSlot Flash1 = new("flash1", 0x0400_0000, 0x0400_0000);
    public static readonly BoardSlot Uart = new("uart", 0x0900_0000, 0x1000, 1);
    public static readonly BoardSlot Rtc = new("rtc", 0x0901_0000, 0x1000, 2);
    public static readonly BoardSlot FirmwareConfiguration = new("fw-cfg", 0x0902_0000, 0x18);
    public static readonly BoardSlot Gpio = new("gpio", 0x0903_0000, 0x1000, 7);
    public static readonly BoardSlot SecureUart = new("secure-uart", 0x0904_0000, 0x1000, 8);
    public static readonly BoardSlot Smmu = new("smmu", 0x0905_0000, 0x0002_0000, 74);
    public static readonly BoardSlot SecureGpio = new("secure-gpio", 0x090b_0000, 0x1000, 0);
    public static readonly BoardSlot PlatformBus = new("platform-bus", 0x0c00_0000, 0x0200_0000, 112);
    public static readonly BoardSlot SecureRam = new("secure-ram", 0x0e00_0000, 0x0100_0000);
    public static readonly BoardSlot PcieMmio = new("pcie-mmio", 0x1000_0000, 0x2eff_0000);
    public static readonly BoardSlot PciePio = new("pcie-pio", 0x3eff_0000, 0x0001_0000, 3);
    public static readonly BoardSlot HighPcieMmio = new("pcie-mmio-high", 0x80_0000_0000, 0x80_0000_0000);

    public static readonly Board Board = new("virt", "QEMU's virt board: GICv2 or GICv3, PL011, PL031, PL061, fw_cfg, virtio-mmio, PCIe")
    {
        MaxCpus = VirtInterrupts.MaxCpus,
        RamStart = RamStart,
        Memories = m => m.El3 ? [Flash0, Flash1, SecureRam] : [Flash0, Flash1],
        Check = Check,
        Populate = Populate,
        Conduit = m => m.El2 ? PsciConduit.Smc : PsciConduit.Hvc,
        DeviceTree = VirtDeviceTree.Print,
    };

    private static readonly BoardSlot LowEcam = new("pcie-ecam", 0x3f00_0000, 0x0100_0000);
    private static readonly BoardSlot HighEcam = new("pcie-ecam", 0x40_1000_0000, 0x1000_0000);

    public static BoardSlot Virtio(int slot) => new($"virtio-mmio{slot}", 0x0a00_0000 + ((ulong)slot * 0x200), 0x200, 16 + slot);

    public static BoardSlot Ecam(MachineConfiguration machine) => machine.HighMemory ? HighEcam : LowEcam;

    private static void Check(MachineConfiguration machine)
    {
        if (machine.GicVersion is not (2 or 3))
        {
            throw new MachineConfigurationException($"--machine gic={machine.GicVersion}: there are versions 2 and 3; use gic=2 or gic=3");
        }

        if (machine.GicVersion == 2 && machine.Cpus > VirtInterrupts.MaxCpusV2)
        {
            throw new MachineConfigurationException(
                $"--smp {machine.Cpus}: with GICv2 there are at most {VirtInterrupts.MaxCpusV2} cores; give 1 to {VirtInterrupts.MaxCpusV2}, or use --machine gic=3");
        }

        if (machine.VirtioMmio.Count > VirtioSlots)
        {
            throw new MachineConfigurationException(
                $"--device {machine.VirtioMmio[VirtioSlots].Kind}-device: all {VirtioSlots} virtio-mmio slots are taken; leave some devices out");
        }

        ulong limit = machine.HighMemory ? LegacyRamLimit : LowMemoryLimit;
        if (machine.MemoryBytes > limit)
        {
            string with = machine.HighMemory ? "the board" : "highmem=off";
            throw new MachineConfigurationException(
                $"--memory: {machine.MemoryBytes >> 20} MiB are more than {with} has room for; give at most {limit >> 30}G");
        }
    }

    private static void Populate(Machine machine)
    {
        bool security = machine.Configuration.El3;
        AddFlash(machine, Flash0, bank: 0, secureOnly: security);
        AddFlash(machine, Flash1, bank: 1, secureOnly: false);
        IInterruptController gic = VirtInterrupts.Add(machine);
        Pl011 uart = machine.Add(
            new Pl011(Uart.Name, PeripheralClockHz, machine.SerialOutput, gic.Spi(Uart.Spi), machine.Scheduler, machine.Events));
        machine.Map(Uart, uart.Port);
        machine.Console = new SerialConsole(uart);
        Pl031 rtc = machine.Add(
            new Pl031(Rtc.Name, machine.Configuration.RtcSeconds, gic.Spi(Rtc.Spi), machine.Scheduler, machine.Events));
        machine.Map(Rtc, rtc.Port);
        Pl061 gpio = machine.Add(new Pl061(Gpio.Name, gic.Spi(Gpio.Spi), machine.Events));
        machine.Map(Gpio, gpio.Port);
        machine.PowerKey = new PowerKey(gpio, (int)PowerKeyLine, machine.Scheduler);
        AddFwCfg(machine);
        for (int slot = VirtioSlots - 1; slot >= 0; slot--)
        {
            AddVirtio(machine, slot, gic);
        }

        if (security)
        {
            AddSecureWorld(machine, gic);
        }

        AddPcie(machine, gic);
    }

    /// <summary>The first device that the user names is in the last slot, as on QEMU.</summary>
    private static void AddVirtio(Machine machine, int number, IInterruptController gic)
    {
        MachineConfiguration configuration = machine.Configuration;
        BoardSlot slot = Virtio(number);
        int device = VirtioSlots - 1 - number;
        bool legacy = configuration.LegacyVirtioMmio;
        if (device >= configuration.VirtioMmio.Count)
        {
            machine.Map(slot, machine.Add(new VirtioMmioSlot(slot.Name, legacy, machine.Events)).Port);
            return;
        }

        VirtioDeviceConfiguration wanted = configuration.VirtioMmio[device];
        VirtioDevice kind = wanted.Make();
        machine.Map(slot, machine.Add(new VirtioMmio(
            slot.Name, kind, legacy, wanted.Settings, machine.Bus, gic.Spi(slot.Spi), machine.Scheduler, machine.Events)).Port);
        machine.Ways.Open(kind, words: null);
    }

    private static void AddFlash(Machine machine, BoardSlot slot, int bank, bool secureOnly)
    {
        Ram array = machine.AddMemory(slot);
        machine.Map(slot, array, machine.Add(new Flash(array, machine.Configuration.Flash.FirstOrDefault(f => f.Bank == bank)?.Medium)), secureOnly);
    }

    private static void AddFwCfg(Machine machine)
    {
        const ushort NoGraphics = 0x04;
        const ushort CpuCount = 0x05;
        FwCfg device = machine.Add(new FwCfg(FirmwareConfiguration.Name, machine.Bus, machine.Events));
        device.Set(NoGraphics, [1, 0]);
        device.Set(CpuCount, [(byte)machine.Cores.Count, 0]);
        FirmwareKernel.Put(device, machine.Configuration);
        device.AddFile("bios-geometry", []);
        device.AddFile("bootorder", []);
        device.AddFile("etc/boot-fail-wait", [0xff, 0xff, 0xff, 0xff]);
        foreach (BootFile file in machine.Configuration.FirmwareFiles)
        {
            device.AddFile(file.Name, file.Bytes.ToArray());
        }

        machine.Map(FirmwareConfiguration, device);
    }

    /// <summary>What QEMU adds with secure=on, for Secure accesses alone (beside the first flash bank, which goes over to them).</summary>
    private static void AddSecureWorld(Machine machine, IInterruptController gic)
    {
        Pl011 uart = machine.Add(new Pl011(
            SecureUart.Name, PeripheralClockHz, machine.SecureSerialOutput, gic.Spi(SecureUart.Spi), machine.Scheduler, machine.Events));
        machine.Map(SecureUart, uart.Port, secureOnly: true);
        Pl061 gpio = machine.Add(new Pl061(SecureGpio.Name, gic.Spi(SecureGpio.Spi), machine.Events)
        {
            OutputChanged = (line, high) => ChangePower(machine, line, high),
        });
        machine.Map(SecureGpio, gpio.Port, secureOnly: true);
        machine.Map(SecureRam, machine.AddMemory(SecureRam), secureOnly: true);
    }

    /// <summary>The lines by which Secure firmware switches the machine off and resets it (gpio-poweroff and gpio-restart).</summary>
    private static void ChangePower(IPowerControl power, int line, bool high)
    {
        if (high && line == PowerOffLine)
        {
            power.PowerOff();
        }
        else if (high && line == RestartLine)
        {
            power.Reset();
        }
    }

    private static void AddPcie(Machine machine, IInterruptController gic)
    {
        const int Pins = 4;
        HostBridgeModel bridge = HostBridge(machine.Configuration);
        RootComplex root = new(bridge, machine.Bus, VirtInterrupts.Lines(gic, PciePio, Pins))
        {
            Maker = request => PciDevices.Plug(machine, request),
        };
        root.Plug(0, new HostBridge());
        if (machine.Configuration.Smmu)
        {
            SmmuV3 smmu = AddSmmu(machine, gic);
            smmu.Endpoints = root;
            root.Iommu = smmu;
        }

        machine.AddPcie(root);
    }

    private static SmmuV3 AddSmmu(Machine machine, IInterruptController gic)
    {
        const int Lines = 4;
        IInterruptLine[] lines = VirtInterrupts.Lines(gic, Smmu, Lines);
        SmmuV3 smmu = machine.Add(
            new SmmuV3(Smmu.Name, machine.Bus, new IrqLines(lines[0], lines[1], lines[2], lines[3]), machine.Scheduler, machine.Events, machine.SendEvent));
        machine.Map(Smmu, smmu.Port);
        machine.Smmu = smmu;
        return smmu;
    }

    /// <summary>QEMU's generic host bridge (GPEX): every address passes as it is, messages are translated like other writes.</summary>
    private static HostBridgeModel HostBridge(MachineConfiguration machine)
    {
        BoardSlot ecam = Ecam(machine);
        BoardSlot doorbell = VirtInterrupts.Doorbell(machine);
        OutboundWindow high = new(HighPcieMmio.Name, HighPcieMmio.Start, HighPcieMmio.Size, HighPcieMmio.Start);
        return new HostBridgeModel
        {
            Config = new OutboundWindow(ecam.Name, ecam.Start, ecam.Size, 0),
            Outbound =
            [
                new OutboundWindow(PciePio.Name, PciePio.Start, PciePio.Size, 0, IsIo: true),
                new OutboundWindow(PcieMmio.Name, PcieMmio.Start, PcieMmio.Size, PcieMmio.Start),
                .. machine.HighMemory ? [high] : (OutboundWindow[])[],
            ],
            Doorbells = [new InboundWindow(doorbell.Start, doorbell.Size, doorbell.Start)],
        };
    }
}
