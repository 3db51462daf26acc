using System;
using System.IO;
using System.Security;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>Reads and writes the files that the user names.</summary>
internal static class InputFile
{
    public static ReadOnlyMemory<byte> Read(string option, string path) => Try(option, path, "read", () => File.ReadAllBytes(path));

    /// <summary>Whether a file is there and begins as an ELF file does.</summary>
    public static bool IsElf(string? path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("\u007fELF"u8);
    }

    public static void Write(string option, string path, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Try(option, path, "write", () =>
        {
            File.WriteAllBytes(path, copy);
            return copy;
        });
    }

    private static T Try<T>(string option, string path, string verb, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FileNotFoundException e)
        {
            throw new UserErrorException($"{option}: there is no file {path}; check the path", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new UserErrorException($"{option}: the folder of {path} does not exist; check the path", e);
        }
        catch (UnauthorizedAccessException e)
        {
            string what = Directory.Exists(path) ? "it is a folder; name a file" : "access is denied; check its permissions";
            throw new UserErrorException($"{option}: cannot {verb} {path}: {what}", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException or SecurityException)
        {
            throw new UserErrorException($"{option}: cannot {verb} {path}: {e.Message}", e);
        }
    }
}
