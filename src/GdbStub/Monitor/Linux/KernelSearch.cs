using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Addresses;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>Finds the Linux kernels in a machine's memory, by their notes.</summary>
internal static class KernelSearch
{
    private const int MostKernels = 16;
    private const int PageBytes = 4096;
    private const int NameBytes = 65;

    /// <summary>The kernels of the world in which a vCPU is, or of the machine without stage 2; the first is that of the vCPU.</summary>
    public static IReadOnlyList<GuestKernel> Find(MonitorRequest request) => Find(request, Pages(request));

    /// <summary>The pages that may hold a kernel's notes.</summary>
    public static IReadOnlyList<ulong> Pages(MonitorRequest request) =>
        ((IInspected)request.Target).Inspection.RamPages(Encoding.ASCII.GetBytes(KernelNotes.Begin), MostKernels);

    /// <param name="pages">What <see cref="Pages"/> has found.</param>
    public static IReadOnlyList<GuestKernel> Find(MonitorRequest request, IReadOnlyList<ulong> pages)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        MapReport? stage2 = pages.Count == 0 ? null : machine.Map(request.Cpu, MemorySpace.Intermediate);
        List<GuestKernel> found = [];
        foreach (ulong page in pages)
        {
            byte[] bytes = new byte[PageBytes];
            request.Target.ReadMemory(request.Cpu, AddressView.Physical, page, bytes);
            KernelNotes notes = new(bytes);
            bool mapped = stage2 is { IsOn: true } && stage2.Ranges.Any(r => page >= r.Output && page - r.Output <= r.Last - r.Start);
            foreach (AddressView view in mapped ? (AddressView[])[AddressView.Intermediate, AddressView.Physical] : [AddressView.Physical])
            {
                GuestKernel kernel = new(request.Target, request.Cpu, view, page, notes);
                if (IsThere(kernel))
                {
                    found.Add(kernel);
                    break;
                }
            }
        }

        // One that has been replaced (kexec) has left its notes; two of one build at one place are read alike.
        return [.. found.DistinctBy(static k => (k.View, k.Notes.Release, k.Notes.Symbol("_stext"))).OrderBy(static k => k.View == AddressView.Intermediate ? 0 : 1).ThenBy(static k => k.Page)];
    }

    /// <summary>The kernel that EL1 of a vCPU belongs to; null where it has no notes.</summary>
    public static GuestKernel? OfThisWorld(MonitorRequest request, IReadOnlyList<GuestKernel> kernels)
    {
        bool isGuest = (MonitorArguments.Register(request, "HCR_EL2") & 1) != 0;
        return kernels.FirstOrDefault(k => (k.View == AddressView.Intermediate) == isGuest);
    }

    /// <summary>A kernel, and others of the same build.</summary>
    public static IEnumerable<GuestKernel> Builds(GuestKernel kernel, IEnumerable<GuestKernel> all) =>
        [kernel, .. all.Where(k => k != kernel && kernel.Notes.Build is not null && k.Notes.Build == kernel.Notes.Build)];

    /// <summary>What the kernel's uname says is what the notes say, read by the addresses in the notes.</summary>
    private static bool IsThere(GuestKernel kernel)
    {
        const string System = "Linux";
        Span<byte> names = stackalloc byte[NameBytes * 3];
        return NamesAt(kernel) is ulong place && kernel.TryRead(place, names)
            && Printable.Of(names[..NameBytes]) == System && Printable.Of(names[(NameBytes * 2)..]) == kernel.Notes.Release;
    }

    private static ulong? NamesAt(GuestKernel kernel) => kernel.Notes.Symbol("init_uts_ns") + (ulong)(kernel.Notes.MemberOffset("uts_namespace.name") ?? 0);

    /// <summary>The kernel's uname: its build in words.</summary>
    public static string VersionOf(GuestKernel kernel)
    {
        byte[] names = new byte[NameBytes * 4];
        return kernel.TryRead(NamesAt(kernel) ?? 0, names)
            ? Printable.Of(names.AsSpan(NameBytes * 3))
            : "";
    }
}
