using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>One line of a kernel's log.</summary>
/// <param name="Nanoseconds">The guest's time.</param>
internal sealed record LogLine(ulong Sequence, ulong Nanoseconds, string Text)
{
    /// <summary>As the kernel prints it on a console.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Nanoseconds / 1_000_000_000,5}.{Nanoseconds / 1000 % 1_000_000:d6}] {Text}");
}

/// <summary>
/// The log of a kernel from 5.10 on, read out of its ring buffer (Linux, kernel/printk/printk_ringbuffer.c) with the offsets that the
/// kernel's notes give.
/// </summary>
internal sealed class KernelLog
{
    // The largest that CONFIG_LOG_BUF_SHIFT and log_buf_len= are used for, with room: 16 MiB of text.
    private const int MostTextBits = 24;
    private const int MostRecordBits = 18;
    private const int StateShift = 62;
    private const int Committed = 1;
    private const int Finalized = 2;

    private readonly GuestKernel _kernel;
    private string? _missing;

    private KernelLog(GuestKernel kernel) => _kernel = kernel;

    /// <summary>Every record that is complete, oldest first, a line each for what has several; or why there is nothing.</summary>
    public static (IReadOnlyList<LogLine> Lines, string? Problem) Read(GuestKernel kernel)
    {
        KernelLog log = new(kernel);
        List<LogLine>? lines = log.Lines();
        return (lines ?? [], lines is not null ? null : log._missing ?? "its ring buffer cannot be read");
    }

    private List<LogLine>? Lines()
    {
        ulong? pointer = _kernel.Notes.Symbol("prb");
        ulong ring = pointer is ulong at ? _kernel.Word(at) ?? 0 : 0;
        if (ring == 0)
        {
            _missing ??= "the kernel's notes do not say where its log is: it is older than 5.10, or has no printk";
            return null;
        }

        ulong descriptors = ring + Offset("printk_ringbuffer.desc_ring");
        ulong texts = ring + Offset("printk_ringbuffer.text_data_ring");
        int countBits = (int)(_kernel.Word32(descriptors + Offset("prb_desc_ring.count_bits")) ?? 0);
        int sizeBits = (int)(_kernel.Word32(texts + Offset("prb_data_ring.size_bits")) ?? 0);
        int descriptorBytes = _kernel.Notes.Size("prb_desc") ?? 0;
        int infoBytes = _kernel.Notes.Size("printk_info") ?? 0;
        if (_missing is not null || countBits is < 1 or > MostRecordBits || sizeBits is < 4 or > MostTextBits || descriptorBytes is < 24 or > 128 || infoBytes is < 24 or > 256)
        {
            return null;
        }

        byte[]? descs = Part(descriptors + Offset("prb_desc_ring.descs"), descriptorBytes << countBits);
        byte[]? infos = Part(descriptors + Offset("prb_desc_ring.infos"), infoBytes << countBits);
        byte[]? data = Part(texts + Offset("prb_data_ring.data"), 1 << sizeBits);
        ulong? tail = _kernel.Word(descriptors + Offset("prb_desc_ring.tail_id"));
        ulong? head = _kernel.Word(descriptors + Offset("prb_desc_ring.head_id"));
        if (descs is null || infos is null || data is null || tail is null || head is null || _missing is not null)
        {
            return null;
        }

        List<LogLine> lines = [];
        ulong mask = (1UL << countBits) - 1;
        const ulong IdMask = (1UL << StateShift) - 1;
        for (ulong i = 0, id = tail.Value; i <= mask; i++, id = (id + 1) & IdMask)
        {
            int index = (int)(id & mask);
            Add(lines, id, descs.AsSpan(index * descriptorBytes, descriptorBytes), infos.AsSpan(index * infoBytes, infoBytes), data, sizeBits);
            if (id == head.Value)
            {
                break;
            }
        }

        return _missing is null ? lines : null;
    }

    private void Add(List<LogLine> lines, ulong id, ReadOnlySpan<byte> descriptor, ReadOnlySpan<byte> info, byte[] data, int sizeBits)
    {
        ulong state = At(descriptor, "prb_desc.state_var");
        ReadOnlySpan<byte> block = descriptor[Math.Min((int)Offset("prb_desc.text_blk_lpos"), descriptor.Length)..];
        ulong begin = At(block, "prb_data_blk_lpos.begin");
        ulong next = At(block, "prb_data_blk_lpos.next");
        bool complete = (int)(state >> StateShift) is Committed or Finalized && (state & ((1UL << StateShift) - 1)) == id;
        if (!complete || (begin & 1) != 0 || (next & 1) != 0)
        {
            return;
        }

        // A block that would go over the end begins anew at the start; in front of its text is its number.
        ulong mask = (1UL << sizeBits) - 1;
        int from = (int)((begin >> sizeBits) == (next >> sizeBits) ? begin & mask : 0) + sizeof(ulong);
        int infoAt = (int)Offset("printk_info.text_len");
        int length = infoAt + 2 <= info.Length ? ReadUInt16LittleEndian(info[infoAt..]) : 0;
        int most = (int)(next & mask) - from;
        most = most > 0 ? most : data.Length - from;
        string text = from < data.Length ? Encoding.Latin1.GetString(data.AsSpan(from, Math.Min(Math.Min(length, most), data.Length - from))) : "";
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            lines.Add(new LogLine(At(info, "printk_info.seq"), At(info, "printk_info.ts_nsec"), Printable.Of(line)));
        }
    }

    private byte[]? Part(ulong pointer, int length)
    {
        byte[] bytes = new byte[length];
        if (_kernel.Word(pointer) is not ulong address)
        {
            return null;
        }

        // Under a hypervisor pages that the kernel has not touched yet may not be there.
        _kernel.ReadPages(address, bytes);
        return bytes;
    }

    private ulong At(ReadOnlySpan<byte> structure, string member)
    {
        int at = (int)Offset(member);
        return at + sizeof(ulong) <= structure.Length ? ReadUInt64LittleEndian(structure[at..]) : 0;
    }

    private ulong Offset(string member)
    {
        if (_kernel.Notes.MemberOffset(member) is int offset)
        {
            return (ulong)offset;
        }

        _missing ??= $"the kernel's notes do not say where {member} is: its log has another form than those from 5.10 on";
        return 0;
    }
}
