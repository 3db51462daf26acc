using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Symbols;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>"monitor linux": a Linux guest's kernel, log and processes, with no symbols but its own.</summary>
internal static class LinuxCommands
{
    public const string Name = "linux";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "[kaslr | log [N] | tasks]", "a Linux guest: its kernel, how far KASLR has moved it and gdb's line for its symbols; log: its last messages (dmesg); tasks: its processes",
            Run, static t => t is IInspected)
        {
            Examples =
            [
                new("", "which kernel runs, and the line that gives gdb its symbols"),
                new("log 20", "the newest twenty lines of dmesg"),
                new("tasks", "processes, with their states"),
            ],
        },
    ];

    private const int MostLogLines = 5000;

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ulong most = MostLogLines;
        switch (arguments)
        {
            case [] or ["kaslr"]:
                Kernels(request);
                break;
            case ["log"]:
            case ["log", string number] when MonitorArguments.TryNumber(number, out most) && most is > 0 and <= MostLogLines:
                Log(request, (int)most);
                break;
            case ["tasks"]:
                Tasks(request);
                break;
            default:
                MonitorArguments.Usage(request, Name);
                break;
        }
    }

    private static void Kernels(MonitorRequest request)
    {
        IReadOnlyList<GuestKernel> kernels = KernelSearch.Find(request);
        if (KernelSearch.OfThisWorld(request, kernels) is null && KernelImage.Find(request) is KernelImage image)
        {
            Early(request, image);
        }
        else if (kernels.Count == 0)
        {
            request.Fail($"There is no Linux kernel that can be told: no page holds its notes (VMCOREINFO), and VBAR_EL1 of cpu{request.Cpu} is 0x{MonitorArguments.Register(request, "VBAR_EL1"):x}, not in a kernel's Image.");
        }

        foreach (GuestKernel kernel in kernels)
        {
            Kernel(request, kernel);
        }
    }

    private static void Kernel(MonitorRequest request, GuestKernel kernel)
    {
        string where = kernel.View == AddressView.Intermediate ? "in the guest of this vCPU" : "in physical memory";
        ulong? text = kernel.Notes.Symbol("_stext");
        request.Line($"Linux {kernel.Notes.Release} {where}, {KernelSearch.VersionOf(kernel)}",
            new("release", kernel.Notes.Release), new("version", KernelSearch.VersionOf(kernel)), new("guest", kernel.View == AddressView.Intermediate), new("notes", kernel.Page));
        SymbolTable? given = PlaceNames.Given(request.Target, kernel);
        ulong? offset = kernel.Notes.Offset ?? (given?.Find("_stext") is ulong linked ? text - linked : null);
        if (offset is not ulong moved)
        {
            request.Line($"_stext is at 0x{text:x}; the kernel does not say how far that is from where it is linked: give its vmlinux or System.map with --symbols", new Fact("stext", text));
            return;
        }

        request.Line($"KASLR offset 0x{moved:x}{(moved == 0 ? " (none)" : "")}; _stext is at 0x{text:x}, linked at 0x{text - moved:x}",
            new("offset", moved), new("stext", text), new("linked-stext", text - moved));
        string file = given?.File ?? "vmlinux";
        request.Line($"symbols: symbol-file -o 0x{moved:x} {file}, or beside others: add-symbol-file {file} -o 0x{moved:x}", new("symbol-file", $"symbol-file -o 0x{moved:x} {file}"),
            new("add-symbol-file", $"add-symbol-file {file} -o 0x{moved:x}"));
        foreach (SymbolTable other in Named(request).Where(t => t.Find("_stext") is ulong at && at + moved != text))
        {
            request.Line($"{other.File} is of another kernel: its _stext is linked at 0x{other.Find("_stext"):x}", new Fact("other", other.File));
        }
    }

    /// <summary>Before the kernel has written its notes, which it does when its first processes are there.</summary>
    private static void Early(MonitorRequest request, KernelImage image)
    {
        request.Line($"Linux at its start: its Image is at 0x{image.Base:x} (IPA or PA), _text at 0x{image.Text:x}; it has not written its notes yet", new("base", image.Base), new("text", image.Text));
        SymbolTable? given = Named(request).FirstOrDefault(static t => t.Find("vectors") is not null);
        ulong? linked = given?.Find("_text") ?? given?.Find("_stext");
        if (given?.Find("vectors") is ulong vectors && linked is not null)
        {
            ulong moved = image.Vectors - vectors;
            request.Line($"KASLR offset 0x{moved:x}{(moved == 0 ? " (none)" : "")}", new Fact("offset", moved));
            request.Line($"symbols: symbol-file -o 0x{moved:x} {given.File}, or beside others: add-symbol-file {given.File} -o 0x{moved:x}", new Fact("symbol-file", $"symbol-file -o 0x{moved:x} {given.File}"));
            return;
        }

        request.Line($"symbols: symbol-file -o OFFSET vmlinux, where OFFSET is 0x{image.Text:x} less the address of _text in vmlinux (nm vmlinux); with --symbols vmlinux this says it");
    }

    private static void Log(MonitorRequest request, int most)
    {
        if (First(request) is not GuestKernel kernel)
        {
            return;
        }

        (IReadOnlyList<LogLine> lines, string? problem) = KernelLog.Read(kernel);
        if (problem is not null)
        {
            request.Fail($"There is no log of Linux {kernel.Notes.Release}: {problem}.");
            return;
        }

        foreach (LogLine line in lines.TakeLast(most))
        {
            request.Line($"{line}", new("sequence", (long)line.Sequence), new("ns", (long)line.Nanoseconds), new("message", line.Text));
        }

        if (lines.Count == 0)
        {
            request.Line("the log is empty");
        }
    }

    private static void Tasks(MonitorRequest request)
    {
        if (First(request) is not GuestKernel kernel)
        {
            return;
        }

        ulong? first = PlaceNames.Given(request.Target, kernel)?.Find("init_task") + kernel.Notes.Offset;
        (IReadOnlyList<GuestTask> tasks, string? problem) = TaskList.Read(kernel, KernelSearch.Builds(kernel, KernelSearch.Find(request)).Skip(1), first);
        if (problem is not null)
        {
            request.Fail($"There is no list of processes of Linux {kernel.Notes.Release}: {problem}.");
            return;
        }

        foreach (GuestTask t in tasks)
        {
            request.Line($"{t.Pid,6} {t.State} cpu{t.Cpu}{(t.Running ? "*" : " ")} parent {t.Parent,-6} {(t.IsKernel ? $"[{t.Name}]" : t.Name)}{(t.Threads > 1 ? $", {t.Threads} threads" : "")}",
                new("pid", t.Pid), new("parent", t.Parent), new("state", $"{t.State}"), new("cpu", t.Cpu), new("running", t.Running), new("kernel", t.IsKernel),
                new("threads", t.Threads), new("name", t.Name), new("task", t.Address));
        }

        request.Line($"{tasks.Count} processes; * runs now");
    }

    private static GuestKernel? First(MonitorRequest request)
    {
        IReadOnlyList<GuestKernel> kernels = KernelSearch.Find(request);
        GuestKernel? kernel = KernelSearch.OfThisWorld(request, kernels) ?? (kernels.Count > 0 ? kernels[0] : null);
        if (kernel is { View: AddressView.Physical } && KernelSearch.OfThisWorld(request, kernels) is null)
        {
            request.Line($"of Linux {kernel.Notes.Release} in physical memory; the guest of cpu{request.Cpu} is none, or has not written its notes yet:", new Fact("release", kernel.Notes.Release));
        }

        if (kernel is null)
        {
            request.Fail("There is no Linux kernel that can be told: no page of memory holds its notes (VMCOREINFO), which it writes when its first processes are there, with CONFIG_CRASH_CORE.");
        }

        return kernel;
    }

    private static IReadOnlyList<SymbolTable> Named(MonitorRequest request) => (request.Target as IDescribed)?.Description.Symbols ?? [];
}
