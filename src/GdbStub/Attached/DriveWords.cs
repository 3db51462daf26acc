using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Backends;

namespace GdbHost.GdbStub.Attached;

/// <summary>A disk image as -drive names it.</summary>
/// <param name="Option">The option, for messages.</param>
internal sealed record DriveWords(string Option, string File, bool ReadOnly, bool Discards)
{
    private const string Known = "file=, if=, id=, format=raw, readonly= and snapshot=";

    /// <summary>Takes what a drive that is no flash may say; the interface is taken already.</summary>
    public static (string? Id, DriveWords Drive) Read(KeyValues pairs)
    {
        string file = pairs.Take("file") ?? throw QemuRequest.Refusal("-drive", "it names no file; add file=FILE");
        string option = $"-drive file={file}";
        CheckFormat(option, pairs.Take("format") ?? pairs.Take("driver"));
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
        return (id, new DriveWords(option, file, readOnly, discards));
    }

    /// <summary>Opens the image.</summary>
    public IBlockStorage Open(HostDevices host)
    {
        FileStorage file = FileStorage.Open(Option, File, ReadOnly || Discards);
        return Discards ? host.Keep(new DiscardedWrites(file)) : host.Keep(file);
    }

    private static void CheckFormat(string option, string? format)
    {
        if (format is not (null or "raw" or "file"))
        {
            throw QemuRequest.Refusal($"{option},format={format}", "only raw images are built; convert it with qemu-img convert -O raw");
        }
    }
}
