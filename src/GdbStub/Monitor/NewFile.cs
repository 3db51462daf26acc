using System;
using System.IO;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Files that monitor commands write. Somebody on the other end of a wire names them, so nothing that is there is replaced.</summary>
internal static class NewFile
{
    /// <returns>What went wrong, in one line, or null.</returns>
    public static string? Write(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(bytes);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return File.Exists(path) ? $"{path}: it is there already; name another file" : $"{path}: {e.Message}";
        }
    }
}
