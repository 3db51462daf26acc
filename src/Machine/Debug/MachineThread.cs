using System;
using System.Collections.Concurrent;
using System.Threading;

namespace GdbHost.Machine.Debug;

/// <summary>
/// The one thread that owns a machine, and the queue by which other threads reach it. Together with
/// <c>MachineDebugPort</c> the only place of this project that knows of threads.
/// </summary>
internal sealed class MachineThread : IDisposable
{
    private readonly BlockingCollection<Action> _requests = [];
    private readonly Thread _thread;
    private readonly Func<bool> _slice;
    private bool _running;
    private volatile bool _disposed;

    /// <param name="slice">Runs the machine for a while; false when it stands still from now on.</param>
    public MachineThread(Func<bool> slice)
    {
        _slice = slice;
        _thread = new Thread(Loop, maxStackSize: 4 << 20) { IsBackground = true, Name = "machine" };
        _thread.Start();
    }

    /// <summary>Starts calling slices. On the machine thread only.</summary>
    public void StartSlices() => _running = true;

    /// <summary>Runs something on the machine thread, between two slices, and waits for it. A failure is thrown here.</summary>
    public void Invoke(Action action)
    {
        if (Thread.CurrentThread == _thread)
        {
            action();
            return;
        }

        using ManualResetEventSlim done = new();
        Exception? failure = null;
        Post(() =>
        {
            try
            {
                action();
            }
            catch (Exception e) when (Keep(e, out failure))
            {
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        if (failure is not null)
        {
            throw new InvalidOperationException("the machine failed: " + failure.Message, failure);
        }
    }

    /// <summary>Runs something on the machine thread, between two slices, without waiting.</summary>
    public void Post(Action action)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _requests.Add(action);
    }

    /// <summary>Waits for the next request and runs it. For a slice that has nothing to do.</summary>
    public void AwaitRequest()
    {
        if (_requests.TryTake(out Action? request, Timeout.Infinite))
        {
            request();
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _requests.CompleteAdding();
            _thread.Join();
            _requests.Dispose();
        }
    }

    private static bool Keep(Exception e, out Exception kept)
    {
        kept = e;
        return true;
    }

    private void Loop()
    {
        while (!_disposed)
        {
            if (_running)
            {
                while (_requests.TryTake(out Action? request))
                {
                    request();
                }

                _running = _running && !_disposed && _slice();
            }
            else if (_requests.TryTake(out Action? request, Timeout.Infinite))
            {
                request();
            }
            else
            {
                return;
            }
        }
    }
}
