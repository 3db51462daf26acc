using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Snapshots;
using Xunit;

namespace GdbHost.Machine.Tests.Snapshots;

/// <summary>
/// Saving and restoring through the public door. Witness: the run that was never saved, and the form in SnapshotFormat.cs.
/// </summary>
public sealed class SnapshotTests
{
    private const ulong Saved = 100_003;
    private const ulong End = 300_000;
    private const int DigestBytes = 32;
    private const int VersionOffset = 8;

    [Fact]
    public void A_restored_machine_goes_on_as_the_one_that_was_saved()
    {
        using FourCores one = new();
        using FourCores other = new();
        one.RunTo(Saved);
        byte[] file = Save(one);
        int printed = one.Printed.Count;
        MachineState state = one.Port.State;
        other.Port.Restore(new MemoryStream(file));
        Assert.Equal(state, other.Port.State);
        Assert.Equal(file, Save(other));
        one.RunTo(End);
        other.RunTo(End);
        Assert.Equal(one.Port.State, other.Port.State);
        Assert.Equal(one.Printed.Skip(printed), other.Printed);
    }

    [Fact]
    public void Saving_makes_no_difference()
    {
        using FourCores one = new();
        using FourCores other = new();
        one.RunTo(Saved);
        Save(one);
        one.RunTo(End);
        other.RunTo(End);
        Assert.Equal(other.Port.State, one.Port.State);
    }

    [Fact]
    public void A_machine_goes_back_to_its_own_past_and_breakpoints_stay()
    {
        using FourCores guest = new();
        guest.RunTo(Saved);
        byte[] file = Save(guest);
        guest.RunTo(End);
        MachineState end = guest.Port.State;
        guest.Port.AddBreakpoint(FourCores.Again);
        guest.Port.Restore(new MemoryStream(file));
        Assert.Equal(Saved, guest.Port.Instructions);
        Assert.Equal(MachineStopKind.Breakpoint, guest.RunTo(End).Kind);
        guest.Port.RemoveBreakpoint(FourCores.Again);
        guest.RunTo(End);
        Assert.Equal(end, guest.Port.State);
    }

    [Fact]
    public void Memory_that_was_not_touched_costs_nothing()
    {
        using var port = MachineDebugPort.Create(
            FourCores.Configuration with { MemoryBytes = 200UL << 30, HighMemory = true }, _ => { });
        using MemoryStream file = new();
        port.Save(file);
        Assert.InRange(file.Length, 1, 200_000);
        Assert.Equal(32, port.State.Hash.Length);
    }

    [Fact]
    public void A_page_of_zeros_is_the_same_as_one_that_was_never_touched()
    {
        using FourCores touched = new();
        using FourCores untouched = new();
        touched.Port.TryWriteMemory(0, MemorySpace.Physical, 0x4300_0000, [1]);
        Assert.NotEqual(untouched.Port.State, touched.Port.State);
        touched.Port.TryWriteMemory(0, MemorySpace.Physical, 0x4300_0000, [0]);
        Assert.Equal(untouched.Port.State, touched.Port.State);
    }

    [Fact]
    public void Flash_contents_are_part_of_the_state()
    {
        using FourCores one = new();
        using FourCores other = new();
        one.Port.TryWriteMemory(0, MemorySpace.Physical, 0x0400_0010, [0x21]);
        Assert.NotEqual(other.Port.State, one.Port.State);
        other.Port.Restore(new MemoryStream(Save(one)));
        byte[] read = new byte[1];
        other.Port.ReadMemory(0, MemorySpace.Physical, 0x0400_0010, read);
        Assert.Equal(0x21, read[0]);
    }

    [Fact]
    public void Another_kind_of_machine_is_refused_with_what_differs()
    {
        using FourCores guest = new();
        byte[] file = Save(guest);
        (MachineConfiguration Other, string Ours)[] others =
        [
            (FourCores.Configuration with { Cpus = 2 }, "--smp 2"),
            (FourCores.Configuration with { MemoryBytes = 128 << 20 }, "--memory 134217728"),
            (FourCores.Configuration with { El2 = true }, "el2=on"),
            (FourCores.Configuration with { El3 = true }, "el3=on"),
            (FourCores.Configuration with { Semihosting = true }, "--semihosting on"),
        ];
        foreach ((MachineConfiguration other, string ours) in others)
        {
            using var port = MachineDebugPort.Create(other, _ => { });
            MachineState before = port.State;
            SnapshotException refused = Assert.Throws<SnapshotException>(() => port.Restore(new MemoryStream(file)));
            Assert.Contains(ours, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
            Assert.Equal(before, port.State);
        }
    }

    [Fact]
    public void Another_format_is_refused_and_so_is_what_is_no_snapshot()
    {
        using FourCores guest = new();
        byte[] file = Save(guest);
        file[VersionOffset]++;
        Assert.Contains($"format {SnapshotFormat.Version}", Refusal(guest, file), StringComparison.Ordinal);
        Assert.Contains("no snapshot", Refusal(guest, new byte[1000]), StringComparison.Ordinal);
        Assert.Contains("too early", Refusal(guest, []), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_any_damage_is_refused_and_the_machine_stays_as_it_was()
    {
        using FourCores guest = new();
        guest.RunTo(Saved);
        byte[] file = Save(guest);
        guest.RunTo(Saved + 5);
        MachineState before = guest.Port.State;
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] bad = (byte[])file.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            Refusal(guest, bad);
            Refusal(guest, file[..random.Next(file.Length)]);
        }

        Assert.Equal(before, guest.Port.State);
    }

    [Fact]
    public void An_enemy_who_can_compute_digests_gets_a_refusal_or_a_machine_that_runs()
    {
        // Before compression no bit is safe: the enemy writes the body anew.
        using FourCores guest = new();
        guest.RunTo(Saved);
        SnapshotParts parts = SnapshotParts.Of(Save(guest));
        Random random = new(2);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] body = (byte[])parts.Body.Clone();
            for (int k = random.Next(1, 6); k > 0; k--)
            {
                body[random.Next(Math.Min(body.Length, 400_000))] = (byte)random.Next(256);
            }

            MachineState before = guest.Port.State;
            if (TryRestore(guest, (parts with { Body = body }).ToFile()) is not null)
            {
                refused++;
                Assert.Equal(before, guest.Port.State);
            }
            else
            {
                guest.RunTo(guest.Port.Instructions < ulong.MaxValue - 3000 ? guest.Port.Instructions + 3000 : ulong.MaxValue);
            }
        }

        Assert.InRange(refused, 1, 299);
    }

    [Fact]
    public void A_file_that_claims_more_than_there_is_cannot_make_the_process_grow()
    {
        using FourCores guest = new();
        SnapshotParts parts = SnapshotParts.Of(Save(guest));
        byte[] body = (byte[])parts.Body.Clone();
        int length = 4 + 1 + body[4]; // behind the count and the first name
        BitConverter.TryWriteBytes(body.AsSpan(length), int.MaxValue);
        Assert.Contains("too large", Refusal(guest, (parts with { Body = body }).ToFile()), StringComparison.Ordinal);
        byte[] longer = [.. parts.Body, 0];
        Assert.Contains("follows its end", Refusal(guest, (parts with { Body = longer }).ToFile()), StringComparison.Ordinal);
    }

    private static byte[] Save(FourCores guest)
    {
        using MemoryStream file = new();
        guest.Port.Save(file);
        return file.ToArray();
    }

    private static string? TryRestore(FourCores guest, byte[] file)
    {
        try
        {
            guest.Port.Restore(new MemoryStream(file));
            return null;
        }
        catch (SnapshotException e)
        {
            return e.Message;
        }
    }

    private static string Refusal(FourCores guest, byte[] file)
    {
        string? message = TryRestore(guest, file);
        Assert.NotNull(message);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    /// <summary>A file taken apart: what stands before the compressed body, and the body.</summary>
    private sealed record SnapshotParts(byte[] Header, byte[] Body)
    {
        private const int IdentityLengthOffset = 12;

        public static SnapshotParts Of(byte[] file)
        {
            int start = IdentityLengthOffset + 4 + BitConverter.ToInt32(file, IdentityLengthOffset);
            using MemoryStream body = new();
            using DeflateStream stream = new(
                new MemoryStream(file, start, file.Length - start - DigestBytes), CompressionMode.Decompress);
            stream.CopyTo(body);
            return new SnapshotParts(file[..start], body.ToArray());
        }

        public byte[] ToFile()
        {
            using MemoryStream file = new();
            file.Write(Header);
            using (DeflateStream stream = new(file, CompressionLevel.Fastest, leaveOpen: true))
            {
                stream.Write(Body);
            }

            file.Write(SHA256.HashData(file.ToArray()));
            return file.ToArray();
        }
    }
}
