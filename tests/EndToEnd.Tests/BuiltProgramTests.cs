using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The program compiled while it runs ("dotnet run") and the published native one run a guest alike. Oracle: each for the other;
/// where no published program is given (GDBHOST_UNDER_TEST), two runs of the one.
/// </summary>
public sealed class BuiltProgramTests
{
    [RequiresFact(Need.DebianGuests)]
    public async Task Debian_takes_as_many_instructions_and_says_the_same()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-built");
        try
        {
            string[] boot =
            [
                "run", "--machine", "virt,gic=2,el2=on", "--gdb", "none", "--max-instructions", HostRun.DefaultLimit,
                "--kernel", Repository.Guest("debian/vmlinuz"), "--initrd", Repository.Guest("debian/initramfs.cpio.gz"),
                "--append", "console=ttyAMA0 nokaslr GUEST_STOP=up",
            ];
            string builtSerial = Path.Combine(folder.FullName, "built");
            string publishedSerial = Path.Combine(folder.FullName, "published");
            string[] builtWords = HostRun.BuiltWords([.. boot, "--serial", $"file:{builtSerial}"]);

            Ended built = await ChildProcess.RunAsync(builtWords[0], builtWords[1..]);
            Ended published = await HostRun.CommandAsync([.. boot, "--serial", $"file:{publishedSerial}"]);

            Assert.True(built.Status == 0, built.Errors);
            Assert.Contains(" instructions", built.Errors, StringComparison.Ordinal);
            Assert.Equal(built.Errors, published.Errors);
            Assert.Contains("GUEST-UP", await File.ReadAllTextAsync(builtSerial), StringComparison.Ordinal);
            Assert.Equal(await File.ReadAllBytesAsync(builtSerial), await File.ReadAllBytesAsync(publishedSerial));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
