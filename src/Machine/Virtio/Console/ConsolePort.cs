using System;
using System.Collections.Generic;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Console;

/// <summary>One port of a console device: its two queues, and what waits for the guest.</summary>
internal sealed class ConsolePort : IInputLine
{
    private const int PieceBytes = 4096;

    private readonly VirtioSerial _device;

    [NotState("outside the machine")]
    private readonly Queue<byte> _waiting = new();

    [NotState("used within one request")]
    private readonly byte[] _piece = new byte[PieceBytes];

    private DescriptorChain? _chain;

    public ConsolePort(VirtioSerial device, ConsolePortConfiguration configuration)
    {
        _device = device;
        Configuration = configuration;
    }

    public ConsolePortConfiguration Configuration { get; }

    /// <summary>The guest has opened the port, as far as it says so.</summary>
    public bool Open { get; set; }

    public int Waiting => _waiting.Count;

    /// <summary>The queue in which the guest offers room; the next one holds what it sends.</summary>
    public int Queue => VirtioSerial.QueueOfPort(Configuration.Number);

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _waiting.Enqueue(value);
        }

        Feed();
    }

    /// <summary>Gives the guest what waits, as far as it has room.</summary>
    public void Feed()
    {
        if (!_device.MayReceive(this))
        {
            return;
        }

        Virtqueue queue = _device.Core.Queues[Queue];
        _chain ??= new DescriptorChain(_device.Core.Memory);
        bool any = false;
        while (_waiting.Count > 0 && queue.TryTake(_chain))
        {
            int count = (int)Math.Min(Math.Min((ulong)_waiting.Count, _chain.WritableLeft), PieceBytes);
            for (int i = 0; i < count; i++)
            {
                _piece[i] = _waiting.Dequeue();
            }

            if (!_chain.TryWrite(_piece.AsSpan(0, count)))
            {
                _device.Core.Fail("a buffer for input is not in memory");
                return;
            }

            queue.Return(_chain);
            any = true;
        }

        queue.AskForNotices(_waiting.Count > 0);
        if (any)
        {
            queue.Signal();
        }
    }

    /// <summary>Passes on what the guest sends.</summary>
    public void Send(DescriptorChain chain)
    {
        while (chain.ReadableLeft > 0)
        {
            Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(PieceBytes, chain.ReadableLeft));
            if (!chain.TryRead(piece))
            {
                _device.Core.Fail("a buffer of output is not in memory");
                return;
            }

            Configuration.Output?.Write(piece);
        }
    }

    /// <summary>Sends one byte past the queues.</summary>
    public void Send(byte value) => Configuration.Output?.Write([value]);
}
