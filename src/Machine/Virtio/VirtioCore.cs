using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Time;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio;

/// <summary>
/// What all virtio devices have in common behind any transport: negotiation of features, status, queues, and the state in which
/// only a reset helps (Virtual I/O Device Specification 1.2, Basic Facilities of a Virtio Device).
/// </summary>
internal sealed class VirtioCore : IStateful
{
    /// <summary>VIRTIO_MSI_NO_VECTOR.</summary>
    public const ushort NoVector = 0xffff;

    private readonly DeviceEvents _events;
    private readonly TimedEvent _later;
    private readonly VirtioSettings _settings;
    private readonly IVirtioSignals _signals;
    private ulong _driverFeatures;
    private DeviceStatus _status;
    private ulong _unfinished;
    private bool _broken;

    [NotState("words; that it is broken is saved")]
    private string? _failure;

    [NotState("within an access")]
    private bool _busy;

    public VirtioCore(string name, VirtioDevice kind, IVirtioMemory memory, IVirtioSignals signals, VirtioSettings settings, Scheduler scheduler, DeviceEvents events)
    {
        StateName = name;
        Kind = kind;
        Memory = memory;
        _signals = signals;
        _settings = settings;
        Scheduler = scheduler;
        _events = events;
        _later = scheduler.Create($"{name} goes on", GoOn);
        Queues = [.. kind.QueueSizes.Select((size, index) => new Virtqueue(this, index, size, memory))];
        kind.Connect(this);
    }

    public string StateName { get; }

    public VirtioDevice Kind { get; }

    public IVirtioMemory Memory { get; }

    public Scheduler Scheduler { get; }

    public Virtqueue[] Queues { get; }

    /// <summary>Its transport has both interfaces: what only devices of old offer, it does not.</summary>
    public bool IsTransitional { get; init; }

    /// <summary>Bits that the transport's legacy interface adds.</summary>
    public ulong LegacyTransportFeatures { get; init; }

    /// <summary>Counts changes of the configuration space that the driver has not made (ConfigGeneration).</summary>
    public uint Generation { get; private set; }

    /// <summary>What the driver has written to the status field, and the device's own bits.</summary>
    public DeviceStatus Status => _status;

    /// <summary>Why the device has stopped until it is reset; null while it has not.</summary>
    public string? Failure => _broken ? _failure ?? "its driver has done what the specification forbids" : null;

    /// <summary>Why addresses of the driver may lead elsewhere than it believes; null where there is no such reason.</summary>
    [field: NotState("wiring")]
    public Func<string?>? Misaddressed { get; init; }

    /// <summary>Requests may be taken. A legacy driver does not always wait until it is ready itself.</summary>
    public bool IsRunning => !_broken && (_status.HasFlag(DeviceStatus.DriverOk) || !Has(VirtioFeature.Version1));

    public ulong DriverFeatures => _driverFeatures;

    /// <summary>What the device can, for a driver of the present specification or an older one.</summary>
    public ulong Offered(bool legacy)
    {
        ulong common = _settings.Features | Kind.Features;
        ulong old = IsTransitional ? Kind.TransitionalFeatures | VirtioFeature.LegacyOnly : Kind.LegacyFeatures | Kind.LegacyTransportFeatures;
        return legacy ? (common | old | LegacyTransportFeatures) & uint.MaxValue : common | VirtioFeature.Version1;
    }

    /// <summary>Whether a feature was offered and accepted.</summary>
    public bool Has(ulong feature) => (_driverFeatures & feature) != 0;

    /// <summary>The driver accepts features. After FEATURES_OK it may not any more.</summary>
    /// <param name="features">All 64 bits.</param>
    /// <param name="legacy">By the legacy registers: what was not offered is dropped, and nobody is told.</param>
    public void Accept(ulong features, bool legacy)
    {
        if (legacy)
        {
            _driverFeatures = features & Offered(legacy: true) & ~VirtioFeature.NotForDrivers;
        }
        else if (!_status.HasFlag(DeviceStatus.FeaturesOk))
        {
            _driverFeatures = features;
        }
    }

    /// <summary>The driver writes the status field; 0 resets the device.</summary>
    /// <param name="legacy">By the legacy registers: there is no FEATURES_OK.</param>
    public void WriteStatus(byte value, bool legacy)
    {
        if (value == 0)
        {
            Reset();
            return;
        }

        DeviceStatus before = _status;
        DeviceStatus now = (DeviceStatus)value | (before & DeviceStatus.NeedsReset);
        bool negotiates = !legacy && now.HasFlag(DeviceStatus.FeaturesOk) && !before.HasFlag(DeviceStatus.FeaturesOk);
        if (negotiates && WhyNot() is string reason)
        {
            now &= ~DeviceStatus.FeaturesOk;
            Report($"features 0x{_driverFeatures:x} of the driver are refused: {reason}");
        }

        _status = now;
        if (now.HasFlag(DeviceStatus.DriverOk) && !before.HasFlag(DeviceStatus.DriverOk))
        {
            Kind.Started();
        }
    }

    /// <summary>The driver says that a queue has requests.</summary>
    public void Notify(uint queue)
    {
        if (queue >= (uint)Queues.Length || !Queues[queue].IsLive)
        {
            return;
        }

        if (_busy)
        {
            // A buffer that leads to the device's own doorbell.
            ComeBack((int)queue);
            return;
        }

        _busy = true;
        Kind.Notified((int)queue);
        _busy = false;
    }

    /// <summary>Looks at a queue again as soon as the cores have had time to execute an instruction.</summary>
    public void ComeBack(int queue)
    {
        _unfinished |= 1UL << queue;
        _later.Arm(Scheduler.Clock.Now + VirtualClock.NanosecondsPerInstruction);
    }

    public void UsedBuffers(int queue) => _signals.UsedBuffers(queue);

    /// <summary>The configuration space has changed without the driver.</summary>
    public void ConfigurationChanged()
    {
        Generation++;
        if (_status.HasFlag(DeviceStatus.DriverOk))
        {
            _signals.ConfigurationChanged();
        }
    }

    /// <summary>The driver has done what makes it impossible to go on: the device stops until it is reset (DEVICE_NEEDS_RESET).</summary>
    public void Fail(string reason)
    {
        if (_broken)
        {
            return;
        }

        _broken = true;
        _failure = Misaddressed?.Invoke() is string why ? $"{reason} ({why})" : reason;
        Report($"{_failure}; the device stops until it is reset");
        if (Has(VirtioFeature.Version1))
        {
            _status |= DeviceStatus.NeedsReset;
            ConfigurationChanged();
        }
    }

    /// <summary>Says what a driver did wrong.</summary>
    public void Report(string what) => _events.ReportProblem(StateName, what);

    /// <summary>Bytes of the configuration space; behind its end all bits are set, as on QEMU.</summary>
    public void ReadConfig(int offset, Span<byte> into)
    {
        Span<byte> whole = stackalloc byte[Kind.ConfigBytes];
        Kind.ReadConfig(whole);
        into.Fill(0xff);
        if (offset < whole.Length)
        {
            int count = Math.Min(into.Length, whole.Length - offset);
            whole.Slice(offset, count).CopyTo(into);
        }
    }

    public void WriteConfig(int offset, byte value)
    {
        if (offset < Kind.ConfigBytes)
        {
            Kind.WriteConfig(offset, value);
        }
    }

    public void Reset()
    {
        _driverFeatures = 0;
        _status = DeviceStatus.None;
        _broken = false;
        _unfinished = 0;
        _later.Disarm();
        foreach (Virtqueue queue in Queues)
        {
            queue.Reset();
        }

        Kind.Reset();
    }

    /// <summary>The device is gone: it gives back its events.</summary>
    public void Discard()
    {
        Scheduler.Remove(_later);
        Kind.Removed();
    }

    public void Save(StateWriter to)
    {
        to.Write(_driverFeatures);
        to.Write((byte)_status);
        to.Write(_unfinished);
        to.Write(_broken);
        to.Write(Generation);
        foreach (Virtqueue queue in Queues)
        {
            queue.Save(to);
        }

        Kind.Save(to);
    }

    public void Restore(StateReader from)
    {
        _driverFeatures = from.ReadUInt64();
        _status = (DeviceStatus)from.ReadByte();
        _unfinished = from.ReadUInt64();
        _broken = from.ReadBool();
        Generation = from.ReadUInt32();
        foreach (Virtqueue queue in Queues)
        {
            queue.Restore(from);
        }

        Kind.Restore(from);
    }

    /// <summary>Why the device cannot work with what the driver has accepted.</summary>
    private string? WhyNot()
    {
        ulong offered = Offered(legacy: false);
        return (_driverFeatures & ~offered) != 0 ? $"bits 0x{_driverFeatures & ~offered:x} were not offered"
            : !Has(VirtioFeature.Version1) ? "VIRTIO_F_VERSION_1 is missing"
            : (offered & VirtioFeature.AccessPlatform) != 0 && !Has(VirtioFeature.AccessPlatform) ? "VIRTIO_F_ACCESS_PLATFORM is missing"
            : null;
    }

    private void GoOn()
    {
        ulong unfinished = _unfinished;
        _unfinished = 0;
        for (int queue = 0; queue < Queues.Length; queue++)
        {
            if (unfinished.Bit(queue))
            {
                Notify((uint)queue);
            }
        }
    }
}
