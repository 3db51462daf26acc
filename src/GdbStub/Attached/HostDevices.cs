using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Run;
using GdbHost.GdbStub.Serial;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Backends;

namespace GdbHost.GdbStub.Attached;

/// <summary>What of the host is behind the guest's devices during a run: it is closed when the machine stands still for good.</summary>
internal sealed class HostDevices : IDisposable
{
    /// <summary>A guest that does the same wrong thing in a loop must not fill the log.</summary>
    private const int MostProblems = 20;

    private readonly List<IDisposable> _kept = [];
    private readonly List<ISerialBackend> _lines = [];
    private readonly List<HostNetwork?> _networks = [];
    private readonly RealTimePace _pace = new();
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

    /// <summary>Network cards so far.</summary>
    public int Cards { get; set; }

    /// <summary>There are networks with a way to the host.</summary>
    public bool HasNetworks => _networks.Exists(static n => n is not null);

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

    /// <summary>Adds what is behind a user network, in the order of the cards; null for nothing.</summary>
    public void AddNetwork(HostNetwork? network) => _networks.Add(network);

    /// <summary>Says something that the user may need.</summary>
    public void Tell(string text) => _log.Info(text);

    /// <summary>Says something that the user may not have meant.</summary>
    public void Warn(string text) => _log.Warning(text);

    /// <summary>Refuses to be reached from other hosts where the user has not allowed it.</summary>
    public void CheckRemote(string option, IPEndPoint listen)
    {
        if (!_allowRemote && !IPAddress.IsLoopback(listen.Address))
        {
            throw new UserErrorException($"{option}: {listen} can be reached from other hosts; leave the address out for 127.0.0.1, or add --allow-remote");
        }
    }

    /// <summary>
    /// Called on the machine's thread with the virtual time: while the guest waits for somebody in the host's network, its time is not to run
    /// ahead of theirs.
    /// </summary>
    public void HoldForNetworks(ulong virtualNanoseconds)
    {
        if (_networks.Exists(static n => n is { IsAwaited: true }))
        {
            _pace.Hold(virtualNanoseconds);
        }
        else
        {
            _pace.Follow(virtualNanoseconds);
        }
    }

    /// <summary>Begins to take input, and to tell of problems.</summary>
    public void Start(MachineTarget machine)
    {
        machine.ObserveDevices(TellProblem);
        for (int number = 0; number < _networks.Count; number++)
        {
            int network = number;
            _networks[number]?.Start(happened => machine.TellNetwork(network, happened));
        }

        // A network with a way to the host has no end.
        _open = _lines.Count + _networks.Count(static n => n is not null);
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

    private void TellProblem(string device, string what)
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
