using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Linq;
using System.Reflection;
using GdbHost.GdbStub.Monitor.Addresses;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Addresses;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Commands that users of QEMU's monitor type (QEMU documentation, QEMU Monitor), answered by ours.</summary>
internal static class QemuNames
{
    public static readonly MonitorCommand[] Rows =
    [
        new("info", "registers|cpus|mtree|pci|qtree|tlb|irq|pic|mem|status|version", "QEMU's names: the same as registers, cpus, map, pci, devices by bus, tlb, gic, s1 map", Info)
        {
            Examples =
            [
                new("mtree", "the memory map, as on QEMU"),
                new("qtree", "every device, by its bus"),
            ],
        },
        new("xp", "/[COUNT][x][b|h|w|g] PA", "dumps physical memory in hexadecimal, such as xp/8xw 0x40000000", Dump)
        {
            Examples =
            [
                new("/8xw 0x40000000", "eight words of physical memory"),
            ],
        },
        new("gva2gpa", "ADDR", "prints the IPA (or PA) that a virtual address of the guest leads to", GuestPhysical, static t => t is ITranslation)
        {
            Examples =
            [
                new("$pc", "the IPA of the instruction"),
            ],
        },
        new("gpa2hva", "PA", "says which memory is at a physical address; where the host keeps it is not told", HostAddress, static t => t is IInspected)
        {
            Examples =
            [
                new("0x40000000", "whether there is RAM"),
            ],
        },
        new("stop", "", "says whether the guest stands still", Stop)
        {
            Examples =
            [
                new("", "is it standing?"),
            ],
        },
        new("cont", "", "says how to let the guest run: gdb has it", Continue)
        {
            Examples =
            [
                new("", "how to go on"),
            ],
        },
        new("system_reset", "", "resets the machine as its reset button would", Reset, static t => t is IRestart)
        {
            Examples =
            [
                new("", "from the beginning"),
            ],
        },
        new("quit", "", "ends the run, with status 0", Quit)
        {
            Examples =
            [
                new("", "and gdbhost ends"),
            ],
        },
    ];

    private const int MostBytes = 4096;
    private const int RowBytes = 16;

    // Each name of QEMU's, and the line of ours that answers it.
    private static readonly (string Name, string Line)[] Same =
    [
        ("cpus", "cpus"), ("mtree", "map"), ("pci", "pci"), ("tlb", "tlb"), ("irq", "gic"), ("pic", "gic"), ("mem", "s1 map"),
    ];

    private static void Info(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        string what = arguments.Length == 1 ? arguments[0] : "";
        if (Array.Find(Same, s => s.Name == what).Line is string line)
        {
            string[] words = line.Split(' ');
            MonitorTable.Run(request, words[0], words.AsSpan(1));
            return;
        }

        switch (what)
        {
            case "registers":
                Registers(request);
                break;
            case "qtree":
                Devices(request);
                break;
            case "status":
                request.Line("VM status: paused (by gdb)");
                break;
            case "version":
                request.Line($"gdbhost {typeof(QemuNames).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
                break;
            default:
                MonitorArguments.Usage(request, "info");
                break;
        }
    }

    private static void Devices(MonitorRequest request)
    {
        request.Line("bus: main-system-bus", new Fact("bus", "main-system-bus"));
        foreach (MemoryRegion region in request.Target is IMemoryMap map ? map.MemoryRegions.Where(static r => r.Kind == "device") : [])
        {
            request.Line($"  dev: {region.Name}, mmio 0x{region.Start:x10}/0x{region.Length:x}",
                new("dev", region.Name), new("first", region.Start), new("bytes", region.Length));
        }

        if (request.Target is IPciDevices)
        {
            request.Line("bus: pcie.0", new Fact("bus", "pcie.0"));
            MonitorTable.Run(request, "pci", []);
        }
    }

    private static void Registers(MonitorRequest request)
    {
        foreach (RegisterDescription register in request.Target.Registers.Where(static r => r.Group == RegisterGroup.Core))
        {
            request.Line($"{register.Name,-4} 0x{MonitorArguments.Register(request, register.Name):x16}");
        }
    }

    private static void Dump(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        int unit = 4;
        int count = 1;
        bool good = arguments.Length is 1 or 2 && (arguments.Length == 1 || TryFormat(arguments[0], out count, out unit));
        if (!good || !MonitorArguments.TryAddress(request, arguments[^1], out ulong address) || count * unit > MostBytes)
        {
            MonitorArguments.Usage(request, "xp");
            return;
        }

        byte[] bytes = new byte[count * unit];
        int read = request.Target.ReadMemory(request.Cpu, AddressView.Physical, address, bytes);
        for (int at = 0; at + unit <= read; at += RowBytes)
        {
            int end = Math.Min(at + RowBytes, read - (read % unit));
            string words = string.Join(' ', Enumerable.Range(0, (end - at) / unit).Select(i => Word(bytes.AsSpan(at + (i * unit), unit))));
            request.Line($"0x{address + (ulong)at:x10}: {words}");
        }

        if (read < bytes.Length)
        {
            request.Fail($"Cannot access memory at 0x{address + (ulong)read:x}: nothing there, or a device that a look would change");
        }
    }

    private static string Word(ReadOnlySpan<byte> bytes)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();
        bytes.CopyTo(value);
        return "0x" + BinaryPrimitives.ReadUInt64LittleEndian(value).ToString($"x{bytes.Length * 2}", CultureInfo.InvariantCulture);
    }

    private static bool TryFormat(string text, out int count, out int unit)
    {
        string rest = text.TrimStart('/');
        string digits = new([.. rest.TakeWhile(char.IsAsciiDigit)]);
        unit = 4;
        if (!int.TryParse(digits.Length == 0 ? "1" : digits, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostBytes)
        {
            return false;
        }

        foreach (char letter in rest[digits.Length..])
        {
            int size = letter switch { 'b' => 1, 'h' => 2, 'w' => 4, 'g' => 8, 'x' => unit, _ => 0 };
            if (size == 0)
            {
                return false;
            }

            unit = size;
        }

        return text.StartsWith('/');
    }

    private static void GuestPhysical(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1 || !MonitorArguments.TryAddress(request, arguments[0], out ulong address))
        {
            MonitorArguments.Usage(request, "gva2gpa");
            return;
        }

        // The guest's, also while EL2 or EL3 is at work.
        int level = (int)(MonitorArguments.Register(request, "cpsr") >> 2) & 3;
        WalkReport report = ((ITranslation)request.Target).Explain(request.Cpu, address, Math.Min(level, 1), WalkAccess.Read);
        ulong? found = report.Intermediate ?? report.Physical;
        if (found is ulong guest)
        {
            request.Line($"gpa: 0x{guest:x}", new Fact("gpa", guest));
        }
        else
        {
            request.Fail($"Unmapped: {(report.Failure is null ? "" : TranslationWords.Failure(report.Failure))}");
        }
    }

    private static void HostAddress(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1 || !MonitorArguments.TryAddress(request, arguments[0], out ulong address))
        {
            MonitorArguments.Usage(request, "gpa2hva");
            return;
        }

        PlaceReport? place = ((IInspected)request.Target).Inspection.Place(address);
        if (place is null)
        {
            request.Fail($"No memory is mapped at address 0x{address:x}");
        }
        else if (place.Kind == "device")
        {
            request.Fail($"Memory at address 0x{address:x} is not RAM: {AddressCommands.Words(place)}");
        }
        else
        {
            request.Line($"0x{address:x} is {place.Region}+0x{place.Offset:x}; its place in this host's memory is another one in each run: read it by xp, or in gdb after \"monitor space physical\"",
                new("pa", address), new("region", place.Region), new("offset", place.Offset));
        }
    }

    private static void Stop(MonitorRequest request, ReadOnlySpan<string> arguments) =>
        request.Line("The guest stands still: gdb has stopped it. While it runs, Ctrl-C (or \"interrupt\") stops it.");

    private static void Continue(MonitorRequest request, ReadOnlySpan<string> arguments) =>
        request.Line("gdb has the guest: say gdb's own \"continue\", or \"detach\" to let it run without gdb.");

    private static void Reset(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ((IRestart)request.Target).Restart();
        request.Line("The machine is at its reset. gdb still shows what it read before; \"maintenance flush register-cache\" makes it read anew.");
    }

    private static void Quit(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        request.EndsRun = true;
        request.Line("The run ends.");
    }
}
