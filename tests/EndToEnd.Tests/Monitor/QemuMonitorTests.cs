using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// The monitor commands that QEMU has too, typed into the same gdb script at the same place of the same boot. Oracle: qemu-system-aarch64 7.2.
/// </summary>
public sealed class QemuMonitorTests
{
    private static readonly string[] Offsets = ["0", "0x1000", "0x200000", "0x1ffff8", "0x800000"];

    [RequiresFact(Need.Gdb, Need.SystemEmulator, Need.DebianGuests)]
    public async Task Addresses_of_the_kernel_and_physical_memory_are_QEMUs()
    {
        string[] addresses =
        [
            .. Offsets.Select(static o => $"$pc + {o}"), .. Offsets.Select(static o => $"0xffff000000000000 + {o}"), "$sp", "$sp - 0x10000", "$x29", "0", "0x40000000",
            "0xffff800000000000", "0xfffffbfffe800000", "0xfffffffffe000000", "0x0001000000000000",
        ];
        IEnumerable<string> asked = addresses.Select(static a =>
            $"python print('{a}: ' + gdb.execute('monitor gva2gpa 0x%x' % (int(gdb.parse_and_eval('(unsigned long)({a})')) & (2**64 - 1)), to_string=True).strip())");
        string script = $$"""
            hbreak *0x{{DebianKernel.Symbols["rest_init"]:x}}
            continue
            {{string.Join('\n', asked)}}
            python print(gdb.execute('monitor xp/16xw 0x40200000', to_string=True))
            python print(gdb.execute('monitor xp/2xg 0x40400000', to_string=True))
            python print(gdb.execute('monitor xp/8xb 0x40200038', to_string=True))
            """;
        (string qemu, string ours) = await SideBySide.UnderGdbAsync(Words, script);

        string[] theirs = [.. Facts(qemu)];
        Assert.InRange(theirs.Count(static l => l.Contains("gpa: 0x4", StringComparison.Ordinal)), 8, addresses.Length);
        Assert.Contains(theirs, static l => l.EndsWith("Unmapped", StringComparison.Ordinal));
        Assert.Contains("0x644d5241", string.Concat(theirs).Replace("0x41 0x52 0x4d 0x64", "0x644d5241", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(theirs, Facts(ours));
    }

    [RequiresFact(Need.Gdb, Need.SystemEmulator, Need.DebianGuests)]
    public async Task Every_device_of_the_map_is_where_QEMU_has_one()
    {
        (string qemu, string ours) = await SideBySide.UnderGdbAsync(Words, """
            python print(gdb.execute('monitor info mtree', to_string=True))
            """);

        string[] starts = [.. Regex.Matches(ours, @"(?m)^0x([0-9a-f]{10})-0x").Select(static m => m.Groups[1].Value)];
        Assert.InRange(starts.Length, 10, 100);
        Assert.All(starts, start => Assert.Contains($"{start}-", qemu, StringComparison.Ordinal));
    }

    private static string[] Words =>
    [
        "-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", "512M", "-nic", "none", "-kernel", Repository.Guest("debian/vmlinuz"), "-append", "console=ttyAMA0 nokaslr",
    ];

    // Addresses in dumps have 16 digits there and 10 here; a failed translation has a reason here.
    private static IEnumerable<string> Facts(string output) =>
        from raw in output.Split('\n')
        let line = raw.Trim()
        where line.Contains("gpa: ", StringComparison.Ordinal) || line.Contains("Unmapped", StringComparison.Ordinal) || Regex.IsMatch(line, "^(0x|0)[0-9a-f]+: 0x")
        let brief = Regex.Replace(line, "Unmapped.*", "Unmapped")
        select Regex.Replace(brief, "^(0x)?0+([0-9a-f]+): 0x", "$2: 0x");
}
