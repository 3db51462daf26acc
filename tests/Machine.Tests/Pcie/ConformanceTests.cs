using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// What every function has to do, whatever it is. Witness: PCI Local Bus Specification 3.0, chapter 6, and PCI Express Base
/// Specification, chapter 7. A kind that is added is tested without a line here.
/// </summary>
public sealed class ConformanceTests
{
    private const uint Ones = uint.MaxValue;

    public static TheoryData<string> Kinds() => [.. PciDevices.Kinds.Where(k => k.FitsRoot).Select(k => k.Name)];

    public static TheoryData<string> All() => [.. PciDevices.Kinds.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void The_header_is_read_only_where_it_has_to_be(string kind)
    {
        using PciMachine machine = Make(kind, out PciFunction function);
        uint[] before = [.. Enumerable.Range(0, 16).Select(i => function.Config.Read(i * 4, 4))];
        for (int at = 0; at < 0x40; at += 4)
        {
            function.WriteConfig(at, 4, Ones);
        }

        Assert.Equal(before[0], function.Config.Read(0, 4));
        Assert.Equal(before[2], function.Config.Read(8, 4));
        Assert.Equal(before[3] >> 16, function.Config.Read(0xe, 2));
        Assert.Equal(before[13], function.Config.Read(0x34, 4));
        Assert.Equal(before[15] >> 8 & 0xff, function.Config.Read(0x3d, 1));
        Assert.Equal(0u, function.Config.Read(4, 2) & 0xf800);
        Assert.Equal(before[1] >> 16, function.Config.Read(6, 2));
        Assert.Equal(function is Bridge ? 1u : 0, function.Config.Read(0xe, 1) & 0x7f);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Base_address_registers_answer_with_their_sizes_and_all_others_with_zero(string kind)
    {
        using PciMachine machine = Make(kind, out PciFunction function);
        HashSet<int> taken = [];
        foreach (BaseAddress bar in function.BaseAddresses)
        {
            int at = 0x10 + (bar.Index * 4);
            Assert.True(taken.Add(bar.Index));
            function.WriteConfig(at, 4, Ones);
            ulong value = function.Config.Read(at, 4);
            ulong flags = bar.IsIo ? 3ul : 0xf;
            Assert.Equal(bar.Flags, value & flags);
            if (bar.Is64Bit)
            {
                Assert.True(taken.Add(bar.Index + 1));
                function.WriteConfig(at + 4, 4, Ones);
                value |= (ulong)function.Config.Read(at + 4, 4) << 32;
            }
            else
            {
                value |= 0xffff_ffff_0000_0000;
            }

            Assert.Equal(bar.Size, ~(value & ~flags) + 1);
        }

        for (int index = 0; index < (function is Bridge ? 2 : 6); index++)
        {
            function.WriteConfig(0x10 + (index * 4), 4, Ones);
            Assert.True(taken.Contains(index) || function.Config.Read(0x10 + (index * 4), 4) == 0);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Capabilities_are_lists_that_end_and_do_not_overlap(string kind)
    {
        using PciMachine machine = Make(kind, out PciFunction function);
        SortedSet<int> places = [];
        for (int at = (int)function.Config.Read(0x34, 1); at != 0; at = (int)function.Config.Read(at + 1, 1))
        {
            Assert.True(at >= 0x40 && at % 4 == 0 && places.Add(at), $"a capability at {at:x}");
        }

        Assert.Equal(places.Count > 0, (function.Config.Read(6, 2) & 0x10) != 0);
        for (int at = 0x100; at != 0 && function.Config.Length > 0x100;)
        {
            uint header = function.Config.Read(at, 4);
            Assert.True(header == 0 ? at == 0x100 : places.Add(at), $"an extended capability at {at:x}");
            at = (int)(header >> 20);
            Assert.True(at == 0 || (at >= 0x100 && at % 4 == 0));
        }

        int end = 0;
        foreach (var capability in function.Capabilities.OrderBy(c => c.Offset).Where(c => places.Contains(c.Offset)))
        {
            Assert.True(capability.Offset >= end, $"{capability.GetType().Name} at {capability.Offset:x}");
            end = capability.Offset + capability.Bytes;
        }

        Assert.Equal(places, function.Capabilities.Select(c => c.Offset).Where(places.Contains).Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Software_changes_no_bit_that_is_not_its_own(string kind)
    {
        using PciMachine machine = Make(kind, out PciFunction function);
        if (function.Config.Length == ConfigSpace.ConventionalBytes || function is Bridge)
        {
            // QEMU's devices keep what software writes where nothing is; what they have is compared with QEMU's.
            return;
        }

        bool[] known = new bool[function.Config.Length];
        foreach (var capability in function.Capabilities)
        {
            known.AsSpan(capability.Offset, capability.Bytes).Fill(true);
        }

        for (int at = 0x40; at < function.Config.Length; at++)
        {
            if (!known[at])
            {
                function.WriteConfig(at, 1, 0xff);
                Assert.Equal(0u, function.Config.Read(at, 1));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_reset_brings_back_the_beginning_whatever_software_has_written(string kind)
    {
        using PciMachine machine = Make(kind, out PciFunction function);
        function.Reset();
        byte[] before = DeviceBytes(function);
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            int size = 1 << random.Next(3);
            function.WriteConfig(random.Next(function.Config.Length / size) * size, size, (uint)random.NextInt64());
            foreach (BaseAddress bar in function.BaseAddresses)
            {
                int wide = 1 << random.Next(4);
                ulong offset = (ulong)random.NextInt64((long)bar.Size / wide) * (ulong)wide;
                bar.Region.Write(offset, wide, (ulong)random.NextInt64());
                bar.Region.Read(offset, wide, out _);
            }
        }

        function.Reset();
        Assert.True(before.AsSpan().SequenceEqual(DeviceBytes(function)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Base_address_registers_over_memory_and_reads_that_go_round_harm_nobody(string kind)
    {
        using PciMachine machine = Make(kind, out PciFunction function);
        foreach (ulong place in (ReadOnlySpan<ulong>)[0x4000_0000, 0x0800_0000, 0x1000_0000, 0xffff_f000, 0])
        {
            foreach (BaseAddress bar in function.BaseAddresses)
            {
                function.WriteConfig(0x10 + (bar.Index * 4), 4, (uint)place);
            }

            function.WriteConfig(4, 2, 7);
            byte[] data = new byte[8192];
            function.Dma.Read(place, data);
            function.Dma.Write(place + 1, data);
            machine.Read(place, 8);
            machine.Write(place + 0x40, Ones);
        }
    }

    private static byte[] DeviceBytes(PciFunction function) => Devices.DeviceFixture.Save(function);

    private static PciMachine Make(string kind, out PciFunction function)
    {
        PciDeviceKind row = PciDevices.Kinds.Single(k => k.Name == kind);
        string place = (row.FitsRoot ? "" : ",bus=up") + (row.Keys.Any(k => k.Name == "serial") ? ",serial=a" : "");
        PciMachine machine = new("pcie-root-port,id=rp", "x3130-upstream,id=up,bus=rp", $"{kind},id=it{place}");
        function = machine.Named("it");
        return machine;
    }
}
