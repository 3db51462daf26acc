using System;
using System.IO;
using System.Linq;

namespace GdbHost.Machine.Tests.SysRegs;

/// <summary>The vector files of tests/Vectors/sysregs.</summary>
internal static class SystemVectors
{
    /// <summary>The lines of a file without its comments.</summary>
    public static string[] Read(string name)
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GdbHost.sln")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("GdbHost.sln");
        }

        string path = Path.Combine(folder.FullName, "tests", "Vectors", "sysregs", name);
        return [.. File.ReadLines(path).Where(l => !l.StartsWith('#'))];
    }
}
