using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boards.Fdt;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Common;
using Xunit;

namespace GdbHost.Machine.Tests.Boot;

/// <summary>
/// Witness: Linux, Documentation/arm64/booting.rst, and the placement of qemu-system-aarch64 7.2 -kernel (QEMU
/// documentation, 'virt' generic virtual platform, Hardware configuration information for bare-metal programming).
/// </summary>
public class BootPlanTests
{
    private const ulong Ram = 0x4000_0000;
    private const ulong Megabyte = 1 << 20;

    [Fact]
    public void An_Image_goes_to_its_text_offset_and_X0_gets_the_tree()
    {
        BootPlan plan = Plan(new MachineConfiguration { Kernel = Image(0, 0x20_0000) });
        Assert.True(plan.IsLinux);
        Assert.Equal(Ram + (2 * Megabyte), plan.Entry);
        Assert.Equal(ExceptionLevel.El2, plan.StartLevel);
        Assert.Equal(PsciConduit.Smc, plan.Conduit);
        Assert.Equal(Ram + (128 * Megabyte), plan.DeviceTreeAddress);
        Assert.Equal(1 << 20, plan.DeviceTree.Length);
    }

    [Theory]
    [InlineData(0x80000, 0x40080000)]
    [InlineData(0x1000, 0x40001000)]
    [InlineData(0xfff, 0x40200fff)]
    public void A_text_offset_within_the_first_page_moves_up_by_2_MiB(ulong offset, ulong entry) =>
        Assert.Equal(entry, Plan(new MachineConfiguration { Kernel = Image(offset, 0x1000) }).Entry);

    [Fact]
    public void A_kernel_without_magic_or_without_size_goes_to_0x80000()
    {
        Assert.Equal(Ram + 0x80000, Plan(new MachineConfiguration { Kernel = new BootFile("raw", new byte[100]) }).Entry);
        Assert.Equal(Ram + 0x80000, Plan(new MachineConfiguration { Kernel = Image(0x4000, 0) }).Entry);
    }

    [Fact]
    public void A_packed_Image_is_unpacked()
    {
        BootFile image = Image(0, 0x1000);
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(image.Bytes.Span);
        }

        BootPlan plan = Plan(new MachineConfiguration { Kernel = new BootFile("Image.gz", packed.ToArray()) });
        Assert.Equal(Ram + (2 * Megabyte), plan.Entry);
        Assert.Equal(image.Bytes.ToArray(), plan.Placements[0].Bytes.ToArray());
    }

    [Theory]
    [InlineData(64, 32)]
    [InlineData(1024, 128)]
    public void Initrd_goes_to_half_of_RAM_or_128_MiB_and_the_tree_behind_it(ulong megabytes, ulong expected)
    {
        BootPlan plan = Plan(new MachineConfiguration
        {
            MemoryBytes = megabytes * Megabyte,
            Kernel = Image(0, 0x1000),
            Initrd = new BootFile("initrd", new byte[5000]),
            Append = "console=ttyAMA0",
        });
        ulong start = Ram + (expected * Megabyte);
        Assert.Equal(start, plan.Placements[1].Address);
        Assert.Equal(start + (2 * Megabyte), plan.DeviceTreeAddress);
        FdtNode chosen = FdtReader.Read("dtb", plan.DeviceTree.Span).Root.Child("chosen")!;
        Assert.Equal("console=ttyAMA0", chosen.Property("bootargs")!.Text);
        Assert.Equal([0, (uint)start], chosen.Property("linux,initrd-start")!.Cells);
        Assert.Equal([0, (uint)start + 5000], chosen.Property("linux,initrd-end")!.Cells);
    }

    [Fact]
    public void Initrd_goes_behind_a_kernel_that_reaches_beyond_128_MiB()
    {
        BootPlan plan = Plan(new MachineConfiguration { Kernel = Image(0, 0x0a00_0123), Initrd = new BootFile("initrd", new byte[1]) });
        Assert.Equal(Ram + 0x0a20_1000, plan.Placements[1].Address);
    }

    [Fact]
    public void An_ELF_kernel_is_entered_at_the_highest_level_with_the_tree_at_the_start_of_RAM()
    {
        BootPlan plan = Plan(new MachineConfiguration { Kernel = Elf(Ram + (2 * Megabyte)), Append = "x=1" });
        Assert.False(plan.IsLinux);
        Assert.Equal(Ram + (2 * Megabyte) + 8, plan.Entry);
        Assert.Equal(ExceptionLevel.El2, plan.StartLevel);
        Assert.Equal(Ram, plan.DeviceTreeAddress);
        Assert.Equal("x=1", FdtReader.Read("dtb", plan.DeviceTree.Span).Root.Find("/chosen")!.Property("bootargs")!.Text);
    }

    [Fact]
    public void An_ELF_kernel_that_leaves_no_room_before_it_gets_no_tree() =>
        Assert.True(Plan(new MachineConfiguration { Kernel = Elf(Ram + 0x80000) }).DeviceTree.IsEmpty);

    [Fact]
    public void The_entry_of_a_segment_whose_addresses_differ_is_physical() =>
        Assert.Equal(
            Ram + (2 * Megabyte) + 8,
            Plan(new MachineConfiguration { Kernel = Elf(Ram + (2 * Megabyte), 0xffff_8000_0000_0000) }).Entry);

    [Theory]
    [InlineData(false, false, false, ExceptionLevel.El1, "hvc")]
    [InlineData(true, false, false, ExceptionLevel.El2, "smc")]
    [InlineData(false, true, false, ExceptionLevel.El3, null)]
    [InlineData(true, true, false, ExceptionLevel.El3, null)]
    [InlineData(false, true, true, ExceptionLevel.El1, "hvc")]
    [InlineData(true, true, true, ExceptionLevel.El2, "smc")]
    public void Start_level_and_PSCI_follow_from_the_levels_there_are_and_the_kind_of_kernel(
        bool el2, bool el3, bool linux, object level, string? method)
    {
        BootPlan plan = Plan(new MachineConfiguration
        {
            El2 = el2,
            El3 = el3,
            Kernel = linux ? Image(0, 0x1000) : Elf(Ram + (2 * Megabyte)),
        });
        Assert.Equal(level, plan.StartLevel);
        Assert.Equal(method, FdtReader.Read("dtb", plan.DeviceTree.Span).Root.Find("/psci")?.Property("method")!.Text);
    }

    [Fact]
    public void Without_a_kernel_the_first_loaded_ELF_is_entered()
    {
        BootPlan plan = Plan(new MachineConfiguration
        {
            Loads =
            [
                new LoadFile(new BootFile("blob", new byte[16]), 0x8800_0000),
                new LoadFile(Elf(0x8000_0000), null),
                new LoadFile(Elf(0x8100_0000), null),
            ],
            MemoryBytes = 4096 * Megabyte,
        });
        Assert.Equal(0x8000_0008ul, plan.Entry);
        Assert.Equal([0x8800_0000, 0x8000_0000, 0x8100_0000, Ram], plan.Placements.Select(p => p.Address));
    }

    [Fact]
    public void A_users_tree_stays_as_it_is_unless_something_is_put_in()
    {
        FdtNode root = new(string.Empty);
        root.SetText("compatible", "mine").SetCells("#address-cells", 1).SetCells("#size-cells", 1);
        BootFile tree = new("mine.dtb", FdtWriter.Write(new FdtTree(root)));
        MachineConfiguration machine = new() { Kernel = Image(0, 0x1000), DeviceTree = tree };
        Assert.Equal(tree.Bytes.ToArray(), Plan(machine).DeviceTree.ToArray());

        BootPlan patched = Plan(machine with { Append = "quiet", Initrd = new BootFile("initrd", new byte[16]) });
        FdtTree read = FdtReader.Read("patched", patched.DeviceTree.Span);
        Assert.Equal("mine", read.Root.Property("compatible")!.Text);
        Assert.Equal("quiet", read.Root.Find("/chosen")!.Property("bootargs")!.Text);
        Assert.Equal([0x4800_0000u], read.Root.Find("/chosen")!.Property("linux,initrd-start")!.Cells);
    }

    [Fact]
    public void What_cannot_be_loaded_is_refused_in_one_line_that_names_it()
    {
        byte[] elf = Elf(Ram).Bytes.ToArray();
        Refused("cut.elf", new() { Kernel = new BootFile("cut.elf", elf.AsMemory(0, 100)) }, "truncated");
        Refused("cut.elf", new() { Kernel = new BootFile("cut.elf", elf.AsMemory(0, elf.Length - 1)) }, "truncated");
        Refused("short.elf", new() { Kernel = new BootFile("short.elf", elf.AsMemory(0, 20)) }, "complete");
        Refused("x86.elf", new() { Kernel = Changed("x86.elf", elf, 18, 62) }, "another architecture");
        Refused("big.elf", new() { Kernel = Changed("big.elf", elf, 5, 2) }, "big-endian");
        Refused("small.elf", new() { Kernel = Changed("small.elf", elf, 4, 1) }, "32-bit");
        Refused("object.o", new() { Kernel = Changed("object.o", elf, 16, 1) }, "no executable");
        Refused("far.elf", new() { Kernel = Elf(0x2_0000_0000, name: "far.elf") }, "not in RAM");
        Refused("wrap.elf", new() { Kernel = Elf(ulong.MaxValue - 4, name: "wrap.elf") }, "impossible size");
        Refused("huge", new() { Kernel = Image(0, 0x8000_0000, "huge") }, "more than RAM has");
        Refused("empty", new() { Kernel = new BootFile("empty", Array.Empty<byte>()) }, "empty");
        Refused("bad.gz", new() { Kernel = new BootFile("bad.gz", new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7 }) }, "unpacked");
        Refused("blob", new() { Loads = [new LoadFile(new BootFile("blob", new byte[9]), null)] }, "FILE@ADDRESS");
        Refused("initrd", new() { Initrd = new BootFile("initrd", new byte[9]) }, "no kernel");
        Refused("initrd", new() { Initrd = new BootFile("initrd", new byte[9]), Kernel = Elf(Ram) }, "ELF");
        Refused("b", new() { Loads = [Blob("a", Ram + 0x1000), Blob("b", Ram + 0x1fff)] }, "overlaps");
        Refused("blob", new() { Loads = [Blob("blob", 0x9000_0000)] }, "not in RAM");
        Refused("tree", new() { Kernel = Image(0, 1), DeviceTree = new BootFile("tree", new byte[50]) }, "device tree");
        Refused("--machine nosuch", new() { Board = "nosuch" }, "virt");
        Refused("--cpu cortex-a57", new() { Cpu = "cortex-a57" }, "cortex-a53");
        Refused("--smp 9", new() { Cpus = 9 }, "1 to 8");
        Refused("--memory", new() { MemoryBytes = 100 }, "multiple");
        Refused("--memory", new() { MemoryBytes = 256UL << 30 }, "255G");
        Refused("--memory", new() { MemoryBytes = 4UL << 30, HighMemory = false }, "3G");
    }

    private static LoadFile Blob(string name, ulong address) => new(new BootFile(name, new byte[0x1000]), address);

    private static BootFile Changed(string name, byte[] file, int at, byte value)
    {
        byte[] changed = [.. file];
        changed[at] = value;
        return new BootFile(name, changed);
    }

    private static void Refused(string names, MachineConfiguration machine, string reason)
    {
        MachineConfigurationException e = Assert.Throws<MachineConfigurationException>(() => MachineFactory.Create(machine, _ => { }).Dispose());
        Assert.Contains(names, e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains(';', e.Message);
    }

    private static BootPlan Plan(MachineConfiguration machine) => BootPlan.Make(machine, Virt.Board);

    private static BootFile Image(ulong textOffset, ulong size, string name = "Image")
    {
        byte[] image = new byte[256];
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(8), textOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(16), size);
        Encoding.ASCII.GetBytes("ARMd").CopyTo(image, 56);
        return new BootFile(name, image);
    }

    /// <summary>One executable segment of 16 bytes in the file and 32 in memory, entered at its byte 8.</summary>
    private static BootFile Elf(ulong physical, ulong? virtualAddress = null, string name = "kernel.elf")
    {
        byte[] elf = new byte[64 + 56 + 16];
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(elf);
        Span<byte> header = elf;
        ulong start = virtualAddress ?? physical;
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], 183);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], start + 8);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);
        Span<byte> program = header[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(program, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(program[4..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(program[8..], 120);
        BinaryPrimitives.WriteUInt64LittleEndian(program[16..], start);
        BinaryPrimitives.WriteUInt64LittleEndian(program[24..], physical);
        BinaryPrimitives.WriteUInt64LittleEndian(program[32..], 16);
        BinaryPrimitives.WriteUInt64LittleEndian(program[40..], 32);
        return new BootFile(name, elf);
    }
}
