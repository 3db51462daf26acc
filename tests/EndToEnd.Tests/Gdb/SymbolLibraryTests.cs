using System;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// Symbols that stock gdb gets by itself ("--symbols"). Who is right: gdb, by what it knows; the ELF files of the demo, as binutils shows them.
/// Document: Debugging with GDB, "Library List Format", and "Target Description Format", osabi.
/// </summary>
public sealed class SymbolLibraryTests
{
    private static readonly string Hypervisor = Repository.InTree("src/GdbStub/Demo/hypervisor.elf");
    private static readonly string Guest = Repository.InTree("src/GdbStub/Demo/guest.elf");

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

        Says.InOrder(gdb, "0xffff000080000000  0xffff00008000b000  Yes", "guest.elf", "Breakpoint 1 at 0xffff0000", "Breakpoint 1, guest_step", "$1 = ",
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
    public async Task Who_names_no_file_has_gdb_as_ever()
    {
        Conversation gdb = await RunAsync("""
            info sharedlibrary
            show osabi
            info symbol handle_abort
            """);
        Says.InOrder(gdb, "No shared libraries loaded at this time.", "The current OS ABI is \"auto\"", "handle_abort in section .text");
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
        ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", Hypervisor, "--load", Guest, .. symbols], $"file {Hypervisor}", script);
}
