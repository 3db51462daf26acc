using System;
using System.Threading.Tasks;

namespace GdbHost.GdbStub.Serial;

/// <summary>The host's end of a guest's serial line. Lives outside the machine: the machine sees bytes at instruction counts.</summary>
internal interface ISerialBackend : IDisposable
{
    /// <summary>Done when the guest may run.</summary>
    Task Ready => Task.CompletedTask;

    /// <summary>
    /// Begins to take input; <paramref name="received"/> is called on a thread of the backend and may block to slow the
    /// sender. <paramref name="ended"/> is called once it is sure that no input will come any more.
    /// </summary>
    void Start(Action<ReadOnlyMemory<byte>> received, Action ended);

    /// <summary>Takes output of the guest; called on the machine's thread.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
