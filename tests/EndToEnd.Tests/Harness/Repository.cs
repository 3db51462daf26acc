using System;
using System.IO;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>Where things are: the repository this test was built in, and the cache that the scripts fill.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    public static readonly string Cache = Environment.GetEnvironmentVariable("GDBHOST_CACHE") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Root, ".cache");

    public static string Guest(string name)
    {
        return Path.Combine(Cache, "guests", name);
    }

    public static string Built(string name)
    {
        return Path.Combine(Cache, "built", name);
    }

    public static string InTree(string name)
    {
        return Path.Combine(Root, name);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GdbHost.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No GdbHost.sln above {AppContext.BaseDirectory}.");
    }
}
