using System;
using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Backends;

namespace GdbHost.GdbStub.Attached;

/// <summary>A disk image as -drive names it.</summary>
/// <param name="Option">The option, for messages.</param>
/// <param name="Format">The image's format; null where the file is to say.</param>
internal sealed record DriveWords(string Option, string File, string? Format, bool ReadOnly, bool Discards)
{
    private const string Known = "file=, if=, id=, format=raw|qcow2, readonly= and snapshot=";

    /// <summary>Takes what a drive that is no flash may say; the interface is taken already.</summary>
    public static (string? Id, DriveWords Drive) Read(KeyValues pairs)
    {
        string file = pairs.Take("file") ?? throw QemuRequest.Refusal("-drive", "it names no file; add file=FILE");
        string option = $"-drive file={file}";
        string? format = FormatOf(option, pairs.Take("format") ?? pairs.Take("driver"));
        string? id = pairs.Take("id");
        bool readOnly = (pairs.TakeFlag("readonly") ?? false) | (pairs.TakeFlag("read-only") ?? false);
        bool discards = pairs.TakeFlag("snapshot") ?? false;
        if (pairs.Take("media") == "cdrom")
        {
            readOnly = true;
        }

        // How the host is to do its work: a guest cannot tell.
        foreach (string sameHere in new[] { "cache", "aio", "discard", "detect-zeroes", "index", "unit", "werror", "rerror" })
        {
            pairs.Take(sameHere);
        }

        pairs.NamedBy(option).RefuseRest(Known);
        return (id, new DriveWords(option, file, format, readOnly, discards));
    }

    /// <summary>Opens the image.</summary>
    public IBlockStorage Open(HostDevices host)
    {
        IBlockStorage image = DiskImage.Open(Option, File, Format, ReadOnly || Discards);
        if (Discards)
        {
            image = new DiscardedWrites(image);
        }

        host.Keep((IDisposable)image);
        return image;
    }

    private static string? FormatOf(string option, string? format) => format switch
    {
        null or DiskImage.Raw or DiskImage.Qcow2 => format,
        "file" => DiskImage.Raw,
        _ => throw QemuRequest.Refusal($"{option},format={format}", "only raw and qcow2 images are built; convert it with qemu-img convert -O qcow2"),
    };
}
