using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Tracing;
using GdbHost.Machine.Debug.Traps;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Tracepoints, trace state variables and static markers under stock gdb 13.1. Document: GDB manual, "Tracepoints". What the demo counts is in
/// src/GdbStub/Demo/guest_main.c (each step: counter = 3 * counter + 1); what it traps on, in hypervisor_traps.c beside it.
/// </summary>
public sealed class TracepointTests
{
    // In the demo's guest, by its symbol; a test below asks gdb.
    private const ulong GuestStep = 0xffff_0000_8000_1c58;
    private const ulong DemoLimit = 60_000;

    [RequiresFact(Need.Gdb)]
    public async Task Tracepoint_collects_registers_memory_and_variables_while_the_guest_runs()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync($$"""
            p/x (unsigned long)guest_step
            tvariable $mine = 5
            trace guest_step if guest_counter > 1
            actions
            collect $x0, guest_counter, $HCR_EL2, $el2_traps
            while-stepping 3
            collect $pc
            end
            end
            trace *((unsigned long)guest_step + 4)
            actions
            teval $mine = $mine + 1
            collect $mine
            end
            passcount 3 1
            tstart
            tstatus
            break guest_step if guest_counter == 364
            continue
            tstatus
            tfind pc &guest_step
            tdump
            p guest_counter
            p/x $HCR_EL2
            p $el2_traps > 0
            p guest_ticks
            tfind
            tdump
            tfind tracepoint 2
            tdump
            tfind none
            p $mine
            p guest_counter
            info tracepoints
            """);

        Says.InOrder(gdb, $"$1 = 0x{GuestStep:x}", "Trace is running on the target", "Breakpoint 3, guest_step", "Trace stopped by tracepoint 1.",
            "Found trace frame 2, tracepoint 1", "$x0 = 4", "guest_counter = 4", "$HCR_EL2 = ", "$el2_traps = ", "$2 = 4", "$3 = 0x80000001", "$4 = 1", "$5 = <unavailable>",
            "Found trace frame 3, tracepoint 1", $"$pc = (void (*)()) 0x{GuestStep + 4:x}", "Found trace frame 4, tracepoint 2", "$mine = 8",
            "$7 = 364", "already hit 3 times", "while-stepping 3");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Saved_trace_opens_as_a_trace_file()
    {
        string file = Path.GetTempFileName();
        Conversation gdb = await DemoGuest.UnderGdbAsync($$"""
            trace guest_step
            actions
            collect $x0, guest_counter
            end
            set circular-trace-buffer on
            set trace-buffer-size 4000
            tstart
            break guest_step if guest_counter == 29524
            continue
            tstop why not
            tstatus
            tsave {{file}}
            target tfile {{file}}
            tstatus
            tfind 0
            p guest_counter
            p $x0 == guest_counter
            p $pc == &guest_step
            p $sp != 0
            tfind
            p guest_counter
            """);

        File.Delete(file);

        // 814 bytes of a frame and 48 beside: 4000 bytes have room for the newest four.
        Says.InOrder(gdb, "Trace stopped by a tstop command (why not).", "Buffer contains 4 trace frames (of 11 created total)", "Using a trace file",
            "Buffer contains 4 trace frames (of 11 created total)", "Found trace frame 0, tracepoint 1", "$1 = 1093", "$2 = 1", "$3 = 1", "$4 = 1", "Found trace frame 1", "$5 = 3280");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Linux_is_traced_at_full_speed()
    {
        string file = Path.GetTempFileName();
        Conversation gdb = await DebianAsync($$"""
            trace kstrdup if $x0 != 0
            actions
            collect $x0, $x30, $sp, (*(unsigned long(*)[2])$sp)
            collect/s (char *)$x0
            collect $instructions
            end
            trace strscpy
            actions
            while-stepping 2
            collect $pc
            end
            end
            passcount 40
            tstart
            break rest_init
            continue
            tstatus
            tstop
            tfind tracepoint 1
            x/s $x0
            info symbol $pc
            tfind tracepoint 1
            tdump
            tfind outside kstrdup, kstrdup+3
            info symbol $pc
            tfind range strscpy, strscpy+16
            info symbol $pc
            tfind pc kstrdup
            info symbol $pc
            tfind end
            tsave {{file}}
            target tfile {{file}}
            tfind tracepoint 1
            x/s $x0
            """);

        File.Delete(file);
        Says.InOrder(gdb, "Breakpoint 3, 0x", "Trace is running on the target.", "Found trace frame 6, tracepoint 1", "\"clk24mhz\"", "kstrdup in section .text", "tracepoint 1",
            "\"lockdown\"", "$instructions = ", "strscpy in section .text", "strscpy + 4 in section .text", "kstrdup in section .text", "No longer looking",
            "Found trace frame 6, tracepoint 1", "\"clk24mhz\"");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Machines_variables_are_conditions_and_arguments_of_breakpoints()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            info tvariables
            set breakpoint condition-evaluation target
            break guest_step if $el2_traps >= 120
            continue
            p $el2_traps >= 120 && $el2_traps < 160
            p $el2_traps == $el2_hvc + $el2_smc + $el2_sysreg + $el2_wfx + $el2_fp + $stage2_aborts
            p $interrupts > 0 && $instructions > 10000
            delete
            set dprintf-style agent
            dprintf guest_step,"traps %lu\n", $el2_traps
            break *((unsigned long)guest_step + 4) if $el2_traps >= 150
            continue
            """);

        Says.InOrder(gdb, "$stage2_aborts", "$el2_traps", "$instructions", "Breakpoint 1, guest_step", "$1 = 1", "$2 = 1", "$3 = 1", "Breakpoint 3, 0x");
        Assert.Contains("traps 1", gdb.Errors, StringComparison.Ordinal);
    }

    // gdb 13 cannot take a tracepoint at a marker back: the second debugger must not be told of it, or it does not connect.
    [RequiresFact(Need.Gdb)]
    public async Task Trace_goes_on_without_its_debugger_and_the_next_one_takes_it_up()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            tvariable $mine = 7
            trace guest_step if guest_counter > 3
            actions
            teval $mine = $mine + 1
            collect guest_counter, $mine
            while-stepping 2
            collect $x0
            end
            end
            strace -m stage2_abort
            set disconnected-tracing on
            set trace-notes look at this
            tstart
            break guest_step if guest_counter == 3280
            continue
            python connection = gdb.selected_inferior().connection.details
            detach
            delete
            python gdb.execute("target remote " + connection)
            tstatus
            info tracepoints
            tstop
            tfind tracepoint 4
            tdump
            tfind none
            p $mine > 8
            """);

        Says.InOrder(gdb, "Breakpoint 3, guest_step", "detached", "Trace is already running on the target.", "Created tracepoint 4 for target's tracepoint 1", "Trace is running on the target",
            "Trace will continue if GDB disconnects.", "look at this", "trace only if guest_counter > 3", "already hit", "while-stepping 2", "Found trace frame", "guest_counter = 4", "$mine = 8",
            "$1 = 1");
    }

    // More than three "strace -m" in one session end gdb 13.1 itself: it reads text that it has freed.
    [RequiresFact(Need.Gdb)]
    public async Task Static_markers_tell_what_happened_in_the_machine()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            info static-tracepoint-markers
            strace -m stage2_abort
            actions
            collect $_sdata, $ELR_EL2
            end
            strace -m wfi
            actions
            collect $_sdata
            end
            tstart
            break guest_step if guest_counter == 121
            continue
            tstop
            info static-tracepoint-markers
            tfind tracepoint 1
            p $_sdata
            p/x $ELR_EL2
            tfind tracepoint 2
            p $_sdata
            """);

        Says.InOrder(gdb, "el2_entry", "el2_return", "stage2_abort", "smmu_event", "psci_call", "wfi", "Static tracepoint 1 at", "Breakpoint 3, guest_step",
            "Probed by static tracepoints: #1", "Found trace frame", "$1 = \"abort cpu=0 ns=", "from=EL1 to=EL2 class=data-abort", "ipa=0x", "$2 = 0x", "Found trace frame", "$3 = \"wfi cpu=0");
    }

    // DEN 0022 (PSCI), function identifiers: Linux asks for the version first, 0x84000000, and starts each further vCPU by CPU_ON, 0xc4000003.
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Static_marker_tells_each_PSCI_call()
    {
        Conversation gdb = await DebianAsync("""
            strace -m psci_call
            actions
            collect $_sdata
            end
            tstart
            break smp_cpus_done
            continue
            tstop
            tfind start
            p $_sdata
            set $newest = -1
            while $trace_frame != -1
              set $newest = $trace_frame
              tfind
            end
            tfind $newest
            p $_sdata
            """);
        Says.InOrder(gdb, "Static tracepoint 1 at", "smp_cpus_done", "Found trace frame 0", "$1 = \"psci cpu=0 ns=", "function=0x84000000 from=EL1 pc=0x", "$2 = \"psci cpu=0 ns=", "function=0xc4000003 from=EL1");
    }

    // IHI 0070, C_BAD_STE: event 0x04, of a stream whose STE is not valid. StreamID 8 is 00:01.0.
    [RequiresFact(Need.Gdb)]
    public async Task Static_marker_tells_each_event_of_the_SMMU()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            StoringGuest.Arguments("dma-exerciser,id=x,addr=1"), "", $"""
            source {Repository.InTree("scripts/scenarios/stores.gdb")}
            exerciser
            smmu_on
            send 2 0x43000000 8 0
            strace -m smmu_event
            actions
            collect $_sdata
            end
            tstart
            stores_run_to_end
            tstop
            tfind start
            p $_sdata
            """);
        Says.InOrder(gdb, "Static tracepoint 1 at", "Found trace frame 0", "$1 = \"smmu cpu=0 ns=", "event=0x4 stream=0x8");
    }

    [RequiresTheory(Need.DebianGuests)]
    [InlineData("demo")]
    [InlineData("debian")]
    public void Tracing_changes_nothing(string which)
    {
        bool isDemo = which == "demo";
        MachineConfiguration configuration = isDemo ? DemoGuest.Configuration : Debian;
        ulong limit = isDemo ? DemoLimit : 60_000_000;
        using PortRun plain = new(configuration);
        plain.RunTo(limit);

        using PortRun traced = new(configuration);
        MachineTracing tracing = traced.Port.Tracing;
        traced.Inspection.RecordTraps(MachineInspection.DefaultTraps);
        Dictionary<int, int> left = [];
        int visits = 0;
        int moves = 0;
        int events = 0;
        tracing.Count();
        tracing.Observe((_, _) => events++);
        tracing.Moved = core =>
        {
            moves++;
            core.Followed = --left[core.Cpu] > 0;
        };
        ulong[] places = isDemo ? [GuestStep, GuestStep + 4] : [DebianKernel.Symbols["memset"], DebianKernel.Symbols["__schedule"] + 4, DebianKernel.Symbols["strscpy"]];
        foreach (ulong place in places)
        {
            tracing.SetVisit(place, core =>
            {
                visits++;
                left[core.Cpu] = 7;
                core.Followed = true;
            });
        }

        traced.RunTo(limit);
        Assert.Equal(plain.State, traced.State);
        Assert.InRange(visits, 5, int.MaxValue);
        Assert.InRange(moves, visits, 7 * visits);
        Assert.InRange(events, 1, int.MaxValue);
        Assert.Equal(traced.Instructions, tracing.Read(MachineCounter.Instructions));
        TrapLogContent log = traced.Inspection.ReadTraps(int.MaxValue);
        Assert.Equal((ulong)log.Counts.Where(c => c.Kind == MachineTrapKind.Synchronous).Sum(c => c.Count), tracing.Read(MachineCounter.El2Traps));
    }

    private static MachineConfiguration Debian => new()
    {
        Cpus = 2,
        Kernel = new BootFile("vmlinuz", File.ReadAllBytes(Repository.Guest("debian/vmlinuz"))),
        Initrd = new BootFile("initramfs", File.ReadAllBytes(Repository.Guest("debian/initramfs.cpio.gz"))),
        Append = "console=ttyAMA0 nokaslr panic=-1",
    };

    private static Task<Conversation> DebianAsync(string script) => HostRun.UnderGdbAsync(
        [
            "--machine", "virt,gic=3,el2=off", "--smp", "2", "--memory", "1G", "--kernel", Repository.Guest("debian/vmlinuz"),
            "--initrd", Repository.Guest("debian/initramfs.cpio.gz"), "--append", "console=ttyAMA0 nokaslr panic=-1",
        ],
        $"file {DebianKernel.SymbolFile}",
        script);
}
