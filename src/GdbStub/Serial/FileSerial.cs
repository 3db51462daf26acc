using System;
using System.IO;

namespace GdbHost.GdbStub.Serial;

/// <summary>A line into a file. Nothing comes back.</summary>
internal sealed class FileSerial : ISerialBackend
{
    private readonly FileStream _file;
    private readonly OutputPump _pump;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public FileSerial(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _pump = new OutputPump(_file);
    }

    public void Start(Action<ReadOnlyMemory<byte>> received, Action ended) => ended();

    public void Write(ReadOnlySpan<byte> bytes) => _pump.Write(bytes);

    public void Dispose()
    {
        _pump.Dispose();
        _file.Dispose();
    }
}
