using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// vCPUs that stop and go one by one, under stock gdb 13.1 on Linux. Document: GDB manual, "Non-Stop Mode"; the order in which Linux boots: CPU 0 comes
/// to rest_init before it starts the others in smp_init, and each of those comes to secondary_start_kernel.
/// </summary>
public sealed class NonStopTests
{
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public Task One_vCPU_stops_and_steps_while_the_others_run() => DebianAsync(async gdb =>
    {
        await gdb.SayAsync("-break-insert rest_init", "^done");
        await gdb.SayAsync("-break-insert secondary_start_kernel", "^done");
        await gdb.SayAsync("-break-insert smp_cpus_done", "^done");
        await gdb.SayAsync("-exec-continue --all", "*stopped", "breakpoint-hit", "rest_init", "thread-id=\"1\"", "stopped-threads=[\"1\"]");

        // The others are switched off, but were let go, and are running for gdb.
        await gdb.SayAsync("-thread-info", "^done", "state=\"stopped\"", "state=\"running\"");
        await gdb.SayAsync("-exec-step-instruction --thread 1", "*stopped", "end-stepping-range", "thread-id=\"1\"", "rest_init");
        await gdb.SayAsync("-data-evaluate-expression --thread 1 --frame 0 \"$pc == (unsigned long)rest_init + 4\"", "value=\"1\"");

        // CPU 0 starts the others one by one, and each stops; Linux gives up waiting for one that stands, and goes on.
        await gdb.SayAsync("-exec-continue --thread 1", "*stopped", "secondary_start_kernel", "thread-id=\"2\"", "stopped-threads=[\"2\"]");
        await gdb.ListenAsync("*stopped", "secondary_start_kernel", "thread-id=\"3\"", "stopped-threads=[\"3\"]");
        await gdb.ListenAsync("*stopped", "secondary_start_kernel", "thread-id=\"4\"", "stopped-threads=[\"4\"]");
        await gdb.ListenAsync("*stopped", "smp_cpus_done", "thread-id=\"1\"", "stopped-threads=[\"1\"]");

        // gdb brings a vCPU past its breakpoint by itself. CPU 1 runs alone now, into what it waits for; its registers are then those of a stopped one.
        await gdb.SayAsync("-exec-step-instruction --thread 2", "*stopped", "end-stepping-range", "thread-id=\"2\"");
        await gdb.SayAsync("-exec-continue --thread 2", "^running");
        await gdb.SayAsync("-thread-info 1", "^done", "state=\"stopped\"");
        await gdb.SayAsync("-thread-info 2", "^done", "state=\"running\"");
        await gdb.SayAsync("-data-read-memory-bytes &rest_init 4", "^done");
        await gdb.SayAsync("-exec-interrupt --thread 2", "*stopped", "signal-name=\"0\"", "thread-id=\"2\"", "stopped-threads=[\"2\"]");
        await gdb.SayAsync("-data-evaluate-expression --thread 2 --frame 0 \"$pc > 0xffff000000000000\"", "value=\"1\"");
    });

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public Task Worlds_are_refused_in_one_line() => DebianAsync(async gdb =>
    {
        await gdb.SayAsync("-interpreter-exec console \"monitor worlds on\"", "worlds: not in non-stop mode");
        await gdb.ListenAsync("^done");
        await gdb.SayAsync("-thread-info 1", "^done", "state=\"stopped\"");
    });

    private static Task DebianAsync(System.Func<GdbDialogue, Task> talk) => HostRun.InDialogueAsync(
        [
            "--machine", "virt,gic=3,el2=off", "--smp", "4", "--memory", "1G", "--kernel", Repository.Guest("debian/vmlinuz"),
            "--initrd", Repository.Guest("debian/initramfs.cpio.gz"), "--append", "console=ttyAMA0 nokaslr panic=-1",
        ],
        talk,
        "-gdb-set non-stop on", $"-file-exec-and-symbols {DebianKernel.SymbolFile}");
}
