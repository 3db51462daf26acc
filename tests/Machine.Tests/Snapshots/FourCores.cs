using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;

namespace GdbHost.Machine.Tests.Snapshots;

/// <summary>
/// Four cores that fight for one counter with exclusives, wait for events and print: what each of them sees depends on
/// the order of turns. Driven through the public door, with the virtual time of each byte printed.
/// </summary>
internal sealed class FourCores : IDisposable
{
    public const int Cores = 4;
    public const ulong Code = 0x4008_0000;

    /// <summary>Where all cores load the counter.</summary>
    public const ulong Again = Code + 0x3c;

    public const ulong Counter = 0x4020_0000;

    private static readonly uint[] Program =
    [
        0xd53800b3, // mrs x19, mpidr_el1
        0x92401e73, // and x19, x19, #0xff
        0xb5000173, // cbnz x19, work
        0xd2800034, // mov x20, #1
        0xd2800060, // on: movz x0, #3
        0xf2b88000, // movk x0, #0xc400, lsl #16
        0xaa1403e1, // mov x1, x20
        0x10ffff22, // adr x2, start
        0xd2800003, // mov x3, #0
        0xd4000002, // hvc #0
        0x91000694, // add x20, x20, #1
        0xf100129f, // cmp x20, #4
        0x54ffff01, // b.ne on
        0xd2a80401, // work: movz x1, #0x4020, lsl #16
        0xd2a12008, // movz x8, #0x900, lsl #16
        0xc85f7c22, // again: ldxr x2, [x1]
        0x91000442, // add x2, x2, #1
        0xc8057c22, // stxr w5, x2, [x1]
        0x35ffffa5, // cbnz w5, again
        0xca020084, // eor x4, x4, x2
        0x8b130c26, // add x6, x1, x19, lsl #3
        0xf90020c4, // str x4, [x6, #64]
        0x92401c47, // and x7, x2, #0xff
        0xeb1300ff, // cmp x7, x19
        0x54000040, // b.eq rare
        0x17fffff6, // b again
        0xb4000073, // rare: cbz x19, tell
        0xd503205f, // wfe
        0x17fffff3, // b again
        0xd503209f, // tell: sev
        0x39000102, // strb w2, [x8]
        0x17fffff0, // b again
    ];

    public FourCores()
    {
        Port = MachineDebugPort.Create(Configuration, b => Printed.Add((Port!.VirtualNanoseconds, b)));
        Port.StopsWhenStuck = true;
        MachineRegister pc = Port.Registers.First(r => r.Name == "pc");
        Port.WriteRegister(0, pc, BitConverter.GetBytes(Code));
    }

    public static MachineConfiguration Configuration { get; } = new()
    {
        El2 = false,
        Cpus = Cores,
        MemoryBytes = 64 << 20,
        Kernel = new BootFile("program", MemoryMarshal.AsBytes(Program.AsSpan()).ToArray()),
    };

    public MachineDebugPort Port { get; }

    /// <summary>Each byte printed, and when.</summary>
    public List<(ulong Nanoseconds, byte Value)> Printed { get; } = [];

    /// <summary>Runs all cores until the count of instructions, or until something else stops them.</summary>
    public MachineStop RunTo(ulong instructions)
    {
        Port.InstructionLimit = instructions;
        return Resume([.. Enumerable.Repeat(CoreAction.Run, Cores)]);
    }

    public MachineStop Step(int cpu) => Resume([.. Enumerable.Range(0, Cores).Select(k => k == cpu ? CoreAction.Step : CoreAction.Hold)]);

    public void Dispose() => Port.Dispose();

    private MachineStop Resume(CoreAction[] actions)
    {
        using ManualResetEventSlim done = new();
        MachineStop stop = default;
        Port.Resume(actions, s =>
        {
            stop = s;
            done.Set();
        });
        done.Wait();
        return stop;
    }
}
