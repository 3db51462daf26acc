using System;
using System.Buffers.Binary;
using System.Text;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Block;

/// <summary>
/// A disk (Virtual I/O Device Specification 1.2, Block Device). A request is done within the access that notifies of it, so the run
/// does not depend on the host's disk. What the driver was told is written is in the host's file.
/// </summary>
internal sealed class VirtioBlock : VirtioDevice
{
    public const uint SectorBytes = 512;

    private const int QueueEntries = 256;

    private const ulong SegMax = 1UL << 2;
    private const ulong Geometry = 1UL << 4;
    private const ulong ReadOnlyFeature = 1UL << 5;
    private const ulong BlockSize = 1UL << 6;
    private const ulong Scsi = 1UL << 7;
    private const ulong Flush = 1UL << 9;
    private const ulong Topology = 1UL << 10;
    private const ulong ConfigWriteback = 1UL << 11;
    private const ulong Discard = 1UL << 13;
    private const ulong WriteZeroes = 1UL << 14;

    private const int HeaderBytes = 16;
    private const int RangeBytes = 16;
    private const int IdBytes = 20;
    private const int PieceBytes = 256 << 10;

    private readonly IBlockStorage _storage;

    [NotState("fixed when the device was made")]
    private readonly byte[] _id = new byte[IdBytes];

    [NotState("used within one request")]
    private readonly byte[] _piece = new byte[PieceBytes];

    private bool _writeback = true;

    /// <param name="storage">The medium.</param>
    /// <param name="serial">What VIRTIO_BLK_T_GET_ID gives, up to 20 bytes; null for nothing.</param>
    public VirtioBlock(IBlockStorage storage, string? serial)
    {
        _storage = storage;
        byte[] bytes = Encoding.UTF8.GetBytes(serial ?? string.Empty);
        bytes.AsSpan(0, Math.Min(bytes.Length, IdBytes)).CopyTo(_id);
    }

    /// <summary>Types of requests.</summary>
    private enum RequestType : uint
    {
        In = 0,
        Out = 1,
        Flush = 4,
        GetId = 8,
        Discard = 11,
        WriteZeroes = 13,
    }

    /// <summary>What the last byte of a request says.</summary>
    private enum Outcome : byte
    {
        Ok = 0,
        Error = 1,
        Unsupported = 2,
    }

    public override uint DeviceId => 2;

    public override int[] QueueSizes => [QueueEntries];

    public override int ConfigBytes => BlockConfig.Bytes;

    public override ulong Features =>
        SegMax | Geometry | BlockSize | Flush | Topology | ConfigWriteback | Discard | WriteZeroes | (_storage.IsReadOnly ? ReadOnlyFeature : 0);

    /// <summary>QEMU's disks offer SCSI commands to legacy drivers, and refuse each one.</summary>
    public override ulong LegacyFeatures => Scsi;

    public override ulong LegacyTransportFeatures => VirtioFeature.NotifyOnEmpty;

    private ulong Sectors => _storage.Length / SectorBytes;

    public override void ReadConfig(Span<byte> into) => BlockConfig.Fill(into, Sectors, QueueEntries, _writeback);

    public override void WriteConfig(int offset, byte value)
    {
        if (offset == BlockConfig.WritebackAt && Core.Has(ConfigWriteback))
        {
            _writeback = value != 0;
        }
    }

    public override void Reset() => _writeback = true;

    public override void Save(StateWriter to) => to.Write(_writeback);

    public override void Restore(StateReader from) => _writeback = from.ReadBool();

    protected override void Serve(int queue, DescriptorChain chain)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (chain.WritableLeft == 0 || !chain.TryRead(header))
        {
            Core.Fail("a request without header or status");
            return;
        }

        var type = (RequestType)BinaryPrimitives.ReadUInt32LittleEndian(header);
        ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        Outcome outcome = type switch
        {
            RequestType.In => Read(chain, sector),
            RequestType.Out => Write(chain, sector),
            RequestType.Flush => Check(_storage.TryFlush(), "the host cannot flush its file"),
            RequestType.GetId => ReadId(chain),
            RequestType.Discard => ForEachRange(chain, static (_, _, _) => true),
            RequestType.WriteZeroes => ForEachRange(chain, static (storage, position, length) => storage.TryClear(position, length)),
            _ => Outcome.Unsupported,
        };
        if (!chain.TryWriteLast((byte)outcome))
        {
            Core.Fail("the status of a request is not in memory");
        }
    }

    private Outcome Read(DescriptorChain chain, ulong sector)
    {
        ulong length = chain.WritableLeft - 1;
        if (!IsInside(sector, length))
        {
            return Outcome.Error;
        }

        for (ulong at = sector * SectorBytes, end = at + length; at < end;)
        {
            Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(PieceBytes, end - at));
            if (!_storage.TryRead(at, piece))
            {
                return Failed($"the host cannot read {piece.Length} bytes at {at} of its file");
            }

            if (!chain.TryWrite(piece))
            {
                return Failed("a buffer to read into is not in memory");
            }

            at += (ulong)piece.Length;
        }

        return Outcome.Ok;
    }

    private Outcome Write(DescriptorChain chain, ulong sector)
    {
        ulong length = chain.ReadableLeft;
        if (_storage.IsReadOnly || !IsInside(sector, length))
        {
            return Outcome.Error;
        }

        for (ulong at = sector * SectorBytes, end = at + length; at < end;)
        {
            Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(PieceBytes, end - at));
            if (!chain.TryRead(piece))
            {
                return Failed("a buffer to write from is not in memory");
            }

            if (!_storage.TryWrite(at, piece))
            {
                return Failed($"the host cannot write {piece.Length} bytes at {at} of its file");
            }

            at += (ulong)piece.Length;
        }

        return Commit();
    }

    private Outcome ReadId(DescriptorChain chain)
    {
        int length = (int)Math.Min(IdBytes, chain.WritableLeft - 1);
        return Check(chain.TryWrite(_id.AsSpan(0, length)), "a buffer for the serial number is not in memory");
    }

    private Outcome ForEachRange(DescriptorChain chain, Func<IBlockStorage, ulong, ulong, bool> action)
    {
        const uint UnmapFlag = 1;
        if (_storage.IsReadOnly || chain.ReadableLeft == 0 || chain.ReadableLeft % RangeBytes != 0)
        {
            return Outcome.Error;
        }

        Span<byte> range = stackalloc byte[RangeBytes];
        while (chain.ReadableLeft > 0)
        {
            if (!chain.TryRead(range))
            {
                return Failed("a list of sectors is not in memory");
            }

            ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(range);
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(range[8..]);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(range[12..]) & ~UnmapFlag) != 0)
            {
                return Outcome.Unsupported;
            }

            ulong length = (ulong)count * SectorBytes;
            if (count > BlockConfig.MostSectors || !IsInside(sector, length))
            {
                return Outcome.Error;
            }

            if (!action(_storage, sector * SectorBytes, length))
            {
                return Failed($"the host cannot clear {length} bytes at {sector * SectorBytes} of its file");
            }
        }

        return Commit();
    }

    /// <summary>A driver that does not flush relies on every write being safe when it is done (Block Device, Device Operation).</summary>
    private Outcome Commit()
    {
        bool writesThrough = !Core.Has(Flush) || (Core.Has(ConfigWriteback) && !_writeback);
        return writesThrough ? Check(_storage.TryFlush(), "the host cannot flush its file") : Outcome.Ok;
    }

    private bool IsInside(ulong sector, ulong length) =>
        length % SectorBytes == 0 && sector <= Sectors && length / SectorBytes <= Sectors - sector;

    private Outcome Check(bool done, string otherwise) => done ? Outcome.Ok : Failed(otherwise);

    private Outcome Failed(string reason)
    {
        Core.Report(reason + "; the request fails");
        return Outcome.Error;
    }
}
