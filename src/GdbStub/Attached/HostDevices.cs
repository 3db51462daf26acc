using System;
using System.Collections.Generic;
using System.Threading;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Serial;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Virtio.Console;

namespace GdbHost.GdbStub.Attached;

/// <summary>What of the host is behind the guest's devices during a run: it is closed when the machine stands still for good.</summary>
internal sealed class HostDevices : IDisposable
{
    /// <summary>A guest that does the same wrong thing in a loop must not fill the log.</summary>
    private const int MostProblems = 20;

    private readonly List<IDisposable> _kept = [];
    private readonly List<ISerialBackend> _lines = [];
    private readonly bool _allowRemote;
    private readonly Log _log;
    private bool _terminalTaken;
    private int _open;
    private int _problems;

    /// <param name="terminalTaken">The first serial port is at stdio.</param>
    /// <param name="allowRemote">Lines may be picked up from other hosts.</param>
    /// <param name="log">Where lines and problems are reported.</param>
    public HostDevices(bool terminalTaken, bool allowRemote, Log log)
    {
        _terminalTaken = terminalTaken;
        _allowRemote = allowRemote;
        _log = log;
    }

    public T Keep<T>(T device)
        where T : IDisposable
    {
        _kept.Add(device);
        return device;
    }

    /// <summary>Opens a line of a device; lines are numbered as they are opened.</summary>
    public ICharacterOutput AddLine(SerialLine line)
    {
        bool terminal = line.To.EndsWith("stdio", StringComparison.Ordinal);
        if (terminal && _terminalTaken)
        {
            throw new UserErrorException($"{line.Option}: stdio is another line's already; use --serial none, or file: or tcp: for one of them");
        }

        _terminalTaken |= terminal;
        ISerialBackend backend = Keep(SerialOption.Open(line, _allowRemote, _log, static () => { }));
        _lines.Add(backend);
        return new Output(backend);
    }

    /// <summary>Begins to take input, and to tell of problems.</summary>
    public void Start(MachineTarget machine)
    {
        machine.ObserveDevices(Tell);
        _open = _lines.Count;
        if (_open == 0)
        {
            return;
        }

        machine.AwaitOthers(true);
        for (int number = 0; number < _lines.Count; number++)
        {
            int line = number;
            _lines[line].Start(bytes => machine.ReceiveOnLine(line, bytes), () => End(machine));
        }
    }

    public void Dispose()
    {
        foreach (IDisposable device in _kept)
        {
            device.Dispose();
        }

        _kept.Clear();
    }

    private void End(MachineTarget machine)
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            machine.AwaitOthers(false);
        }
    }

    private void Tell(string device, string what)
    {
        if (_problems++ < MostProblems)
        {
            _log.Warning($"{device}: {what}{(_problems == MostProblems ? "; further problems are not shown" : "")}");
        }
    }

    private sealed class Output(ISerialBackend backend) : ICharacterOutput
    {
        public void Write(ReadOnlySpan<byte> bytes) => backend.Write(bytes);
    }
}
