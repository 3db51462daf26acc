using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;

namespace GdbHost.Machine.Debug.Traps;

/// <summary>Who looks on while exceptions are taken. While there is nobody, no core knows of it.</summary>
internal sealed class ExceptionListeners(IReadOnlyList<Core> cores) : IExceptionListener
{
    private IExceptionListener[] _all = [];

    /// <summary>Lets somebody look on, or no longer. In the order in which they came, each is told.</summary>
    public void Set(IExceptionListener listener, bool listens)
    {
        List<IExceptionListener> all = [.. _all];
        all.Remove(listener);
        if (listens)
        {
            all.Add(listener);
        }

        _all = [.. all];
        foreach (Core core in cores)
        {
            core.System.Listener = _all.Length switch
            {
                0 => null,
                1 => _all[0],
                _ => this,
            };
        }
    }

    public void Entered(Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type)
    {
        foreach (IExceptionListener listener in _all)
        {
            listener.Entered(core, from, to, type);
        }
    }

    public void Returned(Core core, ExceptionLevel from)
    {
        foreach (IExceptionListener listener in _all)
        {
            listener.Returned(core, from);
        }
    }

    public void FirmwareCalled(Core core, bool isSmc, ulong function, ulong first, ulong result)
    {
        foreach (IExceptionListener listener in _all)
        {
            listener.FirmwareCalled(core, isSmc, function, first, result);
        }
    }

    public void InterruptTaken(Core core, InterruptKind kind)
    {
        foreach (IExceptionListener listener in _all)
        {
            listener.InterruptTaken(core, kind);
        }
    }

    public void Waits(Core core)
    {
        foreach (IExceptionListener listener in _all)
        {
            listener.Waits(core);
        }
    }
}
