using System;
using System.IO;

namespace GdbHost.GdbStub.Serial;

/// <summary>Reads a stream until it ends.</summary>
internal static class InputReader
{
    private const int PieceBytes = 256;

    public static void Run(Stream stream, Action<ReadOnlyMemory<byte>> received, Action ended)
    {
        var piece = new byte[PieceBytes];
        try
        {
            for (int count = stream.Read(piece); count > 0; count = stream.Read(piece))
            {
                received(piece.AsMemory(0, count));
            }

            ended();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The peer is gone, or the program ends: there is no more input.
            return;
        }
    }
}
