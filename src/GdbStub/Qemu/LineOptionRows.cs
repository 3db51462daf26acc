using System.Collections.Generic;
using GdbHost.GdbStub.CommandLine;
using static GdbHost.GdbStub.Qemu.QemuOption;

namespace GdbHost.GdbStub.Qemu;

/// <summary>Options about serial lines, the monitor and the display.</summary>
internal static class LineOptionRows
{
    public static readonly IReadOnlyList<QemuOption> Table =
    [
        Honored("nographic", "", "the serial line is at the terminal, with the keys of Ctrl-A H", (r, _) => r.NoGraphic = true),
        Honored("serial", "TO", "stdio, mon:stdio, null, none, file:, tcp: and unix: (server=on), chardev:ID; the board has one", (r, v) => r.Serials.Add(v)),
        Honored("chardev", "BACKEND,id=ID,...", "stdio, null, file or socket with server=on, for -serial chardev:ID", CharacterDevice.ReadChardev),
        Honored("monitor", "none|null|stdio|vc", "there is no QEMU monitor: gdb's \"monitor help\" lists what there is", ReadMonitor),
        Honored("mon", "[chardev=]ID", "as -monitor", ReadMon),
        Honored("display", "none", "there is no window", (r, v) => ReadDisplay(r, v)),
        Honored("echr", "N", "the key that Ctrl-A is by default", ReadEscapeKey),
        Honored("nodefaults", "", "no serial line but the one that -serial names", (r, _) => r.NoDefaults = true),
        Honored("netdev", "user,id=ID[,hostfwd=tcp::PORT-:PORT][,restrict=on]", "a user network for -device virtio-net-pci,netdev=ID or e1000e,netdev=ID; other kinds are refused", (r, v) => r.Devices.AddNetwork(v)),
        Honored("nic", "none|user[,model=NAME][,mac=][,hostfwd=]", "a card on a user network; QEMU's card without this option is not there", (r, v) => r.Devices.AddCard(v, r.PciDevices)),
        Honored("net", "none|nic[,model=NAME][,macaddr=]|user[,hostfwd=]", "one card and one user network, named apart", (r, v) => r.Devices.AddNet(v, r.PciDevices)),
        Same("vga", "none", "there is no display; other values are refused") with { Apply = (_, v) => OnlyNone("-vga", v) },
        Same("vnc", "none", "there is no display; other values are refused") with { Apply = (_, v) => OnlyNone("-vnc", v) },
        Same("parallel", "none", "there are no parallel ports; other values are refused") with { Apply = (_, v) => OnlyNone("-parallel", v) },
        Same("audio", "none", "there is no sound; other values are refused") with { Apply = (_, v) => OnlyNone("-audio", v) },
        Refused("qmp", "...", "there is no QEMU monitor; gdb or a connection to -s has its place"),
        Refused("spice", "...", "there is no display; use -nographic"),
    ];

    /// <summary>The line that the options together ask for: QEMU gives a first one unless it is told not to.</summary>
    public static SerialLine Line(QemuRequest request)
    {
        for (int line = 1; line < request.Serials.Count; line++)
        {
            if (request.Serials[line] is not ("none" or "null"))
            {
                request.Note($"-serial {request.Serials[line]}: the board has one serial line; this one leads nowhere");
            }
        }

        if (request.Serials.Count > 0)
        {
            return CharacterDevice.OfSerial(request, request.Serials[0]);
        }

        if (request.NoDefaults)
        {
            return new SerialLine("-nodefaults", CharacterDevice.Nowhere);
        }

        if (request.NoGraphic)
        {
            return new SerialLine("-nographic", CharacterDevice.MuxedStdio) { EscapeKey = request.EscapeKey };
        }

        if (request.NoDisplay)
        {
            request.Note("-display none: as with QEMU the serial line leads nowhere; add -serial stdio to see it");
            return new SerialLine("-display none", CharacterDevice.Nowhere);
        }

        request.Note("there is no window: the serial line is at stdio, as with -serial stdio");
        return new SerialLine("-serial stdio", CharacterDevice.Stdio);
    }

    private static void OnlyNone(string option, string value)
    {
        if (value is not "none")
        {
            throw QemuRequest.Refusal($"{option} {value}", $"this device is not built; use {option} none or leave it out");
        }
    }

    private static void ReadMonitor(QemuRequest request, string value)
    {
        if (value is "none" or "null")
        {
            return;
        }

        if (value is not ("stdio" or "vc"))
        {
            throw QemuRequest.Refusal($"-monitor {value}", "there is no QEMU monitor; use -monitor none, and gdb's \"monitor\" command");
        }

        request.Note($"-monitor {value} is ignored: there is no QEMU monitor; gdb's \"monitor help\" lists what there is");
    }

    private static void ReadMon(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-mon", value, "chardev");
        string id = pairs.Take("chardev") ?? "";
        if (!request.CharacterDevices.TryGetValue(id, out SerialLine? line))
        {
            throw QemuRequest.Refusal($"-mon {value}", $"there is no -chardev with id={id}");
        }

        if (pairs.Take("mode") == "control" || line.To is not (CharacterDevice.Stdio or CharacterDevice.MuxedStdio or CharacterDevice.Nowhere))
        {
            throw QemuRequest.Refusal($"-mon {value}", "there is no QEMU monitor; gdb's \"monitor\" command has its place");
        }

        request.Note($"-mon {value} is ignored: there is no QEMU monitor; gdb's \"monitor help\" lists what there is");
    }

    private static void ReadDisplay(QemuRequest request, string value)
    {
        request.NoDisplay = value == "none";
        if (!request.NoDisplay)
        {
            request.Note($"-display {value} is ignored: there is no window");
        }
    }

    private static void ReadEscapeKey(QemuRequest request, string value) =>
        request.EscapeKey = (byte)OptionValues.Number("-echr", value.StartsWith("0x", System.StringComparison.Ordinal)
            ? OptionValues.Address("-echr", value).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : value, 1, byte.MaxValue);
}
