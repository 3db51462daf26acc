using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Common;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Semihosting;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>Semihosting calls that reach files. Witness: Arm 100863, Semihosting for AArch32 and AArch64.</summary>
public sealed class SemihostingFileTests
{
    private const uint Call = 0xd45e_0000; // hlt #0xf000
    private const uint BranchSelf = 0x1400_0000; // b .
    private const uint WriteToLevel0 = 0xd69f_03e0; // eret
    private const ulong Block = SmallGuest.Data;
    private const ulong Text = SmallGuest.Data + 0x100;
    private const ulong Buffer = SmallGuest.Data + 0x1ff0;

    [Fact]
    public void A_written_file_is_what_was_in_memory_across_pages()
    {
        FakeFiles files = new();
        using SmallGuest guest = With(files);
        byte[] data = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7))];
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Buffer, data));
        ulong handle = Open(guest, "out", 5);
        Assert.Equal(0UL, Make(guest, 0x05, handle, Buffer, (ulong)data.Length));
        Assert.Equal(data, files["out"].Bytes.ToArray());
    }

    [Fact]
    public void A_length_without_end_costs_no_more_than_the_memory_there_is()
    {
        FakeFiles files = new() { ["endless"] = new FakeFile { Endless = true } };
        using SmallGuest guest = With(files);
        ulong handle = Open(guest, "endless", 1);
        ulong left = Make(guest, 0x06, handle, Buffer, ulong.MaxValue);
        Assert.InRange(ulong.MaxValue - left, 1UL, 64UL << 20);
        Assert.InRange(files["endless"].LargestRequest, 1, 4096);

        handle = Open(guest, "out", 5);
        left = Make(guest, 0x05, handle, Buffer, ulong.MaxValue);
        Assert.Equal((64UL << 20) + 0x4000_0000 - Buffer, ulong.MaxValue - left);
        Assert.Equal((ulong)HostError.BadAddress, Make(guest, 0x13));
    }

    [Fact]
    public void What_a_failed_write_has_transferred_is_not_in_the_answer()
    {
        FakeFiles files = new() { ["small"] = new FakeFile { Room = 5000 } };
        using SmallGuest guest = With(files);
        ulong handle = Open(guest, "small", 2);
        Assert.Equal(10_000UL - 5000, Make(guest, 0x05, handle, Buffer, 10_000));
    }

    [Fact]
    public void Handles_run_out_and_come_back()
    {
        FakeFiles files = new() { ["f"] = new FakeFile() };
        using SmallGuest guest = With(files);
        List<ulong> handles = [];
        for (ulong handle = Open(guest, "f", 0); handle != ulong.MaxValue; handle = Open(guest, "f", 0))
        {
            handles.Add(handle);
            Assert.InRange(handles.Count, 1, 1000);
        }

        Assert.Equal((ulong)HostError.TooManyFiles, Make(guest, 0x13));
        Assert.Equal(0UL, Make(guest, 0x02, handles[3]));
        Assert.Equal(handles[3], Open(guest, "f", 0));
    }

    [Fact]
    public void A_reset_closes_what_the_program_had_open()
    {
        FakeFiles files = new() { ["f"] = new FakeFile() };
        using SmallGuest guest = With(files);
        ulong handle = Open(guest, "f", 0);
        guest.Port.Reset();
        Assert.Equal(ulong.MaxValue, Make(guest, 0x0c, handle));
        Assert.Equal(0, files["f"].OpenCount);
    }

    [Fact]
    public void Read_character_waits_for_input_and_takes_no_interrupt_meanwhile()
    {
        using SmallGuest guest = With(new FakeFiles());
        guest.Port.StopsWhenStuck = false;
        guest.Set("x0", 0x07);
        guest.Set("x1", 0);
        guest.Set("pc", SmallGuest.Code);
        guest.Port.SendSerial("x"u8);
        guest.Run(instructions: 3);
        Assert.Equal((ulong)'x', guest["x0"]);
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Fact]
    public void Without_input_the_core_waits_on_the_call()
    {
        using SmallGuest guest = With(new FakeFiles());
        guest.Set("x0", 0x07);
        guest.Set("pc", SmallGuest.Code);
        guest.Port.StopsWhenStuck = false;
        guest.Step();
        Assert.Equal(SmallGuest.Code, guest["pc"]);
        Assert.Contains("waiting for console input", guest.Port.DescribeCore(0), StringComparison.Ordinal);
        guest.Port.SendSerial("yz"u8);
        guest.Run(instructions: 2);
        Assert.Equal((ulong)'y', guest["x0"]);
    }

    [Fact]
    public void From_EL0_the_call_is_UNDEFINED_as_on_QEMU()
    {
        using SmallGuest guest = With(new FakeFiles(), WriteToLevel0, Call);
        guest.Set("SPSR_EL1", 0x3c0);
        guest.Set("ELR_EL1", SmallGuest.Code + 4);
        guest.Run(instructions: 2);
        Assert.Equal(0UL, guest["ESR_EL1"] >> 26);
        Assert.Equal(SmallGuest.Code + 4, guest["ELR_EL1"]);
    }

    [Fact]
    public void Open_handles_are_state_with_path_mode_and_position()
    {
        FakeFiles files = new() { ["f"] = FakeFile.Of("0123456789") };
        FileHandles before = new(files, new NoConsole());
        Assert.Equal(HostError.None, before.Open("f", new HostFileMode(6), out ulong handle));
        Assert.Equal(HostError.None, before.Open(":semihosting-features", new HostFileMode(0), out ulong features));
        before.Find(features)!.Seek(4);
        files["f"].Bytes.Write("abcdefghij"u8);
        before.Find(handle)!.Seek(4);
        before.LastError = HostError.Invalid;

        using MemoryStream saved = new();
        using BinaryWriter writer = new(saved);
        before.Save(new StateWriter(writer));
        saved.Position = 0;
        FileHandles after = new(files, new NoConsole());
        using BinaryReader reader = new(saved);
        after.Restore(new StateReader(reader));

        byte[] read = new byte[3];
        Assert.Equal(HostError.None, after.Find(handle)!.Read(read, out _));
        Assert.Equal("efg", Encoding.ASCII.GetString(read));
        Assert.Equal(HostError.None, after.Find(features)!.Read(read, out int one));
        Assert.Equal(1, one);
        Assert.Equal(HostError.Invalid, after.LastError);
        Assert.Null(after.Find(handle + 5));
    }

    [Fact]
    public void Every_call_of_the_specification_has_a_row_once()
    {
        Assert.Equal(SemihostingCalls.Rows.Length, SemihostingCalls.Rows.Select(r => r.Number).Distinct().Count());
        uint[] specified =
        [
            0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x15, 0x16, 0x18,
            0x20, 0x30, 0x31,
        ];
        Assert.Empty(specified.Except(SemihostingCalls.Rows.Select(r => r.Number)));
    }

    private static SmallGuest With(IHostFiles files, params uint[] words) => new(
        new MachineConfiguration { El2 = false, MemoryBytes = 64 << 20, Semihosting = true, HostFiles = files },
        words.Length > 0 ? words : [Call, BranchSelf]);

    private static ulong Open(SmallGuest guest, string path, ulong mode)
    {
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Text, Encoding.ASCII.GetBytes(path + '\0')));
        return Make(guest, 0x01, Text, mode, (ulong)path.Length);
    }

    private static ulong Make(SmallGuest guest, ulong operation, params ulong[] fields)
    {
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Block, [.. fields.SelectMany(BitConverter.GetBytes)]));
        guest.Set("x0", operation);
        guest.Set("x1", Block);
        guest.Set("pc", SmallGuest.Code);
        guest.Run(instructions: 1);
        return guest["x0"];
    }

    private sealed class NoConsole : ISemihostingConsole
    {
        public bool HasInput => false;

        public bool InputEnded => true;

        public void Write(byte character)
        {
        }

        public bool TryRead(out byte character)
        {
            character = 0;
            return false;
        }
    }

    private sealed class FakeFiles : Dictionary<string, FakeFile>, IHostFiles
    {
        public IHostFile? Open(string path, HostFileMode mode, out HostError reason)
        {
            reason = ContainsKey(path) || !mode.MustExist ? HostError.None : HostError.NoSuchFile;
            if (reason != HostError.None)
            {
                return null;
            }

            FakeFile file = TryGetValue(path, out FakeFile? there) ? there : this[path] = new FakeFile();
            if (mode.Truncates)
            {
                file.Bytes.SetLength(0);
            }

            file.OpenCount++;
            return file;
        }

        public new HostError Remove(string path) => base.Remove(path) ? HostError.None : HostError.NoSuchFile;

        public HostError Rename(string path, string newPath) => HostError.NotPermitted;

        public void CommandRefused(string command)
        {
        }
    }

    private sealed class FakeFile : IHostFile
    {
        public MemoryStream Bytes { get; } = new();

        public bool Endless { get; init; }

        public long Room { get; init; } = long.MaxValue;

        public int LargestRequest { get; private set; }

        public int OpenCount { get; set; }

        public static FakeFile Of(string text)
        {
            FakeFile file = new();
            file.Bytes.Write(Encoding.ASCII.GetBytes(text));
            return file;
        }

        public HostError Read(ulong position, Span<byte> into, out int done)
        {
            LargestRequest = Math.Max(LargestRequest, into.Length);
            Bytes.Position = (long)position;
            done = Endless ? into.Length : Bytes.Read(into);
            return HostError.None;
        }

        public HostError Write(ulong position, ReadOnlySpan<byte> bytes, out int done)
        {
            Bytes.Position = (long)position;
            done = (int)Math.Min(bytes.Length, Room - (long)position);
            Bytes.Write(bytes[..done]);
            return HostError.None;
        }

        public HostError Measure(out ulong length)
        {
            length = (ulong)Bytes.Length;
            return HostError.None;
        }

        public void Dispose() => OpenCount--;
    }
}
