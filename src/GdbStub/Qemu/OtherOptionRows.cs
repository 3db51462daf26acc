using System.Collections.Generic;
using static GdbHost.GdbStub.Qemu.QemuOption;

namespace GdbHost.GdbStub.Qemu;

/// <summary>The other options of QEMU's that scripts carry, and gdbhost's own.</summary>
internal static class OtherOptionRows
{
    private const string NoDisks = "this disk is not built; use -drive file=FILE,if=virtio";

    public static readonly IReadOnlyList<QemuOption> Table =
    [
        Honored("help|h", "", "this list", static (r, _) => r.Text = QemuOptions.Help()),
        Honored("version", "", "the version of gdbhost", static (r, _) => r.Text = CommandLine.Arguments.Heading),
        Honored("timeout", "SECONDS", "gdbhost's own: end with status 3 after this time", static (r, v) => r.Timeout = v),
        Honored("max-instructions", "N", "gdbhost's own: end with status 3 after this many instructions", static (r, v) => r.MaxInstructions = v),
        Honored("gdb-port-file", "FILE", "gdbhost's own: the port that gdb can connect to goes there", static (r, v) => r.GdbPortFile = v),
        Honored("report", "FILE.html", "gdbhost's own: a report for a browser goes there at the end", static (r, v) => r.Report = v),
        Honored("symbols", "FILE[@OFFSET]", "gdbhost's own: a guest's symbols, for gdb (moved by OFFSET), reports and \"monitor linux\", from an ELF file such as vmlinux or a System.map", static (r, v) => r.Symbols.Add(v)),
        Honored("allow-remote", "", "gdbhost's own: allow lines beyond this host", static (r, _) => r.AllowRemote = true),
        Honored("log", "LEVEL", "gdbhost's own: error, warning (the default), info, debug or trace", static (r, v) => r.Log = v),
        Same("name", "TEXT", "the window's title"),
        Same("no-user-config", "", "there are no configuration files"),
        Same("nodefconfig", "", "there are no configuration files"),
        Same("msg", "...", "the form of messages"),
        Same("k", "LANGUAGE", "there is no keyboard"),
        Same("uuid", "UUID", "nothing on this board shows it"),
        Honored("global", "DRIVER.PROPERTY=VALUE", "virtio-mmio.force-legacy=; others are noted", ReadGlobal),
        Noted("set", "...", "devices have no settings of this kind"),
        Noted("L", "FOLDER", "files are looked for at their own path only"),
        Noted("boot", "...", "the board shows its firmware no order of devices"),
        Noted("seed", "N", "there is no chance in a run"),
        Noted("sandbox", "...", "nothing is called that it would forbid"),
        Noted("overcommit", "...", "memory is taken as the guest uses it"),
        Noted("mem-prealloc", "", "memory is taken as the guest uses it"),
        Noted("smbios", "...", "there are no SMBIOS tables"),
        Noted("no-acpi", "", "there are no ACPI tables"),
        Noted("usb", "", "there is no USB"),
        Honored("hda|hdb|hdc|hdd", "FILE", "as -drive file=FILE,format=raw,if=virtio", static (r, v) => BootOptionRows.ReadDrive(r, Image(v))),
        Honored("cdrom", "FILE", "as -drive file=FILE,format=raw,if=virtio,readonly=on", static (r, v) => BootOptionRows.ReadDrive(r, Image(v) + ",readonly=on")),
        Refused("sd|mtdblock", "FILE", NoDisks),
        Refused("blockdev", "...", NoDisks),
        Refused("fsdev|virtfs", "...", "shared folders are not built; use -initrd, or semihosting"),
        Honored("object", "rng-random|rng-builtin|filter-dump,...", "a source for virtio-rng, whose numbers are always the same; filter-dump: file= gets the frames of netdev=; others are refused", ReadObject),
        Refused("acpitable", "...", "there are no ACPI tables; use -dtb"),
        Refused("tpmdev", "...", "there is no TPM"),
        Refused("numa", "...", "memory has one node"),
        Refused("readconfig", "FILE", "configuration files are not read; give the options themselves"),
        Refused("plugin", "FILE", "QEMU's plugins are not run; gdb has their place"),
    ];

    private static string Image(string file) => $"file={file.Replace(",", ",,", System.StringComparison.Ordinal)},format=raw,if=virtio";

    private static void ReadObject(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-object", value, "qom-type");
        string type = pairs.Take("qom-type") ?? "";
        switch (type)
        {
            case "rng-random" or "rng-builtin":
                request.Note($"-object {type}: there is no chance in a run; virtio-rng gives the same numbers each time");
                break;
            case "filter-dump":
                request.Devices.CaptureFile = pairs.Take("file") ?? throw QemuRequest.Refusal("-object filter-dump", "it has no file; add file=FILE");
                break;
            default:
                throw QemuRequest.Refusal($"-object {value}", "objects of this kind are not built; leave it out");
        }
    }

    public static void ReadGlobal(QemuRequest request, string value)
    {
        if (!request.Devices.TrySetGlobal(value))
        {
            request.Note($"-global {value} is ignored: devices have no such setting here");
        }
    }
}
