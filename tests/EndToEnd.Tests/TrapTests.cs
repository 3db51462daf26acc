using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Traps;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The log of exceptions to EL2. Who is right: for what happened, the report that situation 1 comes from and the transcript of QEMU 7.2
/// beside its guests; for "it changes nothing", the same run without the log.
/// </summary>
public sealed class TrapTests
{
    private const ulong NoLimit = 8_000_000_000;

    private const ulong XenLimit = 1_500_000_000;

    /// <summary>The demo ticks for ever; by then it has printed everything.</summary>
    private const ulong DemoLimit = 100_000;

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Stops_at_the_stage_2_fault_and_at_the_return_that_spoils_a_register()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Situation1.Arguments("too-small"), "", """
            monitor traps on
            monitor break stage2
            continue
            monitor traps last 1
            monitor break flagged
            continue
            monitor traps last 1 class flagged
            monitor traps counts
            """);

        // gdb prints what comes from the other side on its stderr.
        Says.InOrder(gdb.Errors, gdb.ToString(),
            "gdbhost: stopped by \"monitor break\": cpu0 VMID 1 EL1->EL2", "IPA 0x4010000000, translation fault, level 0",
            "data abort from a lower exception level, read of 4 bytes into w1 at IPA 0x4010000000", "not returned",
            "gdbhost: stopped by \"monitor break\": #1",
            "returned to the same PC, x0 changed to the value of ESR_EL2 (0x93810004)", "1 data-abort");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Tables_of_gdb_have_the_trap_and_what_stage_2_maps()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Situation1.Arguments("ecam-unmapped"), "", """
            info os
            monitor traps on
            monitor break stage2
            continue
            info os traps
            info os s2
            info os gic
            info os pci
            info os tlb
            """);

        Says.InOrder(gdb, "tlb ", "data-abort", "read of 4 bytes into w1 at IPA 0x4010000000", "0x0080000000 0x00bfffffff 0x0080000000 Normal Write-Back",
            "27 ", "1b36:0008", "EL1&0");
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task File_of_the_log_has_one_object_for_each_exception()
    {
        string file = Path.GetTempFileName();
        await HostRun.GuestAsync([.. Situation1.Arguments("too-small"), "--trap-log", file]);

        JsonElement trap = JsonDocument.Parse(File.ReadLines(file).First()).RootElement;
        Assert.Equal("0x4010000000", trap.GetProperty("ipa").GetString());
        Assert.Equal("data-abort", trap.GetProperty("class").GetString());
        Assert.Equal("0x93810004", trap.GetProperty("return").GetProperty("changed").GetProperty("x0")[1].GetString());
        Assert.Equal("syndrome-in-register", trap.GetProperty("return").GetProperty("remarks")[0].GetString());
        File.Delete(file);
    }

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("demo")]
    [InlineData("kvm-host")]
    public void Log_changes_nothing(string which)
    {
        MachineConfiguration configuration = which == "demo" ? DemoGuest.Configuration : DebianAtEl2;
        using PortRun plain = new(configuration);
        ulong limit = which == "demo" ? DemoLimit : NoLimit;
        MachineStop end = plain.RunTo(limit);
        using PortRun logged = new(configuration);
        logged.Inspection.RecordTraps(64);
        Assert.Equal(end, logged.RunTo(limit));

        Assert.Equal(plain.State, logged.State);
        TrapLogContent log = logged.Inspection.ReadTraps(int.MaxValue);
        Assert.InRange(log.Total, 3, long.MaxValue);
        Assert.Equal(Math.Min(64, log.Total), log.Traps.Count);
        Assert.Equal(log.Total, log.Counts.Sum(c => c.Count));
        Assert.Equal(log.Traps.Select(t => t.Number), log.Traps.Select(t => t.Number).Order());
    }

    [RequiresFact(Need.DebianGuests)]
    public void Emulated_reads_of_the_demo_advance_and_change_one_register()
    {
        using PortRun run = new(DemoGuest.Configuration);
        run.Inspection.RecordTraps(MachineInspection.DefaultTraps);
        run.RunTo(DemoLimit);

        MachineTrap[] reads = [.. run.Inspection.ReadTraps(int.MaxValue).Traps.Where(t => t.IsStage2 && (t.Syndrome >> 6 & 1) == 0)];
        Assert.NotEmpty(reads);
        Assert.All(reads, t =>
        {
            Assert.Equal(t.Pc + 4, t.Return!.Pc);
            Assert.Equal(TrapRemarks.None, t.Return.Remarks);
            Assert.Equal(0u, t.Return.Changed & ~(1u << (int)(t.Syndrome >> 16 & 31)));
        });
    }

    [RequiresFact(Need.DebianGuests, Need.DeviceTreeTools)]
    public async Task Log_of_Xen_has_what_dom0_is_trapped_for_and_changes_nothing()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-traps");
        try
        {
            string tree = Path.Combine(folder.FullName, "xen.dtb");
            await XenGuest.MakeTreeAsync(tree, 3);
            MachineConfiguration configuration = XenGuest.Configuration(tree, 3);
            using PortRun plain = new(configuration);
            plain.RunTo(XenLimit);
            using PortRun logged = new(configuration);
            logged.Inspection.RecordTraps(MachineInspection.MostTraps);
            logged.RunTo(XenLimit);

            Assert.Equal(plain.State, logged.State);
            TrapLogContent log = logged.Inspection.ReadTraps(int.MaxValue);
            Assert.Equal(Math.Min(log.Capacity, log.Total), log.Traps.Count);
            Assert.All((int[])[0x01, 0x16, 0x18, 0x24], ec => Assert.Contains(log.Counts, c => c.Kind == MachineTrapKind.Synchronous && c.Class == ec));

            // Xen emulates the distributor for dom0: each read of it is answered in one register, and advances.
            const ulong Distributor = 0x0800_0000;
            MachineTrap[] reads = [.. log.Traps.Where(t => t is { Ipa: >= Distributor and < Distributor + 0x1_0000, Return: not null } && (t.Syndrome >> 6 & 1) == 0)];
            Assert.NotEmpty(reads);
            Assert.All(reads, t => Assert.Equal((t.Pc + 4, 0u), (t.Return!.Pc, t.Return.Changed & ~(1u << (int)(t.Syndrome >> 16 & 31)))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A kernel that begins at EL2 keeps a part of itself there, to be KVM, and calls it.</summary>
    private static MachineConfiguration DebianAtEl2 => new()
    {
        Kernel = new BootFile("vmlinuz", File.ReadAllBytes(Repository.Guest("debian/vmlinuz"))),
        Initrd = new BootFile("initramfs", File.ReadAllBytes(Repository.Guest("debian/initramfs.cpio.gz"))),
        Append = "console=ttyAMA0 nokaslr panic=-1",
    };
}
