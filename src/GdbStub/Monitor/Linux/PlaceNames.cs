using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Symbols;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>Names of places in the programs of a machine that stands still: from symbols that are given, else from those in its kernels.</summary>
internal sealed class PlaceNames(ITarget target)
{
    private readonly Dictionary<ulong, SymbolTable?> _own = [];
    private IReadOnlyList<ulong>? _pages;

    /// <summary>What a vCPU has at an address, as "name+0x10"; null where nobody knows.</summary>
    public string? Of(int cpu, ulong address)
    {
        string? given = (target as IDescribed)?.Description.Symbols.Select(t => t.NameOf(address)).FirstOrDefault(static n => n is not null);
        return given ?? (address >> 63 != 0 && target is IInspected ? OfKernel(new MonitorRequest(target, cpu), address) : null);
    }

    /// <summary>The symbols that the user has given of a kernel: linked where the kernel says it is linked.</summary>
    public static SymbolTable? Given(ITarget target, GuestKernel kernel) => (target as IDescribed)?.Description.Symbols
        .FirstOrDefault(t => t.Find("_stext") is ulong linked && (kernel.Notes.Offset is not ulong offset || linked + offset == kernel.Notes.Symbol("_stext")));

    private string? OfKernel(MonitorRequest request, ulong address)
    {
        IReadOnlyList<GuestKernel> kernels = KernelSearch.Find(request, _pages ??= KernelSearch.Pages(request));
        if (KernelSearch.OfThisWorld(request, kernels) is not GuestKernel kernel)
        {
            return null;
        }

        return Given(target, kernel) is SymbolTable given
            ? given.NameOf(address, kernel.Notes.Offset ?? 0)
            : KernelSearch.Builds(kernel, kernels).Select(b => Own(b)?.NameOf(address, (kernel.Notes.Symbol("_stext") ?? 0) - (b.Notes.Symbol("_stext") ?? 0))).FirstOrDefault(static n => n is not null);
    }

    private SymbolTable? Own(GuestKernel kernel)
    {
        if (!_own.TryGetValue(kernel.Page, out SymbolTable? table))
        {
            _own[kernel.Page] = table = KernelNames.Of(kernel);
        }

        return table;
    }
}
