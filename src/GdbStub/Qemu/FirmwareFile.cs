using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Qemu;

/// <summary>A file of the user's own for firmware, as -fw_cfg names it (QEMU documentation, QEMU Firmware Configuration (fw_cfg) Device).</summary>
internal static class FirmwareFile
{
    private const string Option = "-fw_cfg";

    /// <summary>The device has 56 bytes for a name, with its end.</summary>
    private const int LongestName = 55;

    /// <exception cref="UserErrorException">The message is for the user.</exception>
    public static void Add(QemuRequest request, string value, List<BootFile> files)
    {
        var pairs = new KeyValues(Option, value, "name");
        string name = pairs.Take("name") ?? "";
        string? file = pairs.Take("file");
        string? text = pairs.Take("string");
        if (pairs.Take("gen_id") is not null)
        {
            throw QemuRequest.Refusal($"{Option} gen_id=", "nothing here generates files; use file= or string=");
        }

        pairs.RefuseRest("name=, file= and string=");
        if (name.Length == 0 || (file is null) == (text is null))
        {
            throw QemuRequest.Refusal($"{Option} {value}", "it takes a name and one of file= and string=; for example name=opt/org.example/a,string=text");
        }

        if (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw QemuRequest.Refusal($"{Option} name={name}", $"the name is longer than {LongestName} bytes; use a shorter one");
        }

        if (files.Any(f => f.Name == name))
        {
            throw QemuRequest.Refusal($"{Option} name={name}", "another file has this name; use a different one");
        }

        if (!name.StartsWith("opt/", StringComparison.Ordinal))
        {
            request.Note($"{Option} name={name}: names of your own begin with \"opt/\", others may be QEMU's");
        }

        files.Add(new BootFile(name, text is null ? InputFile.Read(Option, file!) : Encoding.UTF8.GetBytes(text)));
    }
}
