using System;

namespace GdbHost.Machine.Semihosting;

/// <summary>Moves bytes between a buffer of the guest and an open file; says how many, and what ended it early.</summary>
internal delegate HostError FileTransfer(OpenFile file, GuestBuffers memory, ulong buffer, ulong length, out ulong done);

/// <summary>
/// Reading and writing, page by page, so that no length a guest gives makes a buffer of ours. One call moves a limited
/// number of bytes, so that none lasts long: the specification allows a partial answer.
/// </summary>
internal static class FileTransfers
{
    private const ulong MostBytes = 256 << 20;
    private const int PageBytes = 4096;

    public static HostError Write(OpenFile file, GuestBuffers memory, ulong buffer, ulong length, out ulong done)
    {
        Span<byte> page = stackalloc byte[PageBytes];
        done = 0;
        for (ulong most = Math.Min(length, MostBytes); done < most;)
        {
            Span<byte> run = page[..GuestBuffers.InPage(buffer + done, most - done)];
            if (!memory.TryRead(buffer + done, run))
            {
                return HostError.BadAddress;
            }

            HostError error = file.Write(run, out int written);
            done += (ulong)written;
            if (error != HostError.None || written < run.Length)
            {
                return error;
            }
        }

        return HostError.None;
    }

    public static HostError Read(OpenFile file, GuestBuffers memory, ulong buffer, ulong length, out ulong done)
    {
        Span<byte> page = stackalloc byte[PageBytes];
        done = 0;
        for (ulong most = Math.Min(length, MostBytes); done < most;)
        {
            Span<byte> run = page[..GuestBuffers.InPage(buffer + done, most - done)];

            // Asked first: what has been read from a console cannot be put back.
            if (!memory.CanWrite(buffer + done, (ulong)run.Length))
            {
                return HostError.BadAddress;
            }

            HostError error = file.Read(run, out int read);
            memory.TryWrite(buffer + done, run[..read]);
            done += (ulong)read;
            if (error != HostError.None || read < run.Length)
            {
                return error;
            }
        }

        return HostError.None;
    }
}
