using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.Machine.Semihosting;

namespace GdbHost.GdbStub.HostFiles;

/// <summary>
/// Follows a guest's path step by step inside one folder and never looks outside: not by "..", not by a symbolic link,
/// not by an absolute path that begins elsewhere.
/// </summary>
/// <param name="root">The folder as its real path, without a slash at the end.</param>
/// <param name="named">The folder as the user named it, made absolute.</param>
internal sealed class ConfinedPath(string root, string named)
{
    private const int MostLinks = 40;

    /// <summary>Gives the host's path without links; or why there is none.</summary>
    /// <param name="path">Relative to the root, or absolute and inside it.</param>
    /// <param name="followLast">Whether a link at the end stands for what it points to.</param>
    /// <param name="resolved">The path; its last part may not exist.</param>
    public HostError Resolve(string path, bool followLast, out string resolved)
    {
        resolved = root;
        if (path.Length == 0)
        {
            return HostError.NoSuchFile;
        }

        if (!TryEnter(path, out Stack<string> parts))
        {
            return HostError.AccessDenied;
        }

        try
        {
            return Walk(parts, followLast, ref resolved);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return HostError.AccessDenied;
        }
    }

    private HostError Walk(Stack<string> parts, bool followLast, ref string resolved)
    {
        int links = 0;
        while (parts.TryPop(out string? part))
        {
            if (part == "..")
            {
                if (resolved == root)
                {
                    return HostError.AccessDenied;
                }

                resolved = Path.GetDirectoryName(resolved)!;
                continue;
            }

            string next = resolved == "/" ? "/" + part : $"{resolved}/{part}";
            string? link = parts.Count > 0 || followLast ? new FileInfo(next).LinkTarget : null;
            if (link is null)
            {
                resolved = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return HostError.TooManyLinks;
            }

            if (!TryEnter(link, out Stack<string> target))
            {
                return HostError.AccessDenied;
            }

            resolved = Path.IsPathRooted(link) ? root : resolved;
            foreach (string each in target.Reverse())
            {
                parts.Push(each);
            }
        }

        return HostError.None;
    }

    /// <summary>The parts of a path, first on top, from the root or from where one is; false for a path from elsewhere.</summary>
    private bool TryEnter(string path, out Stack<string> parts)
    {
        string? inside = Path.IsPathRooted(path) ? Inside(path, root) ?? Inside(path, named) : path;
        parts = new Stack<string>((inside ?? string.Empty).Split('/').Where(p => p is not ("" or ".")).Reverse());
        return inside is not null;
    }

    private static string? Inside(string path, string folder) =>
        folder == "/" ? path
        : path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/')
            ? path[folder.Length..]
            : null;
}
