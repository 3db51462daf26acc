using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>
/// A peer whose packets are served on its own thread before it goes on, as those of a socket are. While the guest stands still no other
/// thread has a part in a visit.
/// </summary>
internal sealed class InlinePeer : IDuplexPipe, IDisposable
{
    private readonly Pipe _incoming = new(new PipeOptions(
        pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    private readonly Sink _sent = new();

    public InlinePeer() => Output = PipeWriter.Create(_sent, new StreamPipeWriterOptions(leaveOpen: true));

    public PipeReader Input => _incoming.Reader;

    public PipeWriter Output { get; }

    /// <summary>How often the stub has sent something.</summary>
    public int Writes => _sent.Writes;

    public void Dispose() => _sent.Dispose();

    /// <summary>The SHA-256 of all that the stub has sent.</summary>
    public string HashOfSent() => _sent.Hash();

    /// <summary>Gives the bytes that were allocated on the way.</summary>
    public long Send(ReadOnlySpan<byte> packet, int times)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times; i++)
        {
            _incoming.Writer.Write(packet);
            Assert.True(IsDone(_incoming.Writer.FlushAsync()));
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public void Leave() => _incoming.Writer.Complete();

    private static bool IsDone(ValueTask<FlushResult> flush) => flush.IsCompletedSuccessfully;

    private sealed class Sink : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public int Writes { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public string Hash() => Convert.ToHexString(_hash.GetCurrentHash());

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Keep(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Keep(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }

        private void Keep(ReadOnlySpan<byte> bytes)
        {
            Writes++;
            _hash.AppendData(bytes);
        }
    }
}
