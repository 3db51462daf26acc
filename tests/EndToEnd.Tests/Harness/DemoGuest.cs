using System.IO;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>The built-in demo's two programs, run as a user's own.</summary>
internal static class DemoGuest
{
    /// <summary>Follows a gdb script on the demo, stopped at its first instruction, with the symbols of both programs.</summary>
    public static async Task<Conversation> UnderGdbAsync(string script)
    {
        string folder = Repository.InTree("src/GdbStub/Demo");
        string hypervisor = Path.Combine(folder, "hypervisor.elf");
        string guest = Path.Combine(folder, "guest.elf");
        return await HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", hypervisor, "--load", guest],
            $"file {hypervisor}\nadd-symbol-file {guest}",
            script);
    }

    /// <summary>The same under LLDB, with the hypervisor's symbols.</summary>
    public static Task<Conversation> UnderLldbAsync(params string[] commands)
    {
        string folder = Repository.InTree("src/GdbStub/Demo");
        string hypervisor = Path.Combine(folder, "hypervisor.elf");
        return HostRun.UnderLldbAsync(
            ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", hypervisor, "--load", Path.Combine(folder, "guest.elf")],
            hypervisor, commands);
    }
}
