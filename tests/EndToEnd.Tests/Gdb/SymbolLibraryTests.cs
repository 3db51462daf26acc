using System;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// Symbols that stock gdb gets by itself ("--symbols", "--load"). Who is right: gdb, by what it knows; the ELF files of the demo, as binutils shows them.
/// Document: Debugging with GDB, "Library List Format" and "Library List Format for SVR4 Targets".
/// </summary>
public sealed class SymbolLibraryTests
{
    private static readonly string Hypervisor = Repository.InTree("src/GdbStub/Demo/hypervisor.elf");
    private static readonly string Guest = Repository.InTree("src/GdbStub/Demo/guest.elf");
    private static readonly string[] Arguments = ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", Hypervisor, "--load", Guest];

    [RequiresFact(Need.Gdb)]
    public async Task Guest_program_has_symbols_without_a_word_of_the_user()
    {
        Conversation gdb = await RunAsync("""
            info sharedlibrary
            break guest_step
            continue
            p guest_counter
            bt
            info symbol handle_abort
            """, "--symbols", Guest);

        Says.InOrder(gdb, "0xffff000080000000  0xffff000080001fe2  Yes", "guest.elf", "Breakpoint 1 at 0xffff0000", "Breakpoint 1, guest_step", "$1 = ",
            "guest_step", "guest_main", "handle_abort in section .text");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Offset_moves_all_segments()
    {
        Conversation plain = await RunAsync("p/x &guest_step\np/x &guest_counter", "--symbols", Guest);
        Says.InOrder(plain, "$1 = 0xffff0000800", "$2 = 0xffff000080");
        Conversation moved = await RunAsync("p/x (long)&guest_step - (long)&guest_main\np/x &guest_counter\np/x (long)&guest_counter - 0x1234000", "--symbols", Guest + "@0x1234000");
        string counter = plain.Output.Split("$2 = ")[1].Split('\n')[0];
        Assert.Contains("$3 = " + counter, moved.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Loaded_program_has_symbols_too_and_nothing_of_Linux_is_lost_by_it()
    {
        Conversation gdb = await RunAsync("""
            info sharedlibrary
            show osabi
            break guest_step
            continue
            bt
            p $_siginfo.si_signo
            info symbol handle_abort
            monitor cpus
            """);
        Says.InOrder(gdb, "0xffff000080000000  0xffff000080001fe2  Yes", "guest.elf", "currently \"GNU/Linux\"", "Breakpoint 1 at 0xffff0000", "Breakpoint 1, guest_step",
            "guest_step", "guest_main", "$1 = 5", "handle_abort in section .text");
        Assert.Contains("guest_step, runs", gdb.Errors, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Gdb_that_takes_the_program_for_no_operating_systems_asks_in_the_other_form()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Arguments, "set osabi none\nset debug remote 1", "set debug remote 0\ninfo sharedlibrary\np &guest_round_limit");
        Says.InOrder(gdb, "0xffff000080000000  0xffff00008000b000  Yes", "guest.elf", "$1 = ");
        Assert.Contains("qXfer:libraries:read", gdb.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Sending packet: $qXfer:libraries-svr4:read", gdb.ToString(), StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Program_that_is_named_and_loaded_is_there_once_where_the_user_has_said()
    {
        Conversation gdb = await RunAsync("info sharedlibrary\nbreak guest_step", "--symbols", Guest + "@0x1000");
        Says.InOrder(gdb, "0xffff000080001000", "guest.elf");
        Assert.DoesNotContain("0xffff000080000000", gdb.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("locations", gdb.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task First_of_the_loaded_programs_is_gdbs_own_where_there_is_no_kernel()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--load", Hypervisor, "--load", Guest], "", "info sharedlibrary\ninfo symbol handle_abort\ninfo symbol guest_step");
        Says.InOrder(gdb, "Reading /hypervisor.elf from remote target", "guest.elf", "handle_abort in section .text", "guest_step in section .text of");
        Assert.DoesNotContain("Yes         target:" + Hypervisor, gdb.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Who_adds_the_symbols_by_hand_as_before_has_one_breakpoint_for_one_place()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Arguments, $"file {Hypervisor}\nadd-symbol-file {Guest}", "break guest_step\ncontinue\nbt");
        Says.InOrder(gdb, "Breakpoint 1 at 0xffff0000", "Breakpoint 1, guest_step", "guest_main");
    }

    [Fact]
    public async Task File_that_is_no_program_is_refused_in_one_line()
    {
        string text = Repository.InTree("README.md");
        Ended ended = await HostRun.CommandAsync("run", "--machine", "virt,el2=on", "--kernel", Hypervisor, "--symbols", text);
        Assert.Equal(2, ended.Status);
        Assert.Contains($"--symbols: {text} has no symbols; name an unstripped ELF file such as vmlinux, or a System.map", ended.Errors, StringComparison.Ordinal);
    }

    private static Task<Conversation> RunAsync(string script, params string[] symbols) => HostRun.UnderGdbAsync(
        [.. Arguments, .. symbols], $"file {Hypervisor}", script);
}
