using System;
using System.Buffers.Binary;
using System.IO;
using GdbHost.Machine.Network;

namespace GdbHost.GdbStub.Backends;

/// <summary>
/// Frames in a file that Wireshark and tcpdump read (draft-ietf-opsawg-pcap, PCAP Capture File Format, nanosecond form). Times are virtual, so the same run gives
/// the same file.
/// </summary>
internal sealed class PcapFile : IFrameCapture, IDisposable
{
    private const uint NanosecondMagic = 0xa1b2_3c4d;
    private const uint SnapLength = 262144;
    private const uint Ethernet = 1;
    private const int FileHeaderBytes = 24;
    private const int RecordHeaderBytes = 16;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private readonly FileStream _file;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public PcapFile(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        Span<byte> header = stackalloc byte[FileHeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], Ethernet);
        _file.Write(header);
    }

    public void Frame(ulong nanoseconds, ReadOnlySpan<byte> frame)
    {
        Span<byte> header = stackalloc byte[RecordHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(nanoseconds / NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(nanoseconds % NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)frame.Length);
        try
        {
            _file.Write(header);
            _file.Write(frame);
        }
        catch (IOException)
        {
            // A full disk must not end the guest; what is there can be read.
            return;
        }
    }

    public void Dispose() => _file.Dispose();
}
