using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards.Fdt;
using GdbHost.Machine.Cpu;

namespace GdbHost.Machine.Boards;

/// <summary>
/// The device tree of the virt board: names, cells and phandles as QEMU 7.2 gives them, for what is built. Bindings:
/// the Linux kernel's Documentation/devicetree/bindings.
/// </summary>
internal sealed class VirtDeviceTree
{
    private const uint Spi = 0;
    private const uint Ppi = 1;
    private const uint EdgeRising = 1;
    private const uint LevelHigh = 4;
    private const uint AllRequesters = 0x1_0000;

    private readonly MachineConfiguration _machine;
    private readonly PsciConduit _conduit;
    private readonly FdtNode _root = new(string.Empty);
    private readonly uint _clock;
    private readonly uint[] _cpus;
    private readonly uint _gic;
    private readonly uint _messages;
    private readonly uint _smmu;
    private readonly uint _gpio;
    private readonly uint _secureGpio;
    private uint _lastPhandle = 0x7fff;

    private VirtDeviceTree(MachineConfiguration machine, PsciConduit conduit)
    {
        _machine = machine;
        _conduit = conduit;
        _clock = ++_lastPhandle;
        _cpus = new uint[machine.Cpus];
        for (int cpu = machine.Cpus - 1; cpu >= 0; cpu--)
        {
            _cpus[cpu] = ++_lastPhandle;
        }

        _gic = ++_lastPhandle;
        _messages = ++_lastPhandle;
        _smmu = machine.Smmu ? ++_lastPhandle : 0;
        _gpio = ++_lastPhandle;
        _secureGpio = ++_lastPhandle;
    }

    /// <summary>PPI flags: level-sensitive, active high; for a GICv2 also for which cores, which is all.</summary>
    private uint PpiFlags => LevelHigh | (_machine.GicVersion == 2 ? ((1u << _machine.Cpus) - 1) << 8 : 0);

    public static FdtTree Print(MachineConfiguration machine, PsciConduit conduit)
    {
        VirtDeviceTree printer = new(machine, conduit);
        printer.Header();
        printer.Cpus();
        printer.InterruptController();
        printer.CoreDevices();
        printer.Peripherals();
        if (machine.El3)
        {
            printer.SecureWorld();
        }

        printer.Flash();
        printer.PciExpress();
        return new FdtTree(printer._root);
    }

    private void Header()
    {
        _root.SetText("compatible", "linux,dummy-virt").SetText("model", "linux,dummy-virt");
        _root.SetCells("#address-cells", 2).SetCells("#size-cells", 2).SetCells("interrupt-parent", _gic);
        Chosen("chosen", Virt.Uart, 1);
        _root.Add($"memory@{Virt.RamStart:x}").SetText("device_type", "memory").SetWideCells("reg", Virt.RamStart, _machine.MemoryBytes);
        if (_conduit != PsciConduit.None)
        {
            _root.Add("psci")
                .SetText("compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci")
                .SetText("method", _conduit == PsciConduit.Hvc ? "hvc" : "smc")
                .SetCells("cpu_suspend", 0xc4000001)
                .SetCells("cpu_off", 0x84000002)
                .SetCells("cpu_on", 0xc4000003)
                .SetCells("migrate", 0xc4000005);
        }

        _root.Add("apb-pclk")
            .SetText("compatible", "fixed-clock")
            .SetCells("#clock-cells", 0)
            .SetCells("clock-frequency", Virt.PeripheralClockHz)
            .SetText("clock-output-names", "clk24mhz")
            .SetCells("phandle", _clock);
    }

    // QEMU draws the seeds at random; fixed ones keep runs repeatable.
    private void Chosen(string name, BoardSlot uart, byte seed)
    {
        byte[] random = new byte[32];
        for (int i = 0; i < random.Length; i++)
        {
            random[i] = (byte)((i * 37) ^ (seed * 91));
        }

        _root.Add(name)
            .SetText("stdout-path", $"/pl011@{uart.Start:x}")
            .Set("kaslr-seed", random[..8])
            .Set("rng-seed", random);
    }

    private void Cpus()
    {
        FdtNode cpus = _root.Add("cpus").SetCells("#address-cells", 1).SetCells("#size-cells", 0);
        FdtNode map = cpus.Add("cpu-map");
        for (int cpu = 0; cpu < _machine.Cpus; cpu++)
        {
            InMap(map, cpu).SetCells("cpu", _cpus[cpu]);
            FdtNode node = cpus.Add($"cpu@{cpu}")
                .SetText("device_type", "cpu")
                .SetText("compatible", "arm,cortex-a53")
                .SetCells("reg", CoreConfiguration.AffinityOf(cpu))
                .SetCells("phandle", _cpus[cpu]);
            if (_machine.Cpus > 1)
            {
                node.SetText("enable-method", "psci");
            }
        }
    }

    private FdtNode InMap(FdtNode map, int cpu)
    {
        CpuTopology topology = _machine.Topology ?? new CpuTopology(1, _machine.Cpus, 1);
        int core = cpu / topology.Threads;
        int cluster = core / topology.Cores;
        FdtNode node = map.GetOrAdd($"socket{cluster / topology.Clusters}")
            .GetOrAdd($"cluster{cluster % topology.Clusters}")
            .GetOrAdd($"core{core % topology.Cores}");
        return topology.Threads > 1 ? node.GetOrAdd($"thread{cpu % topology.Threads}") : node;
    }

    private void InterruptController()
    {
        FdtNode gic = _root.Add($"intc@{VirtInterrupts.Distributor.Start:x}")
            .SetCells("#interrupt-cells", 3)
            .SetFlag("interrupt-controller")
            .SetCells("#address-cells", 2)
            .SetCells("#size-cells", 2)
            .SetFlag("ranges")
            .SetCells("phandle", _gic);
        if (_machine.El2)
        {
            gic.SetCells("interrupts", Ppi, VirtInterrupts.MaintenancePpi - 16, LevelHigh);
        }

        if (_machine.GicVersion == 3)
        {
            GicV3(gic);
        }
        else
        {
            GicV2(gic);
        }
    }

    private void GicV2(FdtNode gic)
    {
        BoardSlot[] frames = _machine.El2
            ? [VirtInterrupts.Distributor, VirtInterrupts.CpuInterface, VirtInterrupts.Hypervisor, VirtInterrupts.VirtualCpuInterface]
            : [VirtInterrupts.Distributor, VirtInterrupts.CpuInterface];
        gic.SetText("compatible", "arm,cortex-a15-gic").SetWideCells("reg", Places(frames));
        gic.Add($"v2m@{VirtInterrupts.Messages.Start:x}")
            .SetText("compatible", "arm,gic-v2m-frame")
            .SetFlag("msi-controller")
            .SetWideCells("reg", VirtInterrupts.Messages.Start, VirtInterrupts.Messages.Size)
            .SetCells("phandle", _messages);
    }

    private void GicV3(FdtNode gic)
    {
        gic.SetText("compatible", "arm,gic-v3")
            .SetCells("#redistributor-regions", 1)
            .SetWideCells("reg", Places(VirtInterrupts.Distributor, VirtInterrupts.Redistributors));
        gic.Add($"its@{VirtInterrupts.Translation.Start:x}")
            .SetText("compatible", "arm,gic-v3-its")
            .SetFlag("msi-controller")
            .SetCells("#msi-cells", 1)
            .SetWideCells("reg", VirtInterrupts.Translation.Start, VirtInterrupts.Translation.Size)
            .SetCells("phandle", _messages);
    }

    private void CoreDevices()
    {
        _root.Add("timer")
            .SetText("compatible", "arm,armv8-timer", "arm,armv7-timer")
            .SetFlag("always-on")
            .SetCells(
                "interrupts",
                [
                    Ppi, VirtInterrupts.SecureTimerPpi - 16, PpiFlags,
                    Ppi, VirtInterrupts.PhysicalTimerPpi - 16, PpiFlags,
                    Ppi, VirtInterrupts.VirtualTimerPpi - 16, PpiFlags,
                    Ppi, VirtInterrupts.HypervisorTimerPpi - 16, PpiFlags,
                ]);
        _root.Add("pmu")
            .SetText("compatible", "arm,armv8-pmuv3")
            .SetCells("interrupts", Ppi, VirtInterrupts.PmuPpi - 16, PpiFlags);
        _root.Add($"platform-bus@{Virt.PlatformBus.Start:x}")
            .SetText("compatible", "qemu,platform", "simple-bus")
            .SetCells("#address-cells", 1)
            .SetCells("#size-cells", 1)
            .SetCells("ranges", 0, 0, (uint)Virt.PlatformBus.Start, (uint)Virt.PlatformBus.Size)
            .SetCells("interrupt-parent", _gic);
    }

    private void Peripherals()
    {
        Uart(Virt.Uart);
        PrimeCell("pl031", Virt.Rtc, "arm,pl031");
        Gpio(Virt.Gpio, _gpio);
        _root.Add("gpio-keys").SetText("compatible", "gpio-keys").Add("poweroff")
            .SetText("label", "GPIO Key Poweroff")
            .SetCells("linux,code", 116)
            .SetCells("gpios", _gpio, Virt.PowerKeyLine, 0);
        _root.Add($"fw-cfg@{Virt.FirmwareConfiguration.Start:x}")
            .SetText("compatible", "qemu,fw-cfg-mmio")
            .SetWideCells("reg", Virt.FirmwareConfiguration.Start, Virt.FirmwareConfiguration.Size)
            .SetFlag("dma-coherent");
        for (int i = 0; i < Virt.VirtioSlots; i++)
        {
            BoardSlot slot = Virt.Virtio(i);
            _root.Add($"virtio_mmio@{slot.Start:x}")
                .SetText("compatible", "virtio,mmio")
                .SetWideCells("reg", slot.Start, slot.Size)
                .SetCells("interrupts", Spi, (uint)slot.Spi, EdgeRising)
                .SetFlag("dma-coherent");
        }
    }

    private FdtNode PrimeCell(string name, BoardSlot slot, string compatible) =>
        _root.Add($"{name}@{slot.Start:x}")
            .SetText("compatible", compatible, "arm,primecell")
            .SetWideCells("reg", slot.Start, slot.Size)
            .SetCells("interrupts", Spi, (uint)slot.Spi, LevelHigh)
            .SetCells("clocks", _clock)
            .SetText("clock-names", "apb_pclk");

    private FdtNode Uart(BoardSlot slot) =>
        PrimeCell("pl011", slot, "arm,pl011")
            .SetCells("clocks", _clock, _clock)
            .SetText("clock-names", "uartclk", "apb_pclk");

    private FdtNode Gpio(BoardSlot slot, uint phandle) =>
        PrimeCell("pl061", slot, "arm,pl061")
            .SetCells("#gpio-cells", 2)
            .SetFlag("gpio-controller")
            .SetCells("phandle", phandle);

    private void SecureWorld()
    {
        Chosen("secure-chosen", Virt.SecureUart, 2);
        FdtNode[] secure =
        [
            Uart(Virt.SecureUart),
            Gpio(Virt.SecureGpio, _secureGpio),
            _root.Add("gpio-poweroff").SetText("compatible", "gpio-poweroff").SetCells("gpios", _secureGpio, Virt.PowerOffLine, 0),
            _root.Add("gpio-restart").SetText("compatible", "gpio-restart").SetCells("gpios", _secureGpio, Virt.RestartLine, 0),
            _root.Add($"secram@{Virt.SecureRam.Start:x}")
                .SetText("device_type", "memory")
                .SetWideCells("reg", Virt.SecureRam.Start, Virt.SecureRam.Size),
            FlashBanks("secflash", Virt.Flash0),
        ];
        foreach (FdtNode node in secure)
        {
            node.SetText("status", "disabled").SetText("secure-status", "okay");
        }
    }

    private void Flash()
    {
        if (_machine.El3)
        {
            FlashBanks("flash", Virt.Flash1);
        }
        else
        {
            FlashBanks("flash", Virt.Flash0, Virt.Flash1);
        }
    }

    private FdtNode FlashBanks(string name, params ReadOnlySpan<BoardSlot> banks)
    {
        return _root.Add($"{name}@{banks[0].Start:x}")
            .SetText("compatible", "cfi-flash")
            .SetWideCells("reg", Places(banks))
            .SetCells("bank-width", 4);
    }

    private void PciExpress()
    {
        const uint IoSpace = 0x0100_0000;
        const uint Memory32Space = 0x0200_0000;
        const uint Memory64Space = 0x0300_0000;
        BoardSlot ecam = Virt.Ecam(_machine);
        List<uint> ranges =
        [
            IoSpace, 0, 0, .. Wide(Virt.PciePio.Start), .. Wide(Virt.PciePio.Size),
            Memory32Space, .. Wide(Virt.PcieMmio.Start), .. Wide(Virt.PcieMmio.Start), .. Wide(Virt.PcieMmio.Size),
        ];
        if (_machine.HighMemory)
        {
            ranges.AddRange(
            [
                Memory64Space, .. Wide(Virt.HighPcieMmio.Start), .. Wide(Virt.HighPcieMmio.Start), .. Wide(Virt.HighPcieMmio.Size),
            ]);
        }

        FdtNode pcie = _root.Add($"pcie@{Virt.PcieMmio.Start:x}")
            .SetText("compatible", "pci-host-ecam-generic")
            .SetText("device_type", "pci")
            .SetCells("#address-cells", 3)
            .SetCells("#size-cells", 2)
            .SetCells("linux,pci-domain", 0)
            .SetCells("msi-map", 0, _messages, 0, AllRequesters)
            .SetCells("bus-range", 0, (uint)(ecam.Size >> 20) - 1)
            .SetFlag("dma-coherent")
            .SetWideCells("reg", ecam.Start, ecam.Size)
            .SetCells("ranges", [.. ranges])
            .SetCells("#interrupt-cells", 1)
            .SetCells("interrupt-map-mask", 0x1800, 0, 0, 7)
            .SetCells("interrupt-map", [.. InterruptMap()]);
        if (_machine.Smmu)
        {
            pcie.SetCells("iommu-map", 0, _smmu, 0, AllRequesters);
            Smmu();
        }
    }

    private void Smmu()
    {
        BoardSlot slot = Virt.Smmu;
        uint spi = (uint)slot.Spi;
        _root.Add($"smmuv3@{slot.Start:x}")
            .SetText("compatible", "arm,smmu-v3")
            .SetWideCells("reg", slot.Start, slot.Size)
            .SetCells("interrupts", Spi, spi, EdgeRising, Spi, spi + 1, EdgeRising, Spi, spi + 2, EdgeRising, Spi, spi + 3, EdgeRising)
            .SetText("interrupt-names", "eventq", "priq", "cmdq-sync", "gerror")
            .SetFlag("dma-coherent")
            .SetCells("#iommu-cells", 1)
            .SetCells("phandle", _smmu);
    }

    // The four pins of each slot go round the four interrupts, as on every PCI backplane.
    private List<uint> InterruptMap()
    {
        List<uint> map = [];
        for (uint slot = 0; slot < 4; slot++)
        {
            for (uint pin = 0; pin < 4; pin++)
            {
                uint interrupt = (uint)Virt.PciePio.Spi + ((slot + pin) % 4);
                map.AddRange([slot << 11, 0, 0, pin + 1, _gic, 0, 0, Spi, interrupt, LevelHigh]);
            }
        }

        return map;
    }

    private static ulong[] Places(params ReadOnlySpan<BoardSlot> slots)
    {
        List<ulong> reg = [];
        foreach (BoardSlot slot in slots)
        {
            reg.AddRange([slot.Start, slot.Size]);
        }

        return [.. reg];
    }

    private static uint[] Wide(ulong value) => [(uint)(value >> 32), (uint)value];
}
