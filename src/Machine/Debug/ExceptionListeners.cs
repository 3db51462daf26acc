using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;

namespace GdbHost.Machine.Debug;

/// <summary>Lets several look on at a machine's exceptions. With nobody the cores know of none, and with one they tell that one.</summary>
internal sealed class ExceptionListeners(IReadOnlyList<Core> cores) : IExceptionListener
{
    private readonly List<IExceptionListener> _all = [];

    /// <summary>Begins or ends to tell somebody, who is told once whatever is said twice.</summary>
    public void Set(IExceptionListener listener, bool listens)
    {
        _all.Remove(listener);
        if (listens)
        {
            _all.Add(listener);
        }

        foreach (Core core in cores)
        {
            core.System.Listener = _all.Count switch { 0 => null, 1 => _all[0], _ => this };
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
}
