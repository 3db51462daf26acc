using System;
using System.Runtime.InteropServices;
using GdbHost.GdbStub.Session;

namespace GdbHost.GdbStub.Run;

/// <summary>Signals that end the run in good order: output written, terminal put back.</summary>
internal sealed class SignalEnds : IDisposable
{
    // 128 and the number of the signal, as shells report it.
    private static readonly (PosixSignal Signal, int Status)[] Ending =
    [
        (PosixSignal.SIGHUP, 129),
        (PosixSignal.SIGINT, 130),
        (PosixSignal.SIGQUIT, 131),
        (PosixSignal.SIGTERM, 143),
    ];

    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="guest">What ends.</param>
    /// <param name="status">The exit status; null for the shells' one of each signal.</param>
    public SignalEnds(GuestRun guest, int? status) =>
        _registrations = Array.ConvertAll(Ending, end => PosixSignalRegistration.Create(end.Signal, context =>
        {
            context.Cancel = true;
            guest.Finish(new GuestEnd(status ?? end.Status, "ended by a signal"));
        }));

    public void Dispose() => Array.ForEach(_registrations, static r => r.Dispose());
}
