using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>
/// VMCOREINFO: what a Linux kernel notes of itself for who reads its memory after a crash (Linux documentation,
/// admin-guide/kdump/vmcoreinfo): its release, addresses of symbols, sizes and offsets of structures, and where KASLR has put it.
/// </summary>
internal sealed class KernelNotes
{
    /// <summary>A page that begins so holds the notes of a kernel.</summary>
    public const string Begin = "OSRELEASE=";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <param name="page">What the page holds, up to the first byte that is zero.</param>
    public KernelNotes(ReadOnlySpan<byte> page)
    {
        int end = page.IndexOf((byte)0);
        foreach (string line in Encoding.ASCII.GetString(end < 0 ? page : page[..end]).Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                _values.TryAdd(line[..equals], line[(equals + 1)..]);
            }
        }
    }

    /// <summary>As uname -r prints it, of printable characters.</summary>
    public string Release => Printable.Of(_values.GetValueOrDefault("OSRELEASE") ?? "");

    /// <summary>What tells one build of a kernel from all others; null before 5.15.</summary>
    public string? Build => _values.GetValueOrDefault("BUILD-ID");

    /// <summary>How far the kernel is from where it is linked; null where it does not say.</summary>
    public ulong? Offset => Hexadecimal("KERNELOFFSET");

    /// <summary>The address of a symbol as the kernel runs.</summary>
    public ulong? Symbol(string name) => Hexadecimal($"SYMBOL({name})");

    /// <summary>The place of a member in its structure, in bytes.</summary>
    public int? MemberOffset(string name) => Small($"OFFSET({name})");

    public int? Size(string name) => Small($"SIZE({name})");

    /// <summary>A number, of which addresses have 0x.</summary>
    public ulong? Number(string name) => _values.TryGetValue($"NUMBER({name})", out string? text) && MonitorArguments.TryNumber(text, out ulong value) ? value : null;

    private ulong? Hexadecimal(string key) =>
        _values.TryGetValue(key, out string? text) && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : null;

    private int? Small(string key) =>
        _values.TryGetValue(key, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value < 1 << 20 ? value : null;
}
