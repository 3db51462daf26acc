using System;
using System.IO;
using System.Text;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>
/// A RAM disk with more files: the kernel unpacks one archive behind the other (Linux documentation,
/// driver-api/early-userspace/buffer-format).
/// </summary>
internal static class Cpio
{
    private const int Alignment = 4;

    /// <summary>An archive with one executable file behind another archive.</summary>
    /// <param name="archive">Packed or not.</param>
    /// <param name="name">Of the file, in the root folder.</param>
    /// <param name="content">What is in it.</param>
    public static byte[] With(byte[] archive, string name, byte[] content)
    {
        using MemoryStream all = new();
        all.Write(archive);
        Pad(all);
        Add(all, name, content, 0x81ed);
        Add(all, "TRAILER!!!", [], 0);
        return all.ToArray();
    }

    private static void Add(MemoryStream to, string name, byte[] content, uint mode)
    {
        // inode, mode, uid, gid, links, time, size, device (2), special device (2), length of the name, checksum
        ReadOnlySpan<uint> fields = [0, mode, 0, 0, 1, 0, (uint)content.Length, 0, 0, 0, 0, (uint)name.Length + 1, 0];
        StringBuilder header = new("070701");
        foreach (uint field in fields)
        {
            header.Append(field.ToString("x8", System.Globalization.CultureInfo.InvariantCulture));
        }

        to.Write(Encoding.ASCII.GetBytes(header.Append(name).Append('\0').ToString()));
        Pad(to);
        to.Write(content);
        Pad(to);
    }

    private static void Pad(MemoryStream to)
    {
        while (to.Length % Alignment != 0)
        {
            to.WriteByte(0);
        }
    }
}
