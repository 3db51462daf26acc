using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boards.Fdt;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Boot;

/// <summary>
/// Where everything goes and how core 0 begins, by the rules of QEMU's -kernel: a file that is no ELF is a Linux kernel
/// and is entered as arm64/booting.rst says; an ELF file is entered at its entry point at the highest Exception level
/// and finds the device tree at the start of RAM.
/// </summary>
[NotState("what a reset loads; of this program run, not of the machine")]
internal sealed class BootPlan
{
    /// <summary>QEMU's device trees have this size, most of it free space; it decides whether there is room for one.</summary>
    private const int DeviceTreeBytes = 1 << 20;

    private const ulong PageBytes = 4096;

    /// <summary>Kernels map the 2 MiB around the tree's beginning.</summary>
    private const ulong DeviceTreeAlignment = 2 << 20;
    private const ulong FarEnoughForInitrd = 128 << 20;

    private readonly MachineConfiguration _machine;
    private readonly Board _board;
    private readonly List<Placement> _placements = [];
    private readonly List<Placement> _flash = [];
    private readonly Dictionary<int, ulong> _coreStarts = [];
    private Placement? _initrd;

    private BootPlan(MachineConfiguration machine, Board board)
    {
        _machine = machine;
        _board = board;
    }

    public IReadOnlyList<Placement> Placements => _placements;

    /// <summary>What goes into flash once, when the machine is switched on.</summary>
    public IReadOnlyList<Placement> Flash => _flash;

    /// <summary>Cores that begin elsewhere than at <see cref="Entry"/>, in their reset state.</summary>
    public IReadOnlyDictionary<int, ulong> CoreStarts => _coreStarts;

    public ulong Entry { get; private set; }

    /// <summary>Core 0 begins as the Linux boot protocol says: X0 holds the tree's address, and EL3 is left behind.</summary>
    public bool IsLinux { get; private set; }

    public ExceptionLevel StartLevel { get; private set; }

    /// <summary>EL3 is there but left behind.</summary>
    public bool StartsNonSecure => _machine.El3 && StartLevel < ExceptionLevel.El3;

    public PsciConduit Conduit { get; private set; }

    /// <summary>The blob as the guest finds it; empty where there was no room for it.</summary>
    public ReadOnlyMemory<byte> DeviceTree { get; private set; }

    public ulong DeviceTreeAddress { get; private set; }

    /// <summary>The largest part of RAM in which nothing is loaded; the first of equals.</summary>
    public (ulong Start, ulong End) FreeMemory
    {
        get
        {
            (ulong Start, ulong End) best = default;
            ulong free = _board.RamStart;
            foreach (Placement placed in _placements.OrderBy(p => p.Address).Append(new Placement("end", RamEnd, default)))
            {
                if (placed.Address >= free && placed.Address <= RamEnd && placed.Address - free > best.End - best.Start)
                {
                    best = (free, placed.Address);
                }

                free = Math.Max(free, placed.End);
            }

            return best;
        }
    }

    private ulong RamEnd => _board.RamStart + _machine.MemoryBytes;

    public static BootPlan Make(MachineConfiguration machine, Board board)
    {
        BootPlan plan = new(machine, board);
        plan.PlaceLoads();
        plan.PlaceModules();
        plan.PlaceKernel();
        plan.PlaceFlash();
        plan.CheckPlaces();
        return plan;
    }

    private static ulong AlignUp(ulong value, ulong to) => (value + to - 1) / to * to;

    private void PlaceLoads()
    {
        bool entryKnown = false;
        foreach (LoadFile load in _machine.Loads)
        {
            if (load.Address is ulong address)
            {
                _placements.Add(new Placement(load.File.Name, address, load.File.Bytes));
                StartCore(load.StartsCpu, address);
                continue;
            }

            if (!load.File.IsElf)
            {
                throw new MachineConfigurationException(
                    $"--load {load.File.Name}: it is no ELF file, so nothing says where it goes; give FILE@ADDRESS");
            }

            ElfImage elf = ElfImage.Read(load.File);
            _placements.AddRange(elf.Segments);
            Entry = entryKnown ? Entry : elf.Entry;
            entryKnown = true;
            StartCore(load.StartsCpu, elf.Entry);
        }

        foreach (CoreStart start in _machine.CoreStarts)
        {
            StartCore(start.Cpu, start.Address);
        }
    }

    private void StartCore(int? cpu, ulong address)
    {
        if (cpu is int number)
        {
            _coreStarts[number] = address;
        }
    }

    private void PlaceModules()
    {
        foreach (GuestModule module in _machine.Modules)
        {
            _placements.Add(new Placement(module.File.Name, module.Address, module.File.Bytes));
        }
    }

    private void PlaceFlash()
    {
        foreach (FlashImage image in _machine.Flash)
        {
            _flash.Add(InFlash(image.Bank, image.File));
        }
    }

    private Placement InFlash(int bank, BootFile file)
    {
        BoardSlot slot = _board.Memories(_machine)[bank];
        return (ulong)file.Bytes.Length <= slot.Size
            ? new Placement(file.Name, slot.Start, file.Bytes)
            : throw new MachineConfigurationException(
                $"{file.Name}: {file.Bytes.Length} bytes are more than {slot.Name} holds; give at most {slot.Size >> 20} MiB");
    }

    private void PlaceKernel()
    {
        if (_machine.StartsInFlash)
        {
            // Kernel and initrd wait in fw_cfg.
            _placements.AddRange(_machine.Firmware is BootFile firmware ? [InFlash(0, firmware)] : []);
            Decide(isLinux: false);
            PlaceTreeAtStart(DeviceTreeBytes);
        }
        else if (_machine.Kernel is null)
        {
            Refuse(_machine.Initrd, "there is no kernel that could take it; give --kernel, or --load FILE@ADDRESS");
            Decide(isLinux: false);
            PlaceTreeAtStart(DeviceTreeBytes);
        }
        else if (_machine.Kernel.IsElf)
        {
            Refuse(_machine.Initrd, $"{_machine.Kernel.Name} is an ELF file and gets no initrd; use --load FILE@ADDRESS");
            ElfImage elf = ElfImage.Read(_machine.Kernel);
            _placements.AddRange(elf.Segments);
            Entry = elf.Entry;
            Decide(isLinux: false);
            PlaceTreeAtStart(DeviceTreeBytes);
        }
        else
        {
            PlaceLinux(_machine.Kernel);
        }
    }

    private static void Refuse(BootFile? initrd, string why)
    {
        if (initrd is not null)
        {
            throw new MachineConfigurationException($"--initrd {initrd.Name}: {why}");
        }
    }

    private void PlaceLinux(BootFile file)
    {
        KernelImage kernel = KernelImage.Read(file, _machine.MemoryBytes);
        if (kernel.Offset >= _machine.MemoryBytes || kernel.Size > _machine.MemoryBytes - kernel.Offset)
        {
            throw new MachineConfigurationException(
                $"{file.Name}: it needs {kernel.Size} bytes at 0x{_board.RamStart + kernel.Offset:x}, more than RAM has; give more with --memory");
        }

        Entry = _board.RamStart + kernel.Offset;
        _placements.Add(new Placement(file.Name, Entry, kernel.Bytes));
        ulong free = AlignUp(
            Math.Max(_board.RamStart + Math.Min(_machine.MemoryBytes / 2, FarEnoughForInitrd), Entry + kernel.Size),
            PageBytes);
        if (_machine.Initrd is BootFile initrd)
        {
            _initrd = new Placement(initrd.Name, free, initrd.Bytes);
            _placements.Add(_initrd);
            CheckInRam(_initrd, "after the kernel");
            free = _initrd.End;
        }

        Decide(isLinux: true);
        DeviceTree = MakeTree(DeviceTreeBytes);
        DeviceTreeAddress = AlignUp(free, DeviceTreeAlignment);
        Placement tree = new(TreeName, DeviceTreeAddress, DeviceTree);
        CheckInRam(tree, "after kernel and initrd");
        _placements.Add(tree);
    }

    private string TreeName => _machine.DeviceTree?.Name ?? "the device tree";

    /// <summary>
    /// Firmware that is called must sit above what calls it: without a level above the start level there is none, and
    /// all cores start at once.
    /// </summary>
    private void Decide(bool isLinux)
    {
        Entry = _machine.StartsInFlash ? _board.Memories(_machine)[0].Start : Entry;
        IsLinux = isLinux;
        ExceptionLevel highestForLinux = _machine.El2 ? ExceptionLevel.El2 : ExceptionLevel.El1;
        StartLevel = _machine.El3 && !isLinux ? ExceptionLevel.El3 : highestForLinux;
        PsciConduit wanted = _board.Conduit(_machine);
        bool possible = wanted == PsciConduit.Hvc ? StartLevel < ExceptionLevel.El2 : StartLevel < ExceptionLevel.El3;
        Conduit = possible ? wanted : PsciConduit.None;
    }

    /// <summary>Puts the tree at the start of RAM if nothing is in its way; else the guest gets none, as with QEMU.</summary>
    private void PlaceTreeAtStart(int totalBytes)
    {
        byte[] blob = MakeTree(totalBytes);
        Placement tree = new(TreeName, _board.RamStart, blob);
        if (tree.End <= RamEnd && !_placements.Exists(tree.Overlaps))
        {
            DeviceTree = blob;
            DeviceTreeAddress = tree.Address;
            _placements.Add(tree);
        }
    }

    /// <summary>The board's own tree or the user's, with what only boot knows.</summary>
    private byte[] MakeTree(int totalBytes)
    {
        // The modules belong to the board's own tree, as with QEMU's guest-loader: a tree of the user's has its own.
        bool nothingToAdd = string.IsNullOrEmpty(_machine.Append) && _initrd is null;
        if (_machine.DeviceTree is BootFile users)
        {
            FdtTree tree = FdtReader.Read(users.Name, users.Bytes.Span);
            return nothingToAdd ? users.Bytes.ToArray() : FdtWriter.Write(Patch(tree));
        }

        FdtTree own = _board.DeviceTree(_machine, Conduit);
        ModuleNodes.Add(own.Root, _machine.Modules);
        return FdtWriter.Write(Patch(own), totalBytes);
    }

    private FdtTree Patch(FdtTree tree)
    {
        FdtNode chosen = tree.Root.GetOrAdd("chosen");
        if (!string.IsNullOrEmpty(_machine.Append))
        {
            chosen.SetText("bootargs", _machine.Append);
        }

        if (_initrd is not null)
        {
            SetAddress(tree.Root, chosen, "linux,initrd-start", _initrd.Address);
            SetAddress(tree.Root, chosen, "linux,initrd-end", _initrd.End);
        }

        return tree;
    }

    private void SetAddress(FdtNode root, FdtNode chosen, string property, ulong address)
    {
        uint cells = root.Property("#address-cells")?.Cells is [uint given] ? given : 2;
        if (cells == 1 && address <= uint.MaxValue)
        {
            chosen.SetCells(property, (uint)address);
        }
        else if (cells == 2)
        {
            chosen.SetWideCells(property, address);
        }
        else
        {
            throw new MachineConfigurationException(
                $"{TreeName}: its root has #address-cells {cells}, in which the initrd's address cannot be said; use 2");
        }
    }

    private void CheckPlaces()
    {
        for (int i = 0; i < _placements.Count; i++)
        {
            Placement one = _placements[i];
            if (!IsMemory(one))
            {
                throw new MachineConfigurationException(
                    $"{one.Name}: 0x{one.Address:x}-0x{one.End - 1:x} is not in RAM (0x{_board.RamStart:x}-0x{RamEnd - 1:x}); "
                    + "load it elsewhere or give more with --memory");
            }

            Placement? other = _placements.Find(p => p != one && p.Overlaps(one));
            if (other is not null)
            {
                throw new MachineConfigurationException(
                    $"{one.Name} at 0x{one.Address:x}-0x{one.End - 1:x} overlaps {other.Name} at 0x{other.Address:x}-0x{other.End - 1:x}; "
                    + "load one of them elsewhere");
            }
        }
    }

    private bool IsMemory(Placement placement)
    {
        if (placement.End < placement.Address)
        {
            return false;
        }

        bool inRam = placement.Address >= _board.RamStart && placement.End <= RamEnd;
        foreach (BoardSlot memory in _board.Memories(_machine))
        {
            inRam |= placement.Address >= memory.Start && placement.End <= memory.Start + memory.Size;
        }

        return inRam;
    }

    private void CheckInRam(Placement placement, string where)
    {
        if (placement.End > RamEnd)
        {
            throw new MachineConfigurationException(
                $"{placement.Name}: RAM has no room for its {placement.Size} bytes {where}; give more with --memory");
        }
    }
}
