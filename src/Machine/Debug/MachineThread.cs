using System;
using System.Collections.Concurrent;
using System.Threading;

namespace GdbHost.Machine.Debug;

/// <summary>
/// The thread that runs a machine, and the ways by which other threads reach it. While the machine stands still whoever asks does the work
/// itself, under the lock that owns the machine; while it runs, requests wait in a queue for the end of a slice. The only
/// place of this project that knows of threads.
/// </summary>
internal sealed class MachineThread : IDisposable
{
    private readonly BlockingCollection<Action> _requests = [];
    private readonly Thread _thread;
    private readonly Func<bool> _slice;

    // Held by whoever touches the machine.
    private readonly Lock _machine = new();

    private int _waiting;
    private volatile bool _running;
    private volatile bool _disposed;

    /// <param name="slice">Runs the machine for a while; false when it stands still from now on.</param>
    public MachineThread(Func<bool> slice)
    {
        _slice = slice;
        _thread = new Thread(Loop, maxStackSize: 4 << 20) { IsBackground = true, Name = "machine" };
        _thread.Start();
    }

    /// <summary>
    /// Makes the calling thread the owner of a machine that stands still and has nothing to do first; false if there is none to be had. Then
    /// <see cref="Exit"/> must follow. It saves two changes of threads, which cost more than most requests.
    /// </summary>
    public bool TryEnter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_running || !_machine.TryEnter())
        {
            return false;
        }

        if (!_running && Volatile.Read(ref _waiting) == 0)
        {
            return true;
        }

        _machine.Exit();
        return false;
    }

    /// <summary>Gives the machine back.</summary>
    public void Exit() => _machine.Exit();

    /// <summary>Starts calling slices. Only for the owner of the machine.</summary>
    public void StartSlices()
    {
        _running = true;
        if (Thread.CurrentThread != _thread)
        {
            Post(static () => { });
        }
    }

    /// <summary>Runs something between two slices and waits for it. A failure is thrown here.</summary>
    public void Invoke(Action action)
    {
        if (Thread.CurrentThread == _thread)
        {
            action();
            return;
        }

        if (TryEnter())
        {
            try
            {
                action();
            }
            catch (Exception e) when (Keep(e, out _))
            {
                throw Failure(e);
            }
            finally
            {
                Exit();
            }

            return;
        }

        InvokeThere(action);
    }

    /// <summary>Runs something between two slices: before this returns where the machine stands still, else later.</summary>
    public void Do(Action action)
    {
        if (Thread.CurrentThread != _thread && TryEnter())
        {
            try
            {
                action();
            }
            finally
            {
                Exit();
            }
        }
        else
        {
            Post(action);
        }
    }

    /// <summary>Runs something on the machine thread, between two slices, without waiting.</summary>
    public void Post(Action action)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Interlocked.Increment(ref _waiting);
        _requests.Add(action);
    }

    /// <summary>Waits for the next request and runs it. For a slice that has nothing to do.</summary>
    public void AwaitRequest()
    {
        if (_requests.TryTake(out Action? request, Timeout.Infinite))
        {
            Serve(request);
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

    private static InvalidOperationException Failure(Exception e) => new("the machine failed: " + e.Message, e);

    private void InvokeThere(Action action)
    {
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
            throw Failure(failure);
        }
    }

    private void Serve(Action request)
    {
        try
        {
            request();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void Loop()
    {
        while (!_disposed)
        {
            if (_running)
            {
                lock (_machine)
                {
                    while (_requests.TryTake(out Action? request))
                    {
                        Serve(request);
                    }

                    _running = _running && !_disposed && _slice();
                }
            }
            else if (_requests.TryTake(out Action? request, Timeout.Infinite))
            {
                lock (_machine)
                {
                    Serve(request);
                }
            }
            else
            {
                return;
            }
        }
    }
}
