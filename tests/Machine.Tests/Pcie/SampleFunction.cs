using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// A function with QEMU's pci-testdev's face: a 32-bit memory register, one for I/O and a 64-bit prefetchable one.
/// Behind each are a few bytes of memory that start as zero.
/// </summary>
internal sealed class SampleFunction(int pin = 0) : PciFunction(
    "sample",
    new FunctionIdentity(0x1b36, 0x0005, 0x00ff00) { InterruptPin = pin },
    new BaseAddress(0, BaseAddressKind.Memory32, 0x1000, new Cells("sample-memory")),
    new BaseAddress(1, BaseAddressKind.Io, 0x100, new Cells("sample-io")),
    new BaseAddress(2, BaseAddressKind.Memory64Prefetchable, 0x1_0000, new Cells("sample-wide")))
{
    public void Ask(bool interrupt) => SetInterrupt(interrupt);

    private sealed class Cells(string name) : IBusDevice
    {
        private readonly ulong[] _words = new ulong[2];

        public string Name => name;

        public BusResult Read(ulong offset, int size, out ulong value)
        {
            value = offset / 8 < 2 ? (_words[offset / 8] >> (int)(offset % 8 * 8)) & (ulong.MaxValue >> (64 - (size * 8))) : 0;
            return BusResult.Ok;
        }

        public BusResult Write(ulong offset, int size, ulong value)
        {
            ulong mask = ulong.MaxValue >> (64 - (size * 8)) << (int)(offset % 8 * 8);
            if (offset / 8 < 2)
            {
                _words[offset / 8] = (_words[offset / 8] & ~mask) | ((value << (int)(offset % 8 * 8)) & mask);
            }

            return BusResult.Ok;
        }

        public bool TryPeek(ulong offset, int size, out ulong value)
        {
            Read(offset, size, out value);
            return true;
        }
    }
}
