using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Symbols;
using Xunit;
using SymbolFile = GdbHost.GdbStub.Symbols.SymbolFile;

namespace GdbHost.EndToEnd.Tests;

/// <summary>Files of symbols. Who is right: binutils' nm.</summary>
public sealed class SymbolFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [RequiresFact(Need.CrossCompiler)]
    public async Task Symbols_are_those_of_nm_in_an_ELF_file_and_in_a_map()
    {
        string elf = Repository.InTree("src/GdbStub/Demo/hypervisor.elf");
        Ended nm = await ChildProcess.RunAsync("aarch64-linux-gnu-nm", "--defined-only", elf);
        (ulong Address, string Name)[] expected = [.. nm.Output.TrimEnd().Split('\n').Select(static l => l.Split(' '))
            .Where(static w => !w[2].StartsWith('$')).Select(static w => (ulong.Parse(w[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), w[2]))];
        Assert.InRange(expected.Length, 20, int.MaxValue);
        await File.WriteAllTextAsync(_file, nm.Output);
        foreach (string path in (string[])[elf, _file])
        {
            SymbolTable table = SymbolFile.Read("--symbols", path);
            Assert.All(expected.DistinctBy(static e => e.Name), e => Assert.NotNull(table.Find(e.Name)));
            ulong vector = expected.First(static e => e.Name == "el2_sync_vector").Address;
            Assert.Equal("el2_sync_vector+0x4", table.NameOf(vector + 4));
            Assert.Equal("el2_sync_vector", table.NameOf(vector + 0x1000, 0x1000));
            Assert.Null(table.NameOf(0));
        }
    }

    [Fact]
    public void File_without_symbols_is_refused_in_one_line()
    {
        File.WriteAllText(_file, "nothing\n");
        UserErrorException problem = Assert.Throws<UserErrorException>(() => SymbolFile.Read("--symbols", _file));
        Assert.Equal($"--symbols: {_file} has no symbols; name an unstripped ELF file such as vmlinux, or a System.map", problem.Message);
    }

    [Fact]
    public void Damaged_ELF_files_give_symbols_or_none()
    {
        byte[] good = File.ReadAllBytes(Repository.InTree("src/GdbStub/Demo/hypervisor.elf"));
        Random random = new(1);
        for (int round = 0; round < 300; round++)
        {
            byte[] bad = [.. good];
            for (int i = 0; i < 40; i++)
            {
                // The header, the headers of sections at the end, and anywhere.
                int at = random.Next(3) switch { 0 => 16 + random.Next(48), 1 => bad.Length - 1 - random.Next(1024), _ => random.Next(64, bad.Length) };
                bad[at] = (byte)random.Next(256);
            }

            Assert.InRange(SymbolFile.OfProgram("bad", bad.AsSpan(0, random.Next(bad.Length))).Count, 0, 100_000);
        }
    }
}
