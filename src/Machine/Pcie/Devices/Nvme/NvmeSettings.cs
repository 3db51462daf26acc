using System.Collections.Generic;
using System.Numerics;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>What the user says of a controller; names and defaults are QEMU's.</summary>
/// <param name="Serial">Up to 20 characters of ASCII.</param>
/// <param name="QueuePairs">Pairs of I/O queues.</param>
/// <param name="Vectors">Of MSI-X.</param>
/// <param name="TransferLimit">MDTS: the most that one command moves is 4096 bytes shifted by it; 0 for no limit.</param>
/// <param name="EventLimit">AERL, counted from 0.</param>
/// <param name="BlockBytes">LBA size of the format that the namespace begins with, a power of two from 512 to 4096.</param>
/// <param name="WriteCache">A write may be in the host's memory only until a flush.</param>
internal sealed record NvmeSettings(string Serial, int QueuePairs, int Vectors, int TransferLimit, int EventLimit, int BlockBytes, bool WriteCache)
{
    public static readonly IReadOnlyList<PciDeviceKey> Keys =
    [
        new("serial", "TEXT", "its serial number, up to 20 characters; it must be given"),
        new("max_ioqpairs", "N", "pairs of I/O queues, 1 to 1023; 64 by default"),
        new("msix_qsize", "N", "vectors of its MSI-X, 1 to 2048; 65 by default"),
        new("mdts", "N", "the most that one command moves, 4 KiB << N; 7 by default, 0 for no limit"),
        new("aerl", "N", "asynchronous events that may be asked for at once, less one; 3 by default"),
        new("logical_block_size", "N", "bytes of a block: 512, 1024, 2048 or 4096; 512 by default"),
        new("write-cache", "on|off|auto", "it has a volatile write cache"),
        new("share-rw", "on|off", "taken for QEMU's sake"),
        new("ioeventfd", "on|off", "taken for QEMU's sake"),
    ];

    public const int PageBytes = 4096;

    public const int MostEventRequests = 16;

    private const int SmallestBlock = 512;
    private const int LargestBlock = 4096;
    private const int SerialBytes = 20;

    /// <summary>Where the table of MSI-X is in the region: behind registers and doorbells.</summary>
    public uint TableAt => UpToPage(PageBytes + ((uint)(QueuePairs + 1) * 2 * sizeof(uint)));

    public uint PendingAt => UpToPage(TableAt + ((uint)Vectors * 16));

    /// <summary>Bytes of the region.</summary>
    public ulong RegionBytes => BitOperations.RoundUpToPowerOf2(PendingAt + ((ulong)(Vectors + 63) / 64 * 8));

    /// <exception cref="PciDeviceException">The message is for the user.</exception>
    public static NvmeSettings Read(PciDeviceOptions options)
    {
        const ulong MostPairs = 1023;
        const ulong MostVectors = 2048;
        string serial = options.Text("serial")
            ?? throw new PciDeviceException($"{options.Where}: it has no serial number; add serial=TEXT");
        if (serial.Length > SerialBytes || System.Text.Ascii.IsValid(serial) is false)
        {
            throw options.Wrong("serial", serial, $"it is up to {SerialBytes} characters of ASCII");
        }

        ulong block = options.Size("logical_block_size", SmallestBlock);
        if (block is < SmallestBlock or > LargestBlock || !BitOperations.IsPow2(block))
        {
            throw options.Wrong("logical_block_size", options.Text("logical_block_size")!, "use one of 512, 1024, 2048 and 4096");
        }

        return new NvmeSettings(
            serial,
            AtLeastOne(options, "max_ioqpairs", 64, MostPairs),
            AtLeastOne(options, "msix_qsize", 65, MostVectors),
            (int)options.Number("mdts", 7, 16),
            (int)options.Number("aerl", 3, MostEventRequests - 1),
            (int)block,
            options.Choice("write-cache", true, ("on", true), ("off", false), ("auto", true)));
    }

    private static int AtLeastOne(PciDeviceOptions options, string key, ulong otherwise, ulong most) =>
        options.Number(key, otherwise, most) is ulong value and > 0 ? (int)value : throw options.Wrong(key, "0", $"write a number from 1 to {most}");

    private static uint UpToPage(uint bytes) => (bytes + PageBytes - 1) & ~(uint)(PageBytes - 1);
}
