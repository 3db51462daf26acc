using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using static System.Buffers.Binary.BinaryPrimitives;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>One process of a kernel.</summary>
/// <param name="State">The letter that ps prints.</param>
/// <param name="Cpu">The vCPU on which it runs or ran last.</param>
/// <param name="Running">It is on that vCPU now.</param>
/// <param name="IsKernel">A thread of the kernel: it has no memory of its own.</param>
internal sealed record GuestTask(int Pid, int Parent, char State, int Cpu, bool Running, bool IsKernel, int Threads, string Name, ulong Address);

/// <summary>
/// The processes of a kernel, along the list that begins at its first task. Where members are comes from the types that the kernel carries.
/// The first task is found by what it is: process 0, called swapper, in a list that holds together.
/// </summary>
internal sealed class TaskList
{
    private const int MostTasks = 8192;
    private const int MostCandidates = 4096;
    private const int NameBytes = 16;

    // The image of a distribution's kernel with what it keeps behind its code.
    private const int ImageBytes = 64 << 20;

    // Linux, include/linux/sched.h: the bits that ps shows, and what makes an uninterruptible sleep idle.
    private const uint Reported = 0x7f;
    private const uint Idle = 0x402;
    private const string Letters = "RSDTtXZPI";

    private readonly GuestKernel _kernel;
    private readonly Layout _layout;

    private TaskList(GuestKernel kernel, Layout layout) => (_kernel, _layout) = (kernel, layout);

    /// <summary>Process 0 first; or why there is no list.</summary>
    /// <param name="builds">Kernels of the same build, of which one may have its types in memory where this one has not been given them.</param>
    /// <param name="named">Where symbols say the first task is; null where there are none.</param>
    public static (IReadOnlyList<GuestTask> Tasks, string? Problem) Read(GuestKernel kernel, IEnumerable<GuestKernel> builds, ulong? named)
    {
        if (kernel.Notes.Symbol("_stext") is not ulong start)
        {
            return ([], "the kernel's notes do not say where its code is");
        }

        byte[] image = Image(kernel, start);
        if ((KernelTypes.Find(image) ?? builds.Select(static b => KernelTypes.Find(Image(b, b.Notes.Symbol("_stext") ?? 0))).FirstOrDefault(static t => t is not null)) is not KernelTypes types)
        {
            return ([], "its memory holds no BTF (CONFIG_DEBUG_INFO_BTF), which says where the members of task_struct are; a vmlinux in gdb has them too, with the kernel's own lx-ps");
        }

        if (Layout.Of(types) is not Layout layout)
        {
            return ([], "the kernel's task_struct has other members than those from 5.14 on");
        }

        TaskList list = new(kernel, layout);
        return (named ?? list.FindFirst(image, start)) is ulong first ? (list.From(first), null) : ([], "there is no process 0 in the kernel's data; give the kernel's symbols with --symbols");
    }

    private static byte[] Image(GuestKernel kernel, ulong start)
    {
        byte[] image = new byte[ImageBytes];
        kernel.ReadPages(start, image);
        return image;
    }

    private ulong? FindFirst(ReadOnlySpan<byte> image, ulong start)
    {
        int candidates = 0;
        for (int from = 0, found; candidates < MostCandidates && (found = image[from..].IndexOf("swapper"u8)) >= 0; from += found + 1, candidates++)
        {
            ulong task = start + (ulong)(from + found) - (ulong)_layout.Name;
            if (task % sizeof(ulong) == 0 && ReadAt(task) is GuestTask { Pid: 0 } && HoldsTogether(task))
            {
                return task;
            }
        }

        return null;
    }

    private bool HoldsTogether(ulong task)
    {
        ulong own = task + (ulong)_layout.Tasks;
        return _kernel.Word(own) is ulong next && next % sizeof(ulong) == 0 && _kernel.Word(next + sizeof(ulong)) == own
            && _kernel.Word(own + sizeof(ulong)) is ulong before && _kernel.Word(before) == own;
    }

    private List<GuestTask> From(ulong first)
    {
        List<GuestTask> tasks = [];
        HashSet<ulong> seen = [];
        for (ulong task = first; tasks.Count < MostTasks && seen.Add(task) && ReadAt(task) is GuestTask found;)
        {
            tasks.Add(found);
            task = (_kernel.Word(task + (ulong)_layout.Tasks) ?? 0) - (ulong)_layout.Tasks;
        }

        return tasks;
    }

    private GuestTask? ReadAt(ulong address)
    {
        byte[] task = new byte[_layout.Bytes];
        if (!_kernel.TryRead(address, task))
        {
            return null;
        }

        uint state = ReadUInt32LittleEndian(task.AsSpan(_layout.State));
        uint exit = ReadUInt32LittleEndian(task.AsSpan(_layout.ExitState));
        ulong parent = ReadUInt64LittleEndian(task.AsSpan(_layout.Parent));
        ulong signal = ReadUInt64LittleEndian(task.AsSpan(_layout.Signal));
        return new GuestTask(
            ReadInt32LittleEndian(task.AsSpan(_layout.Pid)),
            (int)(_kernel.Word32(parent + (ulong)_layout.Pid) ?? 0),
            (state & Idle) == Idle ? Letters[^1] : Letters[32 - BitOperations.LeadingZeroCount((state | exit) & Reported)],
            ReadInt32LittleEndian(task.AsSpan(_layout.Cpu)),
            ReadInt32LittleEndian(task.AsSpan(_layout.Running)) != 0,
            ReadUInt64LittleEndian(task.AsSpan(_layout.Memory)) == 0,
            (int)(_kernel.Word32(signal + (ulong)_layout.Threads) ?? 0),
            Printable.Of(task.AsSpan(_layout.Name, NameBytes)),
            address);
    }

    /// <summary>Places of members of task_struct and signal_struct in bytes.</summary>
    private sealed record Layout(
        int Bytes, int Pid, int Parent, int State, int ExitState, int Cpu, int Running, int Memory, int Signal, int Threads, int Name, int Tasks)
    {
        private const string Task = "task_struct";
        private const int MostBytes = 1 << 16;

        /// <summary>Null where one of them is not there, or not within the structure.</summary>
        public static Layout? Of(KernelTypes types)
        {
            int?[] places =
            [
                types.OffsetOf(Task, "pid"), types.OffsetOf(Task, "real_parent"), types.OffsetOf(Task, "__state"), types.OffsetOf(Task, "exit_state"),
                types.OffsetOf(Task, "thread_info.cpu"), types.OffsetOf(Task, "on_cpu"), types.OffsetOf(Task, "mm"), types.OffsetOf(Task, "signal"),
                types.OffsetOf("signal_struct", "nr_threads"), types.OffsetOf(Task, "comm"), types.OffsetOf(Task, "tasks"),
            ];
            return types.SizeOf(Task) is not (> 0 and <= MostBytes and int bytes) || Array.Exists(places, p => p is not int place || place + NameBytes > bytes)
                ? null
                : new Layout(bytes, places[0]!.Value, places[1]!.Value, places[2]!.Value, places[3]!.Value, places[4]!.Value, places[5]!.Value, places[6]!.Value,
                    places[7]!.Value, places[8]!.Value, places[9]!.Value, places[10]!.Value);
        }
    }
}
