using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The monitor commands on Debian that runs as a KVM host. Who is right: for "looking changes nothing", the same boot that nobody has looked at;
/// for what is printed, the kernel's use of the board (Linux, arch/arm64) and QEMU's memory map.
/// </summary>
public sealed class MonitorOnGuestsTests
{
    private const ulong Limit = 400_000_000;

    /// <summary>The private interrupt of CNTHP, by which Xen keeps time.</summary>
    private const int HypervisorTimer = 26;

    /// <summary>These change something, as they are to.</summary>
    private static readonly string[] Changing =
        ["snapshot", "device_add", "device_del", "pcie_aer_inject_error", "pci_dma", "system_reset", "quit"];

    private static readonly string[] Lines =
    [
        "help",
        "el2",
        "sysreg HCR_EL2",
        "translate $pc",
        "walk $sp",
        "why", "why irq 27", "why irq 33", "why irq 9000", "why hang",
        "traps", "traps on 16", "traps last 3", "traps class hvc", "traps counts", "traps off",
        "break flagged", "break pci 00:00.0 0 r", "break msi", "break dma 00:00.0 0x0-0xfff r", "break smmu", "break smmu CERROR",
        "break undef vmid 1", "break serror to el1", "break reset", "break wfi-idle", "break write-sysreg SP_EL0",
        "break psci CPU_ON", "break psci vmid 1", "break smmu vmid 1", "break msi vmid 1", "break dma 00:00.0 vmid 1", "break off",
        "reach 0x09000000", "reach 0x4010000000", "reach 0x8000100", "reach 0x9999999999",
        "ipa 0x40000000",
        "s1 map", "s1 map el2",
        "s2 map", "s2 check",
        "tlb", "tlb stale",
        "map",
        "gic", "gic its",
        "dt guest",
        "s2 check 0x40000000",
        "timer",
        "psci",
        "space",
        "error",
        "worlds",
        "watch", "watch off",
        "step",
        "state",
        "pci", "pci config 00:00.0",
        "pci_config 00:1f.7",
        "serial",
        "cpus",
        "info cpus",
        "linux", "linux kaslr", "linux log 3", "linux tasks",
        "report /no/such/folder/x.html",
        "dt", "dt /psci",
        "info registers", "info mtree", "info pci", "info tlb", "info irq", "info mem", "info qtree", "info status", "info version",
        "xp/8xw 0x40000000", "xp/2xg 0x09000000",
        "gva2gpa $pc",
        "gpa2hva 0x40000000", "gpa2hva 0x09000000", "gpa2hva 0x9999999999",
        "stop",
        "cont",
        "nonsense",
        "msi its", "msi explain 00:00.0",
        "smmu", "smmu streams", "smmu ste 8", "smmu cd 8", "smmu walk 8 0x1000 w", "smmu walk 8 0x1000 w 1", "smmu tlb", "smmu cmdq",
        "smmu eventq", "smmu priq", "smmu stalls", "smmu atc", "smmu stale", "smmu orphans",
        "dma explain 00:00.0 0x40000000 w 5", "dma explain 00:00.0 0x40000000 w", "dma log on", "dma log", "dma log last 3 00:00.0",
        "dma log off", "dma doorbells", "dma overlaps 00:00.0",
    ];

    [RequiresTheory(Need.DebianGuests)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_command_in_the_middle_of_a_boot_changes_nothing(int gic)
    {
        using MachineTarget plain = MachineTarget.Create(KvmHost(gic), static _ => { }, Limit);
        Assert.Equal(StopKind.InstructionLimit, TargetRun.Run(plain).Kind);

        using MachineTarget looked = MachineTarget.Create(KvmHost(gic), static _ => { }, Limit);
        int calls = 0;
        looked.Inspection.StopAtTraps(t => ++calls == 6 ? "here" : null, null);
        TargetStop stop = TargetRun.Run(looked);
        Assert.Equal((StopKind.Event, "here"), (stop.Kind, stop.Explanation));
        TargetState before = looked.State;
        foreach (string line in Lines)
        {
            string text = TargetRun.Ask(looked, line);
            Assert.NotEmpty(text);
            Assert.True(before == looked.State, line);
            SameAsObjects(text, line, TargetRun.Ask(looked, line + " --json"));
        }

        Examples(looked, before);
        Assert.Contains("PA 0x40000000 to 0x40000007", TargetRun.Ask(looked, "watch 0x40000000 8 rw walks dma"), StringComparison.Ordinal);
        Assert.Equal(before, looked.State);
        TargetRun.Ask(looked, "watch off");
        IEnumerable<string> named = Lines.Select(static l => l.Split(' ', '/')[0]);
        Assert.Empty(MonitorTable.Offered(new MonitorRequest(looked, 0)).Select(static c => c.Name).Except(named).Except(Changing));
        Assert.Equal(StopKind.InstructionLimit, TargetRun.Run(looked).Kind);
        Assert.Equal(plain.State, looked.State);
    }

    // What the help tells a user to type is understood, also where this guest has no such thing, and changes nothing.
    private static void Examples(MachineTarget target, TargetState before)
    {
        foreach (MonitorCommand row in MonitorTable.Offered(new MonitorRequest(target, 0)).Where(row => !Changing.Contains(row.Name)))
        {
            foreach (string line in row.Examples.Where(static e => !e.Arguments.Contains("/tmp/", StringComparison.Ordinal)).Select(row.Line))
            {
                Assert.DoesNotContain("usage: monitor", TargetRun.Ask(target, line), StringComparison.Ordinal);
                Assert.True(before == target.State, line);
            }
        }

        foreach (string off in (string[])["break off", "watch off", "traps off", "dma log off", "worlds off"])
        {
            TargetRun.Ask(target, off);
        }
    }

    /// <summary>An answer for programs (RFC 8259): each line of the text as an object, and one for the end.</summary>
    private static void SameAsObjects(string text, string line, string json)
    {
        JsonElement[] objects = [.. json.TrimEnd('\n').Split('\n').Select(static o => JsonDocument.Parse(o).RootElement)];
        IEnumerable<string> texts = objects.SkipLast(1).Select(static o => o.GetProperty("text").GetString() + "\n");
        Assert.True(text == string.Concat(texts), line);
        Assert.Contains(objects[^1].GetProperty("status").GetString(), (string[])["ok", "failed"]);
        Assert.Equal(line.Split(' ', '/')[0], objects[^1].GetProperty("command").GetString());
    }

    // 0xd4000002 is HVC #0 (DDI 0487, HVC); ELR_EL2 is behind it.
    [RequiresFact(Need.DebianGuests)]
    public void Why_shows_the_HVC_and_not_the_instruction_behind_it()
    {
        using MachineTarget target = MachineTarget.Create(KvmHost(2), static _ => { }, Limit);
        target.Inspection.StopAtTraps(static t => (t.Syndrome >> 26) == 0x16 ? "hvc" : null, null);
        Assert.Equal(StopKind.Event, TargetRun.Run(target).Kind);

        Assert.Contains("instruction: 0xd4000002 at 0x", TargetRun.Ask(target, "why"), StringComparison.Ordinal);
    }

    [RequiresFact(Need.DebianGuests)]
    public void Commands_say_of_a_booted_kernel_what_it_has_set_up()
    {
        using MachineTarget target = MachineTarget.Create(KvmHost(3), static _ => { }, Limit);
        target.Inspection.RecordTraps(64);
        TargetRun.Run(target);

        Assert.Contains("GICv3", TargetRun.Ask(target, "gic"), StringComparison.Ordinal);
        Assert.Matches(@"interrupt +\d+ cpu1: enabled.*, level", TargetRun.Ask(target, "gic"));
        Assert.Matches(@"cpu\d CNTHP: enabled|cpu\d CNTV: enabled|cpu\d CNTP: enabled", TargetRun.Ask(target, "timer"));
        Assert.Contains("CPU_ON", TargetRun.Ask(target, "psci"), StringComparison.Ordinal);
        Assert.Contains("hvc", TargetRun.Ask(target, "traps counts"), StringComparison.Ordinal);
        Assert.Contains("first blocked link: pending", TargetRun.Ask(target, "why irq 33"), StringComparison.Ordinal);
        Assert.Contains("uart+0x18: register UARTFR", TargetRun.Ask(target, "reach 0x09000018"), StringComparison.Ordinal);
        Assert.Contains("1b36:0008", TargetRun.Ask(target, "pci"), StringComparison.Ordinal);
        Assert.Matches(@"(?s)bus: main-system-bus.*dev: uart, mmio 0x0009000000/0x1000\n.*bus: pcie\.0.*1b36:0008", TargetRun.Ask(target, "info qtree"));
        Assert.StartsWith("0x40000010 is ram+0x10;", TargetRun.Ask(target, "gpa2hva 0x40000010"), StringComparison.Ordinal);
        Assert.StartsWith("Memory at address 0x9000000 is not RAM: uart", TargetRun.Ask(target, "gpa2hva 0x09000000"), StringComparison.Ordinal);
        Assert.StartsWith("000: 36 1b 08 00", TargetRun.Ask(target, "pci config 00:00.0"), StringComparison.Ordinal);
        Assert.Contains("method = \"smc\"", TargetRun.Ask(target, "dt /psci"), StringComparison.Ordinal);
        Assert.Contains("[    0.", TargetRun.Ask(target, "serial 100"), StringComparison.Ordinal);
        Assert.Contains("stage 2 is off", TargetRun.Ask(target, "s2 map"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("why irq")]
    [InlineData("why irq 70000")]
    [InlineData("why not")]
    [InlineData("traps last 0")]
    [InlineData("traps on 9999999")]
    [InlineData("traps ipa 1-2-3")]
    [InlineData("traps class")]
    [InlineData("break")]
    [InlineData("break stage2 vmid")]
    [InlineData("break stage2 vmid x")]
    [InlineData("reach")]
    [InlineData("reach nowhere")]
    [InlineData("ipa 0x0 q")]
    [InlineData("s1 map el9")]
    [InlineData("s2")]
    [InlineData("tlb all")]
    [InlineData("serial 0")]
    [InlineData("dt a b")]
    [InlineData("pci config 1")]
    [InlineData("pci_config zz:00.0")]
    [InlineData("info everything")]
    [InlineData("xp/99999xg 0x0")]
    [InlineData("xp/4q 0x0")]
    [InlineData("gva2gpa")]
    [InlineData("gpa2hva")]
    [InlineData("report")]
    [InlineData("linux log 0")]
    [InlineData("linux everything")]
    [InlineData("dma log last 0")]
    [InlineData("dma overlaps")]
    [InlineData("dma doorbells all")]
    [InlineData("dma log off 00:00.0")]
    [InlineData("dma explain 00:00.0 0x0")]
    public void Wrong_arguments_get_the_usage_line(string line)
    {
        using MachineTarget target = MachineTarget.Create(DemoGuest.Configuration, static _ => { });
        Assert.StartsWith("usage: monitor ", Assert.Single(TargetRun.Ask(target, line).TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("traps class nosuch", "There is no class \"nosuch\"; there are undef, ")]
    [InlineData("break trap nosuch", "There is no class \"nosuch\"; there are undef, ")]
    [InlineData("trasp", "There is no monitor command \"trasp\"; near it are traps, ")]
    [InlineData("traps export /no/such/folder/file", "/no/such/folder/file: ")]
    [InlineData("traps export /dev/null", "/dev/null: it is there already; name another file")]
    [InlineData("why irq 8192", "There is no interrupt 8192 for cpu0: ")]
    public void Mistake_is_answered_with_what_there_is(string line, string answer)
    {
        using MachineTarget target = MachineTarget.Create(DemoGuest.Configuration, static _ => { });
        Assert.StartsWith(answer, Assert.Single(TargetRun.Ask(target, line).TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [RequiresTheory(Need.DebianGuests, Need.DeviceTreeTools)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Interrupt_that_Xen_takes_is_followed_to_the_mask_of_its_vector(int gic)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-monitor");
        try
        {
            string tree = Path.Combine(folder.FullName, "xen.dtb");
            await XenGuest.MakeTreeAsync(tree, gic);
            using MachineTarget target = MachineTarget.Create(XenGuest.Configuration(tree, gic), static _ => { }, 1_500_000_000);
            TargetRun.Ask(target, $"break irq {HypervisorTimer}");
            TargetStop stop = TargetRun.Run(target);

            Assert.Equal(StopKind.Event, stop.Kind);
            Assert.Contains($"interrupt {HypervisorTimer}", stop.Explanation, StringComparison.Ordinal);
            string why = TargetRun.Ask(target, $"why irq {HypervisorTimer}");
            Assert.Contains($"interrupt {HypervisorTimer} (PPI) to cpu0, GICv{gic}", why, StringComparison.Ordinal);
            Assert.Contains("ok      pending: level-sensitive, line high, pending", why, StringComparison.Ordinal);
            Assert.Contains($"ok      highest: the most urgent pending interrupt is {HypervisorTimer}", why, StringComparison.Ordinal);
            Assert.Contains("first blocked link: PSTATE and routing: PSTATE.I masks it", why, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresFact(Need.DebianGuests)]
    public void Ranges_of_stage_1_agree_with_single_translations()
    {
        using MachineTarget target = MachineTarget.Create(KvmHost(2), static _ => { }, Limit);
        TargetRun.Run(target);

        var map = target.Inspection.Map(0, MemorySpace.El1);
        Assert.True(map is { IsOn: true, IsComplete: true });
        Assert.InRange(map.Ranges.Count, 10, int.MaxValue);
        foreach (var range in map.Ranges.TakeLast(200))
        {
            foreach (ulong address in (ulong[])[range.Start, range.Last])
            {
                WalkReport one = target.Explain(0, address, 1, WalkAccess.Read);
                Assert.Equal(range.Output + (address - range.Start), one.Physical);
            }

            Assert.NotEqual(range.Output + (range.Last - range.Start) + 1, target.Explain(0, range.Last + 1, 1, WalkAccess.Read) is { Physical: ulong next } after
                && after.Attributes == target.Explain(0, range.Start, 1, WalkAccess.Read).Attributes ? next : 0);
        }
    }

    private static MachineConfiguration KvmHost(int gic) => new()
    {
        Cpus = 2,
        GicVersion = gic,
        Smmu = gic == 3,
        Kernel = new BootFile("vmlinuz", File.ReadAllBytes(Repository.Guest("cloud/vmlinuz"))),
        Initrd = new BootFile("initramfs", File.ReadAllBytes(Repository.Guest("cloud/initramfs.cpio.gz"))),
        Append = "console=ttyAMA0 nokaslr panic=-1",
    };
}
