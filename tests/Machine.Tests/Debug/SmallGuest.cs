using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>A machine with a few instructions at the start of its RAM, driven through the public door.</summary>
internal sealed class SmallGuest : IDisposable
{
    /// <summary>Where the code is: a raw image goes to RAM + 0x80000.</summary>
    public const ulong Code = 0x4008_0000;

    /// <summary>Free memory for the guest's data, on a page of its own.</summary>
    public const ulong Data = 0x4020_0000;

    public SmallGuest(params uint[] words)
        : this(new MachineConfiguration { El2 = false, MemoryBytes = 64 << 20 }, words)
    {
    }

    public SmallGuest(MachineConfiguration configuration, params uint[] words)
    {
        byte[] image = MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
        Port = MachineDebugPort.Create(configuration with { Kernel = new BootFile("words", image) }, Output.Add);
        Port.StopsWhenStuck = true;

        // What ran before the image (the boot code of a raw kernel) is no part of these tests.
        Set("pc", Code);
    }

    public MachineDebugPort Port { get; }

    public List<byte> Output { get; } = [];

    public ulong this[string register] => Read(register);

    public void Set(string register, ulong value)
    {
        if (Port.WriteRegister(0, Find(register), BitConverter.GetBytes(value)) is string problem)
        {
            throw new InvalidOperationException(problem);
        }
    }

    public MachineStop Run(ulong? instructions = null)
    {
        Port.InstructionLimit = instructions is ulong n ? Port.Instructions + n : null;
        return Resume(CoreAction.Run);
    }

    public MachineStop Step() => Resume(CoreAction.Step);

    /// <summary>The core stays where it is, as if others ran.</summary>
    public MachineStop Hold() => Resume(CoreAction.Hold);

    public ulong ReadMemory(ulong address)
    {
        byte[] bytes = new byte[8];
        _ = Port.ReadMemory(0, MemorySpace.Physical, address, bytes);
        return BitConverter.ToUInt64(bytes);
    }

    public void Dispose() => Port.Dispose();

    private MachineStop Resume(CoreAction action)
    {
        using ManualResetEventSlim done = new();
        MachineStop stop = default;
        Port.Resume([.. Enumerable.Repeat(action, Port.CpuCount)], s =>
        {
            stop = s;
            done.Set();
        });
        done.Wait();
        return stop;
    }

    private ulong Read(string register)
    {
        byte[] bytes = new byte[16];
        return Port.TryReadRegister(0, Find(register), bytes)
            ? BitConverter.ToUInt64(bytes)
            : throw new InvalidOperationException($"{register} cannot be read");
    }

    private MachineRegister Find(string name) => Port.Registers.First(r => r.Name == name);
}
