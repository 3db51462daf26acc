using System;
using System.IO;
using GdbHost.Machine.Snapshots;

namespace GdbHost.Machine.Debug;

/// <summary>Saves, restores and hashes the machine behind a port, on the machine's thread.</summary>
internal sealed class MachineSnapshots(Boards.Machine machine)
{
    private readonly StateHash _hash = new(machine);

    public MachineState State => new(machine.Cluster.Retired, machine.Clock.Now, _hash.Compute());

    /// <summary>Gives the problem, or null when all is saved.</summary>
    public SnapshotException? Save(Stream into) => Try(() => SnapshotWriter.Write(machine, into));

    /// <summary>Gives the problem, or null when the machine has the saved state.</summary>
    public SnapshotException? Restore(Stream from) => Try(() =>
    {
        SnapshotReader.Read(machine, from);
        _hash.Forget();
    });

    public static bool IsSnapshot(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read);
        Span<byte> magic = stackalloc byte[SnapshotFormat.Magic.Length];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual(SnapshotFormat.Magic);
    }

    private static SnapshotException? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or InsufficientMemoryException)
        {
            return new SnapshotException(e.Message, e);
        }
    }
}
