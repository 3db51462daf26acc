using System;
using System.Buffers.Binary;
using System.Text;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices;

/// <summary>
/// QEMU's pci-testdev (QEMU documentation, QEMU pci-testdev): counts writes to a place that it names, in memory and in I/O
/// space. Selecting a test is a write of its number to offset 0, then a header there says what to do.
/// </summary>
internal sealed class PciTestdev : PciFunction
{
    private const uint NoTest = uint.MaxValue;
    private const uint TestsPerSpace = 3;
    private const int HeaderBytes = 16;

    public static readonly PciDeviceKind Kind = new(
        "pci-testdev", "QEMU's test device: counts accesses", new PciDeviceKey("membar", "SIZE", "a 64-bit region of this size at which nothing is"))
    {
        Make = static (options, context) => new PciTestdev(options, context.Name),
    };

    private static readonly string[] Names =
    [
        "mmio-no-eventfd", "mmio-wildcard-eventfd", "mmio-datamatch-eventfd",
        "portio-no-eventfd", "portio-wildcard-eventfd", "portio-datamatch-eventfd",
    ];

    private readonly uint[] _counts = new uint[Names.Length];
    private uint _selected;

    public PciTestdev(PciDeviceOptions options, string name)
        : base(name, new FunctionIdentity(0x1b36, 0x0005, 0x00ff00) { MultiFunction = options.Flag("multifunction", false) })
    {
        AddBar(new BaseAddress(0, BaseAddressKind.Memory32, 0x1000, new Space(this, io: false)));
        AddBar(new BaseAddress(1, BaseAddressKind.Io, 0x100, new Space(this, io: true)));
        if (options.Size("membar", 0) is ulong size and > 0)
        {
            const ulong Smallest = 16;
            bool fits = size >= Smallest && ulong.IsPow2(size);
            AddBar(fits
                ? new BaseAddress(2, BaseAddressKind.Memory64Prefetchable, size, new Nothing())
                : throw options.Wrong("membar", $"{size}", "a base address register takes a power of two from 16 on"));
        }
    }

    /// <summary>The selected test, which is saved as 1 to 6, or <see cref="NoTest"/>, as 0.</summary>
    private uint Test => _selected - 1;

    protected override void ResetState() => _selected = 0;

    protected override void SaveState(StateWriter to)
    {
        to.Write(_counts.AsSpan());
        to.Write((int)_selected);
    }

    protected override void RestoreState(StateReader from)
    {
        from.ReadWords(_counts.AsSpan());
        _selected = (uint)from.ReadBelow(Names.Length + 1, "the selected test");
    }

    // A test with an eventfd in its name gives whole writes of one byte to that, where QEMU has one: they are not counted.
    private static bool TakesEvent(uint test, ulong offset, int size, ulong value) =>
        test % TestsPerSpace != 0 && size == 1 && offset == Place(test) && (!MatchesData(test) || value == Data(test));

    private static bool MatchesData(uint test) => test % TestsPerSpace != 1;

    private static byte Data(uint test) => MatchesData(test) ? (byte)0xfa : (byte)0xce;

    private static uint Place(uint test) => (test < TestsPerSpace ? 2048u : 128) + test;

    private byte ReadByte(ulong offset)
    {
        int end = Test == NoTest ? 0 : HeaderBytes + Names[Test].Length;
        if (offset >= (ulong)end)
        {
            return 0;
        }

        Span<byte> header = stackalloc byte[end];
        header.Clear();
        header[0] = (byte)Test;
        header[1] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Place(Test));
        header[8] = Data(Test);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], _counts[Test]);
        Encoding.ASCII.GetBytes(Names[Test], header[HeaderBytes..]);
        return header[(int)offset];
    }

    private void WriteByte(bool io, ulong offset, byte value)
    {
        if (offset == 0)
        {
            _selected = value < TestsPerSpace ? value + (io ? TestsPerSpace : 0) + 1 : 0;
            if (_selected != 0)
            {
                _counts[Test] = 0;
            }
        }
        else if (Test != NoTest && offset == Place(Test) && (!MatchesData(Test) || value == Data(Test)))
        {
            _counts[Test]++;
        }
    }

    /// <summary>One of the two regions with the header; wide accesses are bytes in a row.</summary>
    private sealed class Space(PciTestdev device, bool io) : IBusDevice
    {
        public string Name => device.StateName;

        public BusResult Read(ulong offset, int size, out ulong value)
        {
            value = 0;
            for (int i = 0; i < size; i++)
            {
                value |= (ulong)device.ReadByte(offset + (ulong)i) << (i * 8);
            }

            return BusResult.Ok;
        }

        public BusResult Write(ulong offset, int size, ulong value)
        {
            if (device.Test == NoTest || !TakesEvent(device.Test, offset, size, value))
            {
                for (int i = 0; i < size; i++)
                {
                    device.WriteByte(io, offset + (ulong)i, (byte)(value >> (i * 8)));
                }
            }

            return BusResult.Ok;
        }

        public bool TryPeek(ulong offset, int size, out ulong value)
        {
            Read(offset, size, out value);
            return true;
        }
    }

    /// <summary>A region that is decoded and behind which nothing answers.</summary>
    private sealed class Nothing : IBusDevice
    {
        public string Name => "nothing";

        public BusResult Read(ulong offset, int size, out ulong value)
        {
            value = ulong.MaxValue >> (64 - (size * 8));
            return BusResult.Ok;
        }

        public BusResult Write(ulong offset, int size, ulong value) => BusResult.Ok;

        public bool TryPeek(ulong offset, int size, out ulong value)
        {
            Read(offset, size, out value);
            return true;
        }
    }
}
