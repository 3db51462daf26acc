using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>Debian's LLDB 14 on the demo. Who is right: LLDB, which must find its way by itself.</summary>
public sealed class LldbTests
{
    [RequiresFact(Need.Lldb)]
    public async Task LLDB_attaches_breaks_steps_and_reads()
    {
        Conversation lldb = await DemoGuest.UnderLldbAsync(
            "register read pc HCR_EL2", "breakpoint set -n handle_abort", "continue", "memory read --size 4 --format x --count 1 $pc",
            "register read ESR_EL2", "bt", "thread step-inst", "register read pc", "finish", "thread list", "memory region 0x40200000", "detach");

        Says.InOrder(lldb, "hypervisor_boot.S:14", "pc = 0x0000000040200000", "HCR_EL2 = 0x0000000080000000", "stop reason = breakpoint 1.1",
            "a9be7bfd", "ESR_EL2 = 0x0000000093800005", "frame #1:", "handle_sync", "instruction step into", "handle_abort + 4",
            "step out", "thread #1: tid = 0x0001", "rwx", "detached");
    }
}
