using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace GdbHost.Machine.Tests.SysRegs;

/// <summary>The vector files of tests/Vectors/sysregs.</summary>
internal static class SystemVectors
{
    public static ulong Hex(string word) => ulong.Parse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>The lines of a file without its comments.</summary>
    public static string[] Read(string name) => ReadFile("sysregs", name);

    /// <summary>The same of another folder of tests/Vectors.</summary>
    public static string[] ReadFile(string vectors, string name)
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GdbHost.sln")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("GdbHost.sln");
        }

        string path = Path.Combine(folder.FullName, "tests", "Vectors", vectors, name);
        return [.. File.ReadLines(path).Where(l => !l.StartsWith('#'))];
    }
}
