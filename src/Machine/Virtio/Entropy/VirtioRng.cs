using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using GdbHost.Machine.Common;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Entropy;

/// <summary>
/// A source of random numbers (Virtual I/O Device Specification 1.2, Entropy Device) in which there is no chance: SHA-256 over a seed and
/// a count. The same run gets the same numbers; they are good enough for a guest's generator and no secret.
/// </summary>
internal sealed class VirtioRng(ulong seed) : VirtioDevice
{
    /// <summary>More than this the device does not give at once; it may give less than asked for.</summary>
    private const int MostBytes = 64 << 10;

    private const int QueueEntries = 8;

    private ulong _block;

    public override uint DeviceId => 4;

    public override int[] QueueSizes => [QueueEntries];

    public override int ConfigBytes => 0;

    public override ulong Features => 0;

    public override void ReadConfig(Span<byte> into)
    {
    }

    public override void Save(StateWriter to) => to.Write(_block);

    public override void Restore(StateReader from) => _block = from.ReadUInt64();

    protected override void Serve(int queue, DescriptorChain chain)
    {
        Span<byte> input = stackalloc byte[2 * sizeof(ulong)];
        Span<byte> numbers = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        for (int left = (int)Math.Min(MostBytes, chain.WritableLeft); left > 0;)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input[sizeof(ulong)..], _block++);
            SHA256.HashData(input, numbers);
            int count = Math.Min(left, numbers.Length);
            if (!chain.TryWrite(numbers[..count]))
            {
                Core.Fail("a buffer for random numbers is not in memory");
                return;
            }

            left -= count;
        }
    }
}
