using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Attached;
using static GdbHost.GdbStub.Qemu.QemuOption;

namespace GdbHost.GdbStub.Qemu;

/// <summary>Options that say what is in memory at the start.</summary>
internal static class BootOptionRows
{

    public static readonly IReadOnlyList<QemuOption> Table =
    [
        Honored("kernel", "FILE", "ELF, arm64 Image (also gzip) or raw binary", (r, v) => r.Kernel = v),
        Honored("initrd", "FILE", "the kernel's RAM disk", (r, v) => r.Initrd = v),
        Honored("append", "TEXT", "the kernel's command line", (r, v) => r.Append = v),
        Honored("dtb", "FILE", "your own device tree", (r, v) => r.Dtb = v),
        Honored("bios", "FILE", "goes to flash bank 0, where the cores begin; -kernel is then handed over by fw_cfg", (r, v) => r.Bios = v),
        Honored("fw_cfg", "[name=]NAME,file=FILE|string=TEXT", "a file for firmware, which finds it by its name", (r, v) => FirmwareFile.Add(r, v, r.FirmwareFiles)),
        Honored("pflash", "FILE", "the next free flash bank, with what the guest writes kept in the file", (r, v) => AddFlash(r, "-pflash", new DriveWords($"-pflash {v}", v, null, false, false), null)),
        Honored("drive", "file=FILE,if=none,id=ID[,format=raw|qcow2][,readonly=on][,snapshot=on]",
            "an image for -device ...,drive=ID; if=virtio makes the device, too; if=pflash as -pflash, also with unit=N", ReadDrive),
        Honored("device", "loader,... or guest-loader,... or NAME,KEY=VALUE...",
            "file=, addr=, cpu-num=, force-raw=, data=, data-len=, data-be=; kernel= or initrd=, addr=, bootargs=; \"-device help\" lists all devices, "
                + "\"-device NAME,help\" the keys of one on PCI",
            ReadDevice),
    ];

    public static void ReadDrive(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-drive", value);
        string? kind = pairs.Take("if");
        if (kind is "none" or "virtio" or null)
        {
            request.Devices.AddDrive(pairs, kind == "none" ? null : request.PciDevices);
            return;
        }

        if (kind != "pflash")
        {
            throw QemuRequest.Refusal($"-drive {value}", "only if=none, if=virtio and if=pflash are built; use if=virtio");
        }

        ulong? unit = pairs.TakeNumber("unit") ?? pairs.TakeNumber("index");
        AddFlash(request, "-drive", DriveWords.Read(pairs).Drive, unit);
    }

    private static void AddFlash(QemuRequest request, string option, DriveWords drive, ulong? unit)
    {
        int bank = unit is ulong given ? (int)Math.Min(given, int.MaxValue) : Array.IndexOf(request.Pflash, null);
        if (bank < 0 || bank >= request.Pflash.Length)
        {
            throw QemuRequest.Refusal($"{option} {drive.File}", "the board has two flash banks; use unit=0 or unit=1");
        }

        if (request.Pflash[bank] is DriveWords other)
        {
            throw QemuRequest.Refusal($"{option} {drive.File}", $"flash bank {bank} holds {other.File} already; use unit={1 - bank}");
        }

        request.Pflash[bank] = drive;
    }

    public static void ReadDevice(QemuRequest request, string value)
    {
        const string Option = "-device";
        var pairs = new KeyValues(Option, value, "driver");
        string driver = pairs.Take("driver") ?? "";
        pairs.NamedBy($"{Option} {driver}");
        switch (driver)
        {
            case "help" or "?":
                request.Text = "name \"loader\", desc \"Generic Loader\"\nname \"guest-loader\", desc \"Guest Loader\"\n"
                    + string.Concat(VirtioWords.MmioNames.Select(static n => $"name \"{n}\", bus virtio-bus\n")) + PciDeviceOption.Help(kind: null);
                break;
            case "loader":
                pairs.Take("id");
                request.Loaders.Add(LoaderDevice.Read(pairs));
                break;
            case "guest-loader":
                pairs.Take("id");
                request.GuestLoaders.Add(GuestLoaderDevice.Read(pairs));
                break;
            case string when pairs.Take("help") is not null:
                request.Text = PciDeviceOption.Help(driver);
                break;
            default:
                request.Devices.AddDevice(driver, pairs, request.PciDevices);
                break;
        }
    }
}
