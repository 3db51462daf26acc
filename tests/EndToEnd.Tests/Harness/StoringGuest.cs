using System.IO;
using System.Linq;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A machine for scripts that bring their own program (scripts/scenarios/stores.gdb).</summary>
internal static class StoringGuest
{
    // Tests run side by side, and the file is one.
    private static readonly string Image = Write(Path.Combine(Path.GetTempPath(), $"gdbhost-test-{System.Environment.ProcessId}-spin.bin"));

    /// <summary>The options of a machine with an SMMU and devices.</summary>
    public static string[] Arguments(params string[] devices) =>
    [
        "--machine", "virt,el2=off,iommu=smmuv3", "--memory", "64M", "--kernel", Image,
        .. devices.SelectMany(static d => new[] { "--device", d }),
    ];

    private static string Write(string path)
    {
        File.WriteAllBytes(path, [0, 0, 0, 0x14]); // b .
        return path;
    }
}
