using System;
using System.Linq;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// The card's memory of 64 words (Intel 317694, NVM Map) and the two registers that read and write it word by word. Its contents are those that
/// QEMU 7.2 gives a card, with the address and the checksum of this one.
/// </summary>
internal sealed class Nvm
{
    private const int Words = 64;
    private const int DeviceIdAt = 11;
    private const int SecondDeviceIdAt = 13;
    private const int ChecksumAt = 63;

    /// <summary>What all words with the checksum add up to.</summary>
    private const ushort Sum = 0xbaba;

    private const uint Start = 1 << 0;
    private const uint Done = 1 << 1;
    private const int AddressLow = 2;
    private const int AddressHigh = 15;
    private const int DataLow = 16;

#pragma warning disable format
    private static readonly ushort[] Contents =
    [
        0x0000, 0x0000, 0x0000, 0x0420, 0xf746, 0x2010, 0xffff, 0xffff,
        0x0000, 0x0000, 0x026b, 0x0000, 0x8086, 0x0000, 0x0000, 0x8058,
        0x0000, 0x2001, 0x7e7c, 0xffff, 0x1000, 0x00c8, 0x0000, 0x2704,
        0x6cc9, 0x3150, 0x070e, 0x460b, 0x2d84, 0x0100, 0xf000, 0x0706,
        0x6000, 0x0080, 0x0f04, 0x7fff, 0x4f01, 0xc600, 0x0000, 0x20ff,
        0x0028, 0x0003, 0x0000, 0x0000, 0x0000, 0x0003, 0x0000, 0xffff,
        0x0100, 0xc000, 0x121c, 0xc007, 0xffff, 0xffff, 0xffff, 0xffff,
        0xffff, 0xffff, 0xffff, 0xffff, 0x0000, 0x0120, 0xffff, 0x0000,
    ];
#pragma warning restore format

    private readonly ushort[] _words = [.. Contents];

    /// <param name="address">The card's, 6 bytes.</param>
    public Nvm(ReadOnlySpan<byte> address, ushort device)
    {
        for (int i = 0; i < address.Length; i += 2)
        {
            _words[i / 2] = (ushort)(address[i] | (address[i + 1] << 8));
        }

        _words[DeviceIdAt] = device;
        _words[SecondDeviceIdAt] = device;
        _words[ChecksumAt] = (ushort)(Sum - _words.Take(ChecksumAt).Sum(static w => w));
    }

    /// <summary>EERD and EEWR: done with what was asked for last.</summary>
    public uint Register { get; private set; } = Done;

    /// <summary>A write to EERD: reads a word.</summary>
    public void StartRead(uint value)
    {
        uint at = value.Field(AddressHigh, AddressLow);
        bool can = (value & Start) != 0 && at < Words;
        Register = (at << AddressLow) | (can ? Done | ((uint)_words[at] << DataLow) : 0);
    }

    /// <summary>A write to EEWR: writes a word.</summary>
    public void StartWrite(uint value)
    {
        uint at = value.Field(AddressHigh, AddressLow);
        bool can = (value & Start) != 0 && at < Words;
        if (can)
        {
            _words[at] = (ushort)value.Field(31, DataLow);
        }

        Register = (value & ~(Start | Done)) | (can ? Done : 0);
    }

    /// <summary>The words stay.</summary>
    public void Reset() => Register = Done;

    public void Save(StateWriter to)
    {
        to.Write(Register);
        to.Write((ReadOnlySpan<uint>)[.. _words.Select(static w => (uint)w)]);
    }

    public void Restore(StateReader from)
    {
        Register = from.ReadUInt32();
        Span<uint> words = stackalloc uint[Words];
        from.ReadWords(words);
        for (int i = 0; i < Words; i++)
        {
            _words[i] = (ushort)words[i];
        }
    }
}
