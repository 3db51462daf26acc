using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Numerics;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>What of the two interfaces a function has.</summary>
/// <param name="Legacy">The I/O region, and the IDs of old.</param>
/// <param name="Modern">The capabilities.</param>
/// <param name="Express">It is an endpoint of PCI Express, behind a port; on the root complex's own bus it is not, as with QEMU.</param>
internal sealed record VirtioPciForm(bool Legacy, bool Modern, bool Express);

/// <summary>
/// A virtio device as a PCI function (Virtual I/O Device Specification 1.2, Virtio Over PCI Bus): modern, legacy or transitional, with MSI-X.
/// IDs, layout and vectors are QEMU's.
/// </summary>
internal sealed class VirtioPci : PciFunction, IVirtioSignals
{
    public const int ModernBar = 4;

    private const int LegacyBar = 0;
    private const int MessagesBar = 1;
    private const byte UsedBufferBit = 1 << 0;
    private const byte ConfigurationBit = 1 << 1;

    private readonly VirtioPciForm _form;
    private readonly ConfigAccess? _window;

    public VirtioPci(PciDeviceContext context, VirtioPciClass kind, VirtioDeviceConfiguration configuration, VirtioPciForm form, bool multiFunction)
        : base(context.Name, kind.Identity(form, multiFunction))
    {
        _form = form;
        VirtioDevice device = configuration.Make();
        Core = new VirtioCore(context.Name, device, new PciMemory(Dma), this, configuration.Settings, context.Scheduler, context.Events)
        {
            IsTransitional = form is { Legacy: true, Modern: true },
            LegacyTransportFeatures = VirtioFeature.NotForDrivers,
            Misaddressed = () => UntranslatedDriver,
        };
        if (form.Express)
        {
            Add(new ExpressCapability(this, new ExpressSettings(ExpressType.Endpoint) { FunctionLevelReset = true }));
            Add(new PowerManagement(this, PowerSettings.Resetting));
        }

        if (form.Legacy)
        {
            uint bytes = BitOperations.RoundUpToPowerOf2(LegacyRegion.HeaderBytes + (uint)device.ConfigBytes);
            AddBar(new BaseAddress(LegacyBar, BaseAddressKind.Io, bytes, new LegacyRegion(this)));
        }

        if (form.Modern)
        {
            AddBar(new BaseAddress(ModernBar, BaseAddressKind.Memory64Prefetchable, ModernRegion.Bytes, new ModernRegion(this)));
            Add(new ConfigAccess(this, ConfigAccess.CommonType, ModernRegion.CommonAt));
            Add(new ConfigAccess(this, ConfigAccess.IsrType, ModernRegion.IsrAt));
            Add(new ConfigAccess(this, ConfigAccess.DeviceType, ModernRegion.DeviceAt));
            Add(new ConfigAccess(this, ConfigAccess.NotifyType, ModernRegion.NotifyAt));
            _window = Add(new ConfigAccess(this, ConfigAccess.WindowType, 0));
        }

        Add(Msix.WithOwnBar(this, kind.Vectors, MessagesBar));
    }

    public VirtioCore Core { get; }

    public override IReadOnlyList<IInputLine> Lines => Core.Kind.Lines;

    public override UserNetwork? Network => Core.Kind.Network;

    /// <summary>
    /// In words that the driver gives physical addresses though an IOMMU translates the function's requests: the device has not offered
    /// VIRTIO_F_ACCESS_PLATFORM, or the driver is a legacy one, which cannot accept it (Virtual I/O Device Specification 1.2, Reserved Feature
    /// Bits). Null where that is not so, and while no driver is at work.
    /// </summary>
    public string? UntranslatedDriver
    {
        get
        {
            if (Bus?.Root.Iommu is null || Core.Status == DeviceStatus.None || Core.Has(VirtioFeature.AccessPlatform))
            {
                return null;
            }

            bool offered = (Core.Offered(legacy: false) & VirtioFeature.AccessPlatform) != 0;
            string cause = offered ? "a legacy driver cannot accept VIRTIO_F_ACCESS_PLATFORM" : "without iommu_platform=on there is no VIRTIO_F_ACCESS_PLATFORM to accept";
            return $"{cause}: the driver gives physical addresses, and {Bus.Root.Iommu.Name} takes them for addresses to translate";
        }
    }

    public uint FeatureSelect { get; set; }

    public uint DriverFeatureSelect { get; set; }

    public ushort QueueSelect { get; set; }

    /// <summary>ISR status: bit 0 for queues, bit 1 for the configuration.</summary>
    public byte Isr { get; private set; }

    /// <summary>The message for changes of the configuration.</summary>
    public ushort ConfigVector { get; set; } = VirtioCore.NoVector;

    /// <summary>The message of the selected queue.</summary>
    public ushort QueueVector
    {
        get => Selected?.Vector ?? VirtioCore.NoVector;
        set
        {
            if (Selected is Virtqueue queue)
            {
                queue.Vector = value;
            }
        }
    }

    /// <summary>The queue that is selected; null where there is none.</summary>
    public Virtqueue? Selected => QueueSelect < Core.Queues.Length ? Core.Queues[QueueSelect] : null;

    public uint OfferedFeatures => FeatureSelect <= 1 ? (uint)(Core.Offered(legacy: false) >> (int)(FeatureSelect * 32)) : 0;

    public uint AcceptedFeatures => DriverFeatureSelect <= 1 ? (uint)(Core.DriverFeatures >> (int)(DriverFeatureSelect * 32)) : 0;

    public void AcceptFeatures(uint value)
    {
        ulong accepted = Core.DriverFeatures;
        if (DriverFeatureSelect == 0)
        {
            Core.Accept((accepted & ~(ulong)uint.MaxValue) | value, legacy: false);
        }
        else if (DriverFeatureSelect == 1)
        {
            Core.Accept((accepted & uint.MaxValue) | ((ulong)value << 32), legacy: false);
        }
    }

    public void WriteStatus(byte value, bool legacy)
    {
        Core.WriteStatus(value, legacy);
        if (value == 0)
        {
            ConfigVector = VirtioCore.NoVector;
            TakeIsr();
        }
    }

    /// <summary>A vector, or "none" for one that there is not.</summary>
    public ushort Valid(uint vector) => vector < (uint)Msix!.Vectors ? (ushort)vector : VirtioCore.NoVector;

    /// <summary>queue_enable: only 1 means something.</summary>
    public void Enable(uint value)
    {
        if (value == 1 && Selected is Virtqueue queue)
        {
            queue.Ready = true;
        }
    }

    /// <summary>VIRTIO_F_RING_RESET.</summary>
    public void ResetQueue(uint value)
    {
        if (value == 1 && Core.Has(VirtioFeature.RingReset))
        {
            Selected?.Reset();
        }
    }

    /// <summary>Reads the ISR status, which clears it and lets go of the pin.</summary>
    public uint TakeIsr()
    {
        uint isr = Isr;
        Isr = 0;
        SetInterrupt(false);
        return isr;
    }

    public uint ReadDeviceConfig(int offset, int size)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Core.ReadConfig(offset, bytes[..size]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public void WriteDeviceConfig(int offset, int size, uint value)
    {
        for (int i = 0; i < size; i++)
        {
            Core.WriteConfig(offset + i, (byte)(value >> (i * 8)));
        }
    }

    public override void ConfigRead(int offset, int size) => _window?.Reading(offset, size);

    void IVirtioSignals.UsedBuffers(int queue) => Raise(UsedBufferBit, Core.Queues[queue].Vector);

    void IVirtioSignals.ConfigurationChanged() => Raise(ConfigurationBit, ConfigVector);

    public override void Discard() => Core.Discard();

    protected override void ResetState()
    {
        FeatureSelect = 0;
        DriverFeatureSelect = 0;
        QueueSelect = 0;
        ConfigVector = VirtioCore.NoVector;
        Isr = 0;
        Core.Reset();
    }

    protected override void SaveState(StateWriter to)
    {
        to.Write(FeatureSelect);
        to.Write(DriverFeatureSelect);
        to.Write((uint)QueueSelect);
        to.Write((uint)ConfigVector);
        to.Write(Isr);
        Core.Save(to);
    }

    protected override void RestoreState(StateReader from)
    {
        FeatureSelect = from.ReadUInt32();
        DriverFeatureSelect = from.ReadUInt32();
        QueueSelect = (ushort)from.ReadUInt32();
        ConfigVector = (ushort)from.ReadUInt32();
        Isr = from.ReadByte();
        Core.Restore(from);
    }

    private void Raise(byte bit, ushort vector)
    {
        Isr |= bit;
        if (!Msix!.Enabled)
        {
            SetInterrupt(true);
        }
        else if (vector != VirtioCore.NoVector)
        {
            Msix.Notify(vector);
        }
    }
}
