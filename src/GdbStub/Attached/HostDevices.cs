using System;
using System.Collections.Generic;

namespace GdbHost.GdbStub.Attached;

/// <summary>What of the host is behind the guest's devices during a run: it is closed when the machine stands still for good.</summary>
internal sealed class HostDevices : IDisposable
{
    private readonly List<IDisposable> _kept = [];

    public T Keep<T>(T device)
        where T : IDisposable
    {
        _kept.Add(device);
        return device;
    }

    public void Dispose()
    {
        foreach (IDisposable device in _kept)
        {
            device.Dispose();
        }

        _kept.Clear();
    }
}
