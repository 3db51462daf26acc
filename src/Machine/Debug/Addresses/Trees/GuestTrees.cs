using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boards.Fdt;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu;

namespace GdbHost.Machine.Debug.Addresses.Trees;

/// <summary>
/// Finds the device tree that a guest was given, in its own memory: the hypervisor has put it there, or has made it (Devicetree
/// Specification, Flattened Devicetree (DTB) Format: it begins with 0xd00dfeed, at a multiple of 8).
/// </summary>
internal static class GuestTrees
{
    private const int MostBytes = 2 << 20;
    private const int Alignment = 8;
    private const int SizeOffset = 4;

    /// <summary>Places with the magic number that are looked at: most are trees, and the rest is chance.</summary>
    private const int MostPlaces = 256;

    /// <summary>The tree of what is under stage 2 of a core, or of the machine where stage 2 is off.</summary>
    /// <param name="stage2">What stage 2 maps.</param>
    /// <param name="at">Where the tree is, if that is known.</param>
    public static GuestTreeReport? Find(Boards.Machine machine, Core core, MapReport stage2, ulong? at)
    {
        if (at is null && !stage2.IsOn && !machine.DeviceTree.IsEmpty)
        {
            return Report(null, machine.DeviceTree.Length, FdtReader.Read("device tree", machine.DeviceTree.Span).Root, []);
        }

        (ulong Address, int Bytes, FdtNode Root)[] found = [.. Trees(machine, core, stage2, at)];
        if (found.Length == 0)
        {
            return null;
        }

        (ulong address, int bytes, FdtNode root) = found.MaxBy(static t => Weight(t.Root));
        return Report(address, bytes, root, [.. found.Select(static t => t.Address).Where(a => a != address)]);
    }

    /// <summary>The root of the tree; null where there is none.</summary>
    public static FdtNode? Root(Core core, MapReport stage2, ulong address) => TryRead(core, stage2, address, out FdtNode? root, out _) ? root : null;

    private static GuestTreeReport Report(ulong? address, int bytes, FdtNode root, IReadOnlyList<ulong> others) => new(
        address, bytes, (root.Property("model") ?? root.Property("compatible"))?.Text ?? "", others, TreeRanges.Of(root));

    private static IEnumerable<(ulong Address, int Bytes, FdtNode Root)> Trees(Boards.Machine machine, Core core, MapReport stage2, ulong? at)
    {
        IEnumerable<ulong> places = at is ulong only ? [only] : Places(machine, stage2).Take(MostPlaces);
        foreach (ulong place in places)
        {
            if (TryRead(core, stage2, place, out FdtNode? root, out int bytes))
            {
                yield return (place, bytes, root!);
            }
        }
    }

    // What a kernel is started with describes memory and has a chosen node; an overlay or a test's tree has neither.
    private static int Weight(FdtNode root) =>
        (root.Child("chosen") is null ? 0 : 1) + (root.Children.Any(TreeRanges.IsMemory) ? 2 : 0);

    private static bool TryRead(Core core, MapReport stage2, ulong address, out FdtNode? root, out int bytes)
    {
        MemorySpace space = stage2.IsOn ? MemorySpace.Intermediate : MemorySpace.Physical;
        Span<byte> header = stackalloc byte[FdtFormat.HeaderBytes];
        root = null;
        bytes = 0;
        if (DebugMemory.Read(core, space, address, header) < header.Length
            || BinaryPrimitives.ReadUInt32BigEndian(header[SizeOffset..]) is not (>= FdtFormat.HeaderBytes and <= MostBytes and uint size))
        {
            return false;
        }

        byte[] blob = new byte[size];
        bytes = DebugMemory.Read(core, space, address, blob);
        try
        {
            root = bytes < blob.Length ? null : FdtReader.Read("memory", blob).Root;
        }
        catch (MachineConfigurationException)
        {
            // Not a tree, whatever it is.
        }

        return root is not null;
    }

    /// <summary>Where the magic number is, by rising address. Pages that nobody has ever written are zero.</summary>
    private static IEnumerable<ulong> Places(Boards.Machine machine, MapReport stage2)
    {
        foreach (BusRegion region in machine.Bus.Regions.Where(static r => r.Ram is not null))
        {
            Ram ram = region.Ram!;
            for (ulong page = ram.NextWritten(0); page < ram.Size >> Ram.PageShift; page = ram.NextWritten(page + 1))
            {
                ulong physical = region.Start + (page << Ram.PageShift);
                if (MagicIn(ram, page) is not [_, ..] offsets)
                {
                    continue;
                }

                foreach (int offset in offsets)
                {
                    foreach (ulong address in Inputs(stage2, physical + (ulong)offset))
                    {
                        yield return address;
                    }
                }
            }
        }
    }

    private static IEnumerable<ulong> Inputs(MapReport stage2, ulong physical) => !stage2.IsOn
        ? [physical]
        : stage2.Ranges.Where(r => physical - r.Output <= r.Last - r.Start).Select(r => r.Start + (physical - r.Output));

    private static int[] MagicIn(Ram ram, ulong page)
    {
        ReadOnlySpan<byte> magic = [0xd0, 0x0d, 0xfe, 0xed];
        ReadOnlySpan<byte> bytes = ram.Span(page << Ram.PageShift, (int)Ram.PageSize);
        List<int>? found = null;
        for (int at = 0, next; (next = bytes[at..].IndexOf(magic)) >= 0; at += next + magic.Length)
        {
            if ((at + next) % Alignment == 0)
            {
                (found ??= []).Add(at + next);
            }
        }

        return found is null ? [] : [.. found];
    }
}
