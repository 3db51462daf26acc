using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A machine in this process, for tests that compare its state at exact counts of instructions.</summary>
internal sealed class PortRun : IDisposable
{
    private readonly MachineDebugPort _port;

    public PortRun(MachineConfiguration configuration)
    {
        _port = MachineDebugPort.Create(configuration, b => Serial.Add(new SerialByte(_port!.VirtualNanoseconds, b)));
        _port.StopsWhenStuck = true;
    }

    /// <summary>Every byte of the serial port, with the guest's time at which it was sent.</summary>
    public List<SerialByte> Serial { get; } = [];

    public string Text => Encoding.ASCII.GetString([.. Serial.Select(s => s.Value)]);

    /// <summary>The machine's door, for what else a debugger does.</summary>
    public MachineDebugPort Port => _port;

    public MachineState State => _port.State;

    public MachineInspection Inspection => _port.Inspection;

    public ulong Instructions => _port.Instructions;

    public void Dispose() => _port.Dispose();

    public MachineStop RunTo(ulong instructions)
    {
        _port.InstructionLimit = instructions;
        using ManualResetEventSlim done = new();
        MachineStop stop = default;
        _port.Resume([.. Enumerable.Repeat(CoreAction.Run, _port.CpuCount)], s =>
        {
            stop = s;
            done.Set();
        });
        done.Wait();
        return stop;
    }

    /// <summary>Another machine of this kind with the state of this one, by way of a snapshot.</summary>
    public PortRun Copy(MachineConfiguration configuration)
    {
        using MemoryStream file = new();
        _port.Save(file);
        PortRun copy = new(configuration);
        copy._port.Restore(file);
        copy.Serial.AddRange(Serial);
        return copy;
    }

    /// <summary>Reads what a debugger would read of every core.</summary>
    public void LookAround()
    {
        byte[] bytes = new byte[4096];
        for (int cpu = 0; cpu < _port.CpuCount; cpu++)
        {
            foreach (MachineRegister register in _port.Registers)
            {
                _port.TryReadRegister(cpu, register, bytes);
            }

            MachineRegister pc = _port.Registers.First(r => r.Name == "pc");
            _port.TryReadRegister(cpu, pc, bytes);
            ulong here = BitConverter.ToUInt64(bytes);
            _port.ReadMemory(cpu, MemorySpace.Current, here, bytes);
            _port.Explain(cpu, MemorySpace.Current, here, TranslationAccess.Execute);
        }
    }
}

/// <summary>One byte of the serial port, and when it was sent.</summary>
internal readonly record struct SerialByte(ulong Nanoseconds, byte Value);
