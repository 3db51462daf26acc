using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Capabilities;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>
/// A structure that says where in the regions something is, or, for <see cref="WindowType"/>, a window from configuration space into
/// the regions (Virtual I/O Device Specification 1.2, Virtio Structure PCI Capabilities; PCI configuration access capability).
/// </summary>
internal sealed class ConfigAccess : Capability
{
    public const byte CommonType = 1;
    public const byte NotifyType = 2;
    public const byte IsrType = 3;
    public const byte DeviceType = 4;
    public const byte WindowType = 5;

    private const byte Vendor = 0x09;
    private const int ShortBytes = 16;
    private const int LongBytes = 20;
    private const int TypeAt = 3;
    private const int BarAt = 4;
    private const int OffsetAt = 8;
    private const int LengthAt = 12;
    private const int DataAt = 16;

    private readonly VirtioPci _device;
    private readonly bool _isWindow;

    /// <param name="type">What it is about.</param>
    /// <param name="offset">In the modern region.</param>
    public ConfigAccess(VirtioPci device, byte type, uint offset)
        : base(device.Config.AddCapability(Vendor, BytesOf(type)), BytesOf(type))
    {
        _device = device;
        _isWindow = type == WindowType;
        ConfigSpace config = device.Config;
        config.Fix(Offset + 2, 1, (uint)Bytes);
        config.Fix(Offset + TypeAt, 1, type);
        if (_isWindow)
        {
            config.Allow(Offset + BarAt, 1, byte.MaxValue);
            config.Allow(Offset + OffsetAt, 4, uint.MaxValue);
            config.Allow(Offset + LengthAt, 4, uint.MaxValue);
            config.Allow(Offset + DataAt, 4, uint.MaxValue);
            return;
        }

        config.Fix(Offset + BarAt, 1, VirtioPci.ModernBar);
        config.Fix(Offset + OffsetAt, 4, offset);
        config.Fix(Offset + LengthAt, 4, ModernRegion.PartBytes);
        if (type == NotifyType)
        {
            config.Fix(Offset + DataAt, 4, ModernRegion.NotifyMultiplier);
        }
    }

    public override void Written(int first, int size)
    {
        if (_isWindow && Touches(first, size, DataAt, sizeof(uint)) && TryFind(out BaseAddress? bar, out ulong offset, out int length))
        {
            bar!.Region.Write(offset, length, _device.Config.Read(Offset + DataAt, sizeof(uint)) & (ulong.MaxValue >> (64 - (length * 8))));
        }
    }

    /// <summary>Software is about to read configuration space: what is behind the window goes into it.</summary>
    public void Reading(int offset, int size)
    {
        if (_isWindow && Touches(offset - Offset, size, DataAt, sizeof(uint)) && TryFind(out BaseAddress? bar, out ulong at, out int length))
        {
            bar!.Region.Read(at, length, out ulong value);
            _device.Config.Poke(Offset + DataAt, sizeof(uint), (uint)value);
        }
    }

    private static int BytesOf(byte type) => type is NotifyType or WindowType ? LongBytes : ShortBytes;

    private bool TryFind(out BaseAddress? bar, out ulong offset, out int length)
    {
        uint index = _device.Config.Read(Offset + BarAt, 1);
        offset = _device.Config.Read(Offset + OffsetAt, sizeof(uint));
        length = (int)_device.Config.Read(Offset + LengthAt, sizeof(uint));
        bar = null;
        foreach (BaseAddress each in _device.BaseAddresses)
        {
            bar = each.Index == index ? each : bar;
        }

        return bar is not null && length is 1 or 2 or 4 && offset % (ulong)length == 0 && offset < bar!.Size;
    }
}
