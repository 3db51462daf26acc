using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>Ways for stock gdb to come, to begin again, and to leave. Document: Debugging with GDB, "Types of Remote Connections" and "Connecting to a Remote Target".</summary>
public sealed class SessionTests : IDisposable
{
    private const string ComesToTheHandler = """
        break handle_abort
        continue
        printf "PASS: it came\n"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-gdb");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.Gdb)]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:0")]
    [InlineData("unix")]
    public async Task Gdb_comes_by_TCP_over_either_IP_and_by_a_Unix_socket(string where)
    {
        string script = Path.Combine(_folder.FullName, "script.gdb");
        await File.WriteAllTextAsync(script, ComesToTheHandler + "\n");
        string demo = Repository.InTree("src/GdbStub/Demo");
        Ended ended = await HostRun.CommandAsync(
            "run", "--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", Path.Combine(demo, "hypervisor.elf"), "--load", Path.Combine(demo, "guest.elf"),
            "--serial", "none", "--timeout", HostRun.HangSeconds, "--gdb", where == "unix" ? "unix:" + Path.Combine(_folder.FullName, "socket") : where, "--script", script);

        Assert.Equal(0, ended.Status);
        Says.InOrder(ended, "Breakpoint 1, handle_abort", "PASS: it came");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Run_in_extended_mode_begins_anew_with_the_images_loaded_again()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            python where = gdb.selected_inferior().connection.details
            disconnect
            python gdb.execute("target extended-remote " + where)
            break guest_step if guest_counter == 13
            run
            p guest_counter
            set var guest_counter = 7777
            set $first = (unsigned long)$pc
            run
            p guest_counter
            p $pc == $first
            kill
            run
            p guest_counter
            """);
        Says.InOrder(gdb, "Breakpoint 1, guest_step", "$1 = 13", "Breakpoint 1, guest_step", "$2 = 13", "$3 = 1", "[Inferior 1 (process 1) killed]",
            "Breakpoint 1, guest_step", "$4 = 13");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Gdb_that_comes_again_finds_the_guest_stopped_and_no_breakpoints()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            python where = gdb.selected_inferior().connection.details
            break guest_step
            continue
            set $there = (unsigned long)$pc
            disconnect
            delete
            python gdb.execute("target remote " + where)
            p (unsigned long)$pc == $there
            break *((unsigned long)guest_step + 4)
            continue
            continue
            p (unsigned long)$pc - (unsigned long)guest_step
            """);
        Says.InOrder(gdb, "Breakpoint 1, guest_step", "$1 = 1", "Breakpoint 2, ", "Breakpoint 2, ", "$2 = 4");
    }
}
