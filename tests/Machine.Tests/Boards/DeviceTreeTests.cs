using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boards.Fdt;
using Xunit;

namespace GdbHost.Machine.Tests.Boards;

/// <summary>Witness: the device tree that qemu-system-aarch64 7.2 dumps for the same options.</summary>
public class DeviceTreeTests
{
    /// <summary>Drawn at random by QEMU.</summary>
    private static readonly string[] Random = ["rng-seed", "kaslr-seed"];

    [QemuTheory]
    [InlineData("gic-version=2", false, false, true, 1, 1024)]
    [InlineData("gic-version=2,virtualization=on", true, false, true, 1, 1024)]
    [InlineData("gic-version=2,virtualization=on", true, false, true, 4, 4096)]
    [InlineData("gic-version=2,secure=on", false, true, true, 1, 1024)]
    [InlineData("gic-version=2,secure=on,virtualization=on", true, true, true, 2, 512)]
    [InlineData("gic-version=2,highmem=off", false, false, false, 8, 2048)]
    [InlineData("gic-version=3", false, false, true, 1, 1024)]
    [InlineData("gic-version=3,virtualization=on", true, false, true, 4, 2048)]
    [InlineData("gic-version=3,secure=on,virtualization=on", true, true, true, 8, 1024)]
    [InlineData("gic-version=3,virtualization=on", true, false, true, 34, 2048)]
    [InlineData("gic-version=2,virtualization=on,iommu=smmuv3", true, false, true, 1, 1024)]
    [InlineData("gic-version=3,secure=on,iommu=smmuv3", false, true, true, 4, 1024)]
    public void Device_tree_equals_QEMUs(
        string options, bool el2, bool el3, bool highMemory, int cpus, int megabytes)
    {
        MachineConfiguration machine = new()
        {
            El2 = el2,
            El3 = el3,
            HighMemory = highMemory,
            GicVersion = options.StartsWith("gic-version=3", StringComparison.Ordinal) ? 3 : 2,
            Smmu = options.Contains("iommu=smmuv3", StringComparison.Ordinal),
            Cpus = cpus,
            MemoryBytes = (ulong)megabytes << 20,
        };
        PsciConduit conduit = el3 ? PsciConduit.None : Virt.Board.Conduit(machine);
        Dictionary<string, string> ours = Facts(Virt.Board.DeviceTree(machine, conduit));
        Dictionary<string, string> theirs = Facts(
            FdtReader.Read("QEMU's", QemuSystem.DumpDeviceTree(options, $"{megabytes}M", cpus)));

        string[] missing =
        [
            .. from fact in theirs
               where ours.GetValueOrDefault(fact.Key) != fact.Value
               select $"{fact.Key} = {fact.Value}, not {ours.GetValueOrDefault(fact.Key)}",
        ];
        Assert.Empty(missing);
        Assert.Empty(ours.Keys.Except(theirs.Keys));
    }

    [Fact]
    public void A_tree_that_is_written_and_read_is_the_same()
    {
        FdtTree tree = Virt.Board.DeviceTree(new MachineConfiguration { Cpus = 4 }, PsciConduit.Smc) with
        {
            Reservations = [(0x4000_0000, 0x1000)],
            BootCpu = 2,
        };
        FdtTree back = FdtReader.Read("back", FdtWriter.Write(tree, 1 << 16));
        Assert.Equal(Facts(tree), Facts(back));
        Assert.Equal(tree.Reservations, back.Reservations);
        Assert.Equal(tree.BootCpu, back.BootCpu);
        Assert.Equal(FdtWriter.Write(tree), FdtWriter.Write(back));
    }

    [Fact]
    public void A_broken_blob_is_refused_in_one_line_wherever_it_is_cut_or_changed()
    {
        byte[] blob = FdtWriter.Write(Virt.Board.DeviceTree(new MachineConfiguration(), PsciConduit.Hvc));
        for (int length = 0; length < blob.Length; length += 7)
        {
            Refused(blob.AsSpan(0, length));
        }

        int refused = 0;
        for (int at = 0; at < blob.Length; at += 3)
        {
            byte[] changed = [.. blob];
            changed[at] ^= 0x81;
            try
            {
                FdtReader.Read("changed.dtb", changed);
            }
            catch (MachineConfigurationException e)
            {
                refused++;
                Assert.DoesNotContain('\n', e.Message);
                Assert.StartsWith("changed.dtb: ", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(refused, 100, blob.Length);
    }

    [Fact]
    public void Endlessly_nested_nodes_are_refused()
    {
        FdtNode root = new(string.Empty);
        FdtNode at = root;
        for (int i = 0; i < 100; i++)
        {
            at = at.Add("n");
        }

        Refused(FdtWriter.Write(new FdtTree(root)));
    }

    private static void Refused(ReadOnlySpan<byte> blob)
    {
        byte[] copy = blob.ToArray();
        MachineConfigurationException e = Assert.Throws<MachineConfigurationException>(() => FdtReader.Read("cut.dtb", copy));
        Assert.DoesNotContain('\n', e.Message);
        Assert.StartsWith("cut.dtb: ", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Every property as path and value, order left out; every node as a path without value.</summary>
    private static Dictionary<string, string> Facts(FdtTree tree)
    {
        Dictionary<string, string> facts = [];
        Collect(tree.Root, string.Empty, facts);
        return facts;
    }

    private static void Collect(FdtNode node, string path, Dictionary<string, string> facts)
    {
        facts[path + ":"] = string.Empty;
        foreach (FdtProperty property in node.Properties)
        {
            facts[$"{path}:{property.Name}"] = Random.Contains(property.Name)
                ? $"{property.Value.Length} random bytes"
                : Convert.ToHexString(property.Value);
        }

        foreach (FdtNode child in node.Children)
        {
            Collect(child, $"{path}/{child.Name}", facts);
        }
    }
}
