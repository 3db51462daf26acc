using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Backends;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// qcow2 images. Witness: qemu-img 7.2, which makes them, checks what we have written, and reads it back; for images that are broken, the rule that they
/// give errors.
/// </summary>
public sealed class Qcow2Tests : IDisposable
{
    private const int DiskBytes = 6 << 20;
    private const int Sector = 512;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-qcow2");
    private readonly byte[] _content = new byte[DiskBytes];

    public Qcow2Tests()
    {
        new Random(1).NextBytes(_content);
        _content.AsSpan(1 << 20, 2 << 20).Clear();
        File.WriteAllBytes(At("raw.img"), _content);
    }

    public static TheoryData<string> Options() =>
    [
        "", "-o compat=0.10", "-o cluster_size=512", "-o cluster_size=2M", "-o cluster_size=4k,refcount_bits=1", "-o refcount_bits=64", "-o lazy_refcounts=on",
        "-o preallocation=metadata", "-o refcount_bits=8,cluster_size=1k", "-o refcount_bits=32",
    ];

    public void Dispose() => _folder.Delete(recursive: true);

    [QemuImgTheory]
    [MemberData(nameof(Options))]
    public void What_qemu_img_has_written_reads_the_same(string options)
    {
        QemuImg($"convert -f raw -O qcow2 {options} raw.img disk.qcow2");
        Assert.Equal(_content, Read(Open("disk.qcow2")));
    }

    [QemuImgTheory]
    [InlineData("")]
    [InlineData("-o cluster_size=512")]
    [InlineData("-o cluster_size=2M")]
    [InlineData("-o compat=0.10")]
    public void Compressed_clusters_are_read_and_written_over(string options)
    {
        // Something that can be compressed.
        _content.AsSpan(0, 1 << 20).Fill(0x5a);
        File.WriteAllBytes(At("raw.img"), _content);
        QemuImg($"convert -c -f raw -O qcow2 {options} raw.img disk.qcow2");
        Assert.Equal(_content, Read(Open("disk.qcow2")));
        WriteEverywhere("disk.qcow2", seed: 2);
        AssertGood("disk.qcow2");
    }

    [QemuImgTheory]
    [MemberData(nameof(Options))]
    public void What_we_write_qemu_img_finds_good_and_reads_the_same(string options)
    {
        QemuImg($"create -f qcow2 {options} disk.qcow2 {DiskBytes}");
        _content.AsSpan().Clear();
        WriteEverywhere("disk.qcow2", seed: 3);
        AssertGood("disk.qcow2");
        WriteEverywhere("disk.qcow2", seed: 4);
        AssertGood("disk.qcow2");
    }

    [QemuImgTheory]
    [InlineData("raw", "", 0)]
    [InlineData("qcow2", "", 0)]
    [InlineData("qcow2", "-o compat=0.10", 0)]
    [InlineData("qcow2", "", 1 << 20)]
    [InlineData("raw", "-o cluster_size=512", 0)]
    public void A_backing_file_is_read_and_never_written(string format, string options, int more)
    {
        QemuImg($"convert -f raw -O {format} raw.img base.img");
        byte[] before = File.ReadAllBytes(At("base.img"));
        QemuImg($"create -f qcow2 {options} -b base.img -F {format} disk.qcow2 {DiskBytes + more}");
        Assert.Equal([.. _content, .. new byte[more]], Read(Open("disk.qcow2")));
        WriteEverywhere("disk.qcow2", seed: 5);
        AssertGood("disk.qcow2", more);
        Assert.Equal(before, File.ReadAllBytes(At("base.img")));
    }

    /// <summary>What a snapshot inside the image has stays as it was.</summary>
    [QemuImgFact]
    public void Clusters_of_a_snapshot_are_copied_before_they_are_written()
    {
        QemuImg("convert -f raw -O qcow2 raw.img disk.qcow2");
        byte[] before = (byte[])_content.Clone();
        QemuImg("snapshot -c first disk.qcow2");
        WriteEverywhere("disk.qcow2", seed: 6);
        AssertGood("disk.qcow2");
        QemuImg("convert -l first -O raw disk.qcow2 snapshot.img");
        Assert.Equal(before, File.ReadAllBytes(At("snapshot.img")));
    }

    [QemuImgFact]
    public void An_image_that_is_only_read_takes_no_writes_and_discarded_ones_leave_it_alone()
    {
        QemuImg("convert -f raw -O qcow2 raw.img disk.qcow2");
        byte[] before = File.ReadAllBytes(At("disk.qcow2"));
        using (var image = (IDisposable)DiskImage.Open("--drive", At("disk.qcow2"), null, readOnly: true))
        {
            Assert.False(((IBlockStorage)image).TryWrite(0, new byte[512]));
            Assert.False(((IBlockStorage)image).TryClear(0, 512));
        }

        using (DiscardedWrites image = new(DiskImage.Open("--drive", At("disk.qcow2"), null, readOnly: true)))
        {
            Assert.True(image.TryWrite(512, new byte[8192]));
        }

        Assert.Equal(before, File.ReadAllBytes(At("disk.qcow2")));
    }

    [QemuImgTheory]
    [InlineData("--object secret,id=s,data=x -o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10", "it is encrypted")]
    [InlineData("-o data_file=data.raw", "its data is in another file")]
    [InlineData("-o compression_type=zstd", "it is compressed with zstd")]
    [InlineData("-o extended_l2=on", "it has extended L2 entries")]
    public void What_is_not_built_is_one_clear_line(string options, string message)
    {
        QemuImg($"create -f qcow2 {options} disk.qcow2 1M");
        AssertRefused("disk.qcow2", message);
    }

    [QemuImgFact]
    public void Images_that_cannot_be_are_one_clear_line()
    {
        File.WriteAllBytes(At("short.qcow2"), [.. "QFI"u8, 0xfb, 0, 0, 0, 3]);
        AssertRefused("short.qcow2", "it is truncated");
        QemuImg("create -f qcow2 disk.qcow2 1M");
        byte[] good = File.ReadAllBytes(At("disk.qcow2"));
        foreach ((int at, byte value, string message) in (ReadOnlySpan<(int, byte, string)>)
            [
                (7, 4, "it is qcow2 of version 4"), (23, 40, "clusters of 2^40 bytes"), (24, 0x40, "an L1 table of"), (36, 0x40, "an L1 table of"),
                (40, 0x40, "an L1 table of"), (48, 0x40, "a table of reference counts"), (79, 1, "it was not closed"), (79, 2, "it is marked as corrupt"),
                (72, 1, "features that are not built"), (99, 9, "counts of 2^9 bits"), (31, 1, "a disk of 1048577 bytes"),
            ])
        {
            byte[] bad = (byte[])good.Clone();
            bad[at] = value;
            File.WriteAllBytes(At("bad.qcow2"), bad);
            AssertRefused("bad.qcow2", message);
        }

        QemuImg("create -u -f qcow2 -b circle.qcow2 -F qcow2 other.qcow2 1M");
        QemuImg("create -u -f qcow2 -b other.qcow2 -F qcow2 circle.qcow2 1M");
        AssertRefused("circle.qcow2", "its backing files lead back to it");
        QemuImg("create -u -f qcow2 -b none.img -F raw lost.qcow2 1M");
        AssertRefused("lost.qcow2", "there is no file");
        QemuImg("create -u -f qcow2 -b nbd:localhost:1 -F raw net.qcow2 1M");
        AssertRefused("net.qcow2", "is no file");
    }

    /// <summary>Any byte of the metadata may be wrong: requests fail or read something, and end.</summary>
    [QemuImgTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_broken_image_gives_errors_and_no_more(int seed)
    {
        Random random = new(seed);
        QemuImg("convert -c -f raw -O qcow2 -o cluster_size=4k raw.img disk.qcow2");
        QemuImg("snapshot -c first disk.qcow2");
        byte[] good = File.ReadAllBytes(At("disk.qcow2"));
        byte[] buffer = new byte[64 << 10];
        for (int round = 0; round < 60; round++)
        {
            byte[] bad = (byte[])good.Clone();
            for (int i = random.Next(1, 20); i > 0; i--)
            {
                int near = random.Next(3) switch { 0 => 512, 1 => 64 << 10, _ => bad.Length };
                bad[random.Next(near)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(At("bad.qcow2"), random.Next(4) == 0 ? bad[..random.Next(bad.Length)] : bad);
            try
            {
                using var image = (IDisposable)Open("bad.qcow2");
                var disk = (IBlockStorage)image;
                for (int i = 0; i < 50; i++)
                {
                    int length = random.Next(1, buffer.Length / Sector) * Sector;
                    ulong at = (ulong)random.NextInt64((long)Math.Min(disk.Length, 1UL << 40)) & ~511UL;
                    length = (int)Math.Min((ulong)length, disk.Length - at);
                    _ = random.Next(3) switch
                    {
                        0 => disk.TryRead(at, buffer.AsSpan(0, length)),
                        1 => disk.TryWrite(at, buffer.AsSpan(0, length)),
                        _ => disk.TryClear(at, (ulong)length),
                    };
                }
            }
            catch (UserErrorException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    private static byte[] Read(IBlockStorage disk)
    {
        using var closed = (IDisposable)disk;
        byte[] bytes = new byte[disk.Length];
        Assert.True(disk.TryRead(0, bytes));
        return bytes;
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private IBlockStorage Open(string name) => DiskImage.Open("--drive", At(name), name.EndsWith("qcow2", StringComparison.Ordinal) ? null : DiskImage.Raw, readOnly: false);

    /// <summary>Writes and clears at random, here and in <see cref="_content"/>.</summary>
    private void WriteEverywhere(string name, int seed)
    {
        Random random = new(seed);
        IBlockStorage disk = Open(name);
        using var closed = (IDisposable)disk;
        for (int i = 0; i < 120; i++)
        {
            int length = random.Next(1, random.Next(2) == 0 ? 20 : 700) * Sector;
            int at = random.Next((DiskBytes - length) / Sector) * Sector;
            if (random.Next(3) == 0)
            {
                Assert.True(disk.TryClear((ulong)at, (ulong)length));
                _content.AsSpan(at, length).Clear();
                continue;
            }

            random.NextBytes(_content.AsSpan(at, length));
            Assert.True(disk.TryWrite((ulong)at, _content.AsSpan(at, length)));
        }

        Assert.True(disk.TryFlush());
        byte[] read = new byte[DiskBytes];
        Assert.True(disk.TryRead(0, read));
        Assert.Equal(_content, read);
    }

    private void AssertGood(string name, int more = 0)
    {
        QemuImg($"check {name}");
        QemuImg($"convert -f qcow2 -O raw {name} back.img");
        Assert.Equal([.. _content, .. new byte[more]], File.ReadAllBytes(At("back.img")));
    }

    private void AssertRefused(string name, string message)
    {
        UserErrorException refused = Assert.Throws<UserErrorException>(() => Open(name));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    private void QemuImg(string words)
    {
        IEnumerable<string> arguments = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using Process process = Process.Start(new ProcessStartInfo("qemu-img", arguments)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"qemu-img {words}: {output.Result}{errors}");
    }
}

/// <summary>A test that needs qemu-img: without it, it is skipped, but not where everything has to run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuImgFactAttribute : FactAttribute
{
    public QemuImgFactAttribute()
    {
        Skip = MissingReason;
    }

    internal static string? MissingReason { get; } =
        Environment.GetEnvironmentVariable("CI") == "true"
        || (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(static p => File.Exists(Path.Combine(p, "qemu-img")))
            ? null
            : "qemu-img is not installed";
}

/// <summary>The same for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuImgTheoryAttribute : TheoryAttribute
{
    public QemuImgTheoryAttribute()
    {
        Skip = QemuImgFactAttribute.MissingReason;
    }
}
