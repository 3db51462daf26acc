using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>The embedded ELF files of the demo come from the sources beside them. Oracle: the cross compiler.</summary>
public sealed class DemoBuildTests
{
    private static readonly string DemoFolder = Repository.InTree("src/GdbStub/Demo");
    private static readonly string[] ElfFiles = ["hypervisor.elf", "hypervisor-defect.elf", "guest.elf"];

    [Fact]
    public void Demo_sources_are_those_the_stamp_records()
    {
        string[] stamp = File.ReadAllLines(Path.Combine(DemoFolder, "stamp.txt"));
        string[] sources = [.. Directory.GetFiles(DemoFolder)
            .Where(file => Path.GetExtension(file) is ".sh" or ".ld" or ".h" or ".S" or ".c")
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetFileName(file)}")
            .Order(StringComparer.Ordinal)];

        Assert.Equal(sources, stamp.Skip(1).Order(StringComparer.Ordinal));
    }

    [RequiresFact(Need.CrossCompiler)]
    public async Task Demo_rebuilt_by_the_recorded_compiler_gives_the_same_bytes()
    {
        string folder = Directory.CreateTempSubdirectory("gdbhost-demo").FullName;
        try
        {
            Ended build = await ChildProcess.RunAsync(Path.Combine(DemoFolder, "build.sh"), folder);
            Assert.True(build.Status == 0, build.Errors);
            string compilerHere = File.ReadLines(Path.Combine(folder, "stamp.txt")).First();
            string compilerThen = File.ReadLines(Path.Combine(DemoFolder, "stamp.txt")).First();
            foreach (string name in ElfFiles)
            {
                byte[] rebuilt = await File.ReadAllBytesAsync(Path.Combine(folder, name));
                byte[] committed = await File.ReadAllBytesAsync(Path.Combine(DemoFolder, name));
                // Another compiler may choose other instructions; it must still build.
                Assert.True(compilerHere != compilerThen || rebuilt.AsSpan().SequenceEqual(committed), $"{name} differs: run build.sh");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
