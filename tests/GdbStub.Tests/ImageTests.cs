using System;
using System.IO;
using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.CommandLine;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Image files as disks. Witness: the bytes of the file, and fcntl(2) for locks.</summary>
public sealed class ImageTests : IDisposable
{
    private const int Bytes = 1 << 20;

    private readonly string _path = Path.GetTempFileName();

    public ImageTests()
    {
        using FileStream file = File.OpenWrite(_path);
        file.SetLength(Bytes);
    }

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void Two_machines_share_an_image_only_for_reading(bool firstReads, bool secondReads, bool together)
    {
        using FileStorage first = Open(firstReads);
        if (together)
        {
            Open(secondReads).Dispose();
        }
        else
        {
            Assert.Contains("in use by another machine", Assert.Throws<UserErrorException>(() => Open(secondReads)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_lock_ends_with_its_machine()
    {
        Open(readOnly: false).Dispose();
        Open(readOnly: false).Dispose();
    }

    [Fact]
    public void Discarded_writes_are_read_back_and_leave_the_file_alone()
    {
        byte[] expected = new byte[Bytes];
        Random random = new(4);
        using DiscardedWrites disk = new(Open(readOnly: true));
        byte[] read = new byte[Bytes];
        for (int i = 0; i < 200; i++)
        {
            byte[] piece = new byte[random.Next(1, 150) * 512];
            random.NextBytes(piece);
            int at = random.Next((Bytes - piece.Length) / 512) * 512;
            Assert.True(disk.TryWrite((ulong)at, piece));
            piece.CopyTo(expected, at);
        }

        Assert.True(disk.TryRead(0, read));
        Assert.Equal(expected, read);
        Assert.True(disk.TryClear(512, 100 << 10));
        Assert.True(disk.TryRead(512, read.AsSpan(0, 100 << 10)));
        Assert.False(read.AsSpan(0, 100 << 10).ContainsAnyExcept((byte)0));
        disk.Dispose();
        Assert.Equal(new byte[Bytes], File.ReadAllBytes(_path));
    }

    [Fact]
    public void A_file_that_became_shorter_is_an_error_and_not_zeros()
    {
        using FileStorage disk = Open(readOnly: false);
        using (FileStream file = new(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(4096);
        }

        Assert.True(disk.TryRead(0, new byte[4096]));
        Assert.False(disk.TryRead(4096, new byte[512]));
    }

    /// <summary>A guest that writes a header of qcow2 to a disk whose format nobody has said would choose files of the host's to read.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData("raw", true)]
    public void A_raw_disk_becomes_no_other_format_by_its_guest(string? format, bool taken)
    {
        using var disk = (FileStorage)DiskImage.Open("--drive", _path, format, readOnly: false);
        byte[] header = new byte[512];
        "QFI\xfb"u8[..3].CopyTo(header);
        header[3] = 0xfb;
        Assert.Equal(taken, disk.TryWrite(0, header));
        Assert.True(disk.TryWrite(512, header));
    }

    private FileStorage Open(bool readOnly) => (FileStorage)DiskImage.Open("--drive", _path, DiskImage.Raw, readOnly);
}
