using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>The kernel symbols the other tests break at. Oracle: stock gdb reads the file; the call traces of the kernel itself.</summary>
public sealed class KernelSymbolTests
{
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Symbols_of_the_Debian_kernel_are_known_to_gdb_by_name()
    {
        Dictionary<string, ulong> symbols = KernelSymbols.Read(Repository.Guest("debian/vmlinuz"));
        Assert.Equal(0UL, symbols["start_kernel"] & 3);
        Assert.True(symbols.Count > 40_000, $"only {symbols.Count} symbols");
        string file = Path.GetTempFileName();
        try
        {
            SymbolFile.Write(file, symbols);
            Ended gdb = await ChildProcess.RunAsync(
                "gdb-multiarch", "-nx", "-batch", "-ex", $"file {file}", "-ex", "info symbol start_kernel", "-ex", $"info symbol {symbols["pci_generic_config_read"] + 0x40}");
            Assert.Contains("start_kernel in section .text", gdb.Output);
            Assert.Contains("pci_generic_config_read + 64 in section .text", gdb.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
