using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// What a driver can set (NVM Express Base Specification 1.4, sections 5.13 and 5.21). Nothing of it is kept over a controller level reset; which can be
/// changed, and what they begin with, is as with QEMU 7.2.
/// </summary>
internal sealed class NvmeFeatures
{
    /// <summary>Kelvin.</summary>
    public const ushort WarningTemperature = 0x157;

    /// <summary>The temperature there is, in Kelvin.</summary>
    public const ushort Temperature = 0x143;

    private const int Identifiers = 0x20;
    private const int TimestampBytes = 8;
    private const ulong TimestampMask = (1UL << 48) - 1;
    private const int OriginBit = 49;
    private const int SaveBit = 31;
    private const ulong NanosecondsInMillisecond = 1_000_000;
    private const int NamespaceNotices = 8;
    private const int TemperatureEvents = 1;

    private readonly NvmeSettings _settings;
    private readonly VirtualClock _clock;
    private readonly uint[] _values = new uint[Identifiers];
    private uint _lowTemperature;
    private ulong _timestamp;
    private ulong _timestampSetAt;

    public NvmeFeatures(NvmeSettings settings, VirtualClock clock)
    {
        _settings = settings;
        _clock = clock;
        Reset();
    }

    private enum Id : byte
    {
        Arbitration = 0x01,
        PowerManagement = 0x02,
        TemperatureThreshold = 0x04,
        ErrorRecovery = 0x05,
        VolatileWriteCache = 0x06,
        NumberOfQueues = 0x07,
        InterruptCoalescing = 0x08,
        InterruptVectorConfiguration = 0x09,
        WriteAtomicity = 0x0a,
        AsynchronousEvents = 0x0b,
        Timestamp = 0x0e,
        CommandSetProfile = 0x19,
    }

    /// <summary>Get Features, Select.</summary>
    private enum Select : byte
    {
        Current,
        Default,
        Saved,
        Capabilities,
    }

    /// <summary>Writes may stay in the host's memory until a flush.</summary>
    public bool CachesWrites => Value(Id.VolatileWriteCache) != 0;

    /// <summary>The driver wants to hear when the namespace has changed.</summary>
    public bool TellsOfNamespaces => Value(Id.AsynchronousEvents).Bit(NamespaceNotices);

    /// <summary>The temperature is outside what the driver has set.</summary>
    public bool IsOutsideTemperatures => Temperature >= Value(Id.TemperatureThreshold) || Temperature <= _lowTemperature;

    public void Reset()
    {
        for (int id = 0; id < _values.Length; id++)
        {
            _values[id] = DefaultOf((Id)id);
        }

        (_values[(int)Id.VolatileWriteCache], _lowTemperature) = (_settings.WriteCache ? 1u : 0, 0);
        (_timestamp, _timestampSetAt) = (0, _clock.Now);
    }

    public NvmeStatus Get(NvmeController controller, NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        var id = (Id)command.Dword10.Field(7, 0);
        var select = (Select)command.Dword10.Field(10, 8);
        if (!Enum.IsDefined(id) || !Enum.IsDefined(select))
        {
            return NvmeStatus.InvalidField;
        }

        if (id == Id.ErrorRecovery && CheckNamespace(command.Namespace) is not NvmeStatus.Success and NvmeStatus wrong)
        {
            return wrong;
        }

        if (select == Select.Capabilities)
        {
            const uint Changeable = 4;
            const uint OfNamespace = 2;
            request.Result = (IsChangeable(id) ? Changeable : 0) | (id == Id.ErrorRecovery ? OfNamespace : 0);
            return NvmeStatus.Success;
        }

        if (id == Id.Timestamp && select == Select.Current)
        {
            return GiveTimestamp(request);
        }

        uint? result = Read(controller, command, id, select);
        request.Result = result ?? 0;
        return result is null ? NvmeStatus.InvalidField : NvmeStatus.Success;
    }

    public NvmeStatus Set(NvmeController controller, NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        var id = (Id)command.Dword10.Field(7, 0);
        if (command.Dword10.Bit(SaveBit))
        {
            return NvmeStatus.FeatureNotSaveable;
        }

        if (!Enum.IsDefined(id))
        {
            return NvmeStatus.InvalidField;
        }

        if (id == Id.ErrorRecovery)
        {
            NvmeStatus status = command.Namespace == NvmeCommand.AllNamespaces ? NvmeStatus.Success : CheckNamespace(command.Namespace);
            return status == NvmeStatus.Success ? SetErrorRecovery(command.Dword11) : status;
        }

        if (command.Namespace is not (0 or NvmeCommand.AllNamespaces))
        {
            return command.Namespace > NvmeNamespace.Most ? NvmeStatus.InvalidNamespace : NvmeStatus.FeatureNotOfNamespace;
        }

        return IsChangeable(id) ? Change(controller, request, id) : NvmeStatus.FeatureNotChangeable;
    }

    public void Save(StateWriter to)
    {
        to.Write(_values.AsSpan());
        to.Write(_lowTemperature);
        to.Write(_timestamp);
        to.Write(_timestampSetAt);
    }

    public void Restore(StateReader from)
    {
        from.ReadWords(_values.AsSpan());
        _lowTemperature = from.ReadUInt32();
        _timestamp = from.ReadUInt64();
        _timestampSetAt = from.ReadUInt64();
    }

    private static bool IsChangeable(Id id) => id is Id.TemperatureThreshold or Id.ErrorRecovery or Id.VolatileWriteCache or Id.NumberOfQueues
        or Id.AsynchronousEvents or Id.Timestamp or Id.CommandSetProfile;

    private static NvmeStatus CheckNamespace(uint id) => id switch
    {
        NvmeNamespace.Id => NvmeStatus.Success,
        0 or > NvmeNamespace.Most => NvmeStatus.InvalidNamespace,
        _ => NvmeStatus.InvalidField,
    };

    private uint Value(Id id) => _values[(int)id];

    private uint DefaultOf(Id id)
    {
        const uint NoLimit = 7;
        uint pairs = (uint)_settings.QueuePairs - 1;
        return id switch
        {
            Id.Arbitration => NoLimit,
            Id.TemperatureThreshold => WarningTemperature,
            Id.NumberOfQueues => pairs | (pairs << 16),
            _ => 0,
        };
    }

    private uint? Read(NvmeController controller, in NvmeCommand command, Id id, Select select)
    {
        uint value = select == Select.Current ? Value(id) : DefaultOf(id);
        switch (id)
        {
            case Id.TemperatureThreshold:
                uint low = select == Select.Current ? _lowTemperature : 0;
                bool composite = command.Dword11.Field(19, 16) == 0;
                return !composite ? 0 : command.Dword11.Field(21, 20) switch { 0 => value, 1 => low, _ => null };
            case Id.InterruptVectorConfiguration:
                const uint NoCoalescing = 1 << 16;
                uint vector = command.Dword11.Field(15, 0);
                return vector >= (uint)controller.Msix!.Vectors ? null : vector == 0 ? NoCoalescing : vector;
            default:
                return value;
        }
    }

    private NvmeStatus Change(NvmeController controller, NvmeRequest request, Id id)
    {
        uint value = request.Command.Dword11;
        switch (id)
        {
            case Id.TemperatureThreshold:
                return SetTemperature(controller, value);
            case Id.VolatileWriteCache:
                if (!value.Bit(0))
                {
                    controller.Blocks.TryFlush();
                }

                _values[(int)id] = value & 1;
                return NvmeStatus.Success;
            case Id.NumberOfQueues:
                return SetQueues(controller, request, value);
            case Id.Timestamp:
                byte[] bytes = new byte[TimestampBytes];
                NvmeStatus status = request.Take(bytes);
                if (status == NvmeStatus.Success)
                {
                    (_timestamp, _timestampSetAt) = ((BinaryPrimitives.ReadUInt64LittleEndian(bytes) & TimestampMask) | (1UL << OriginBit), _clock.Now);
                }

                return status;
            case Id.CommandSetProfile:
                return value.Field(8, 0) == 0 ? NvmeStatus.Success : NvmeStatus.CommandSetsRejected;
            default:
                _values[(int)id] = value;
                return NvmeStatus.Success;
        }
    }

    private NvmeStatus SetTemperature(NvmeController controller, uint value)
    {
        uint kelvin = value.Field(15, 0);
        if (value.Field(19, 16) != 0)
        {
            // The controller has no other sensors.
            return NvmeStatus.Success;
        }

        switch (value.Field(21, 20))
        {
            case 0:
                _values[(int)Id.TemperatureThreshold] = kelvin;
                break;
            case 1:
                _lowTemperature = kelvin;
                break;
            default:
                return NvmeStatus.InvalidField;
        }

        if (IsOutsideTemperatures && Value(Id.AsynchronousEvents).Bit(TemperatureEvents))
        {
            controller.Events.Post(NvmeEvent.Temperature);
        }

        return NvmeStatus.Success;
    }

    // It is not to change once there are queues (section 5.21.1.7).
    private NvmeStatus SetQueues(NvmeController controller, NvmeRequest request, uint value)
    {
        if (Array.Exists(controller.Queues.Completion, static q => q.Id != 0 && q.Exists))
        {
            return NvmeStatus.CommandSequenceError;
        }

        if (value.Field(15, 0) == ushort.MaxValue || value.Field(31, 16) == ushort.MaxValue)
        {
            return NvmeStatus.InvalidField;
        }

        request.Result = Value(Id.NumberOfQueues);
        return NvmeStatus.Success;
    }

    // TLER; errors of deallocated blocks there are none.
    private NvmeStatus SetErrorRecovery(uint value)
    {
        if (value.Bit(16))
        {
            return NvmeStatus.InvalidField;
        }

        _values[(int)Id.ErrorRecovery] = value;
        return NvmeStatus.Success;
    }

    private NvmeStatus GiveTimestamp(NvmeRequest request)
    {
        byte[] bytes = new byte[TimestampBytes];
        ulong milliseconds = (_timestamp & TimestampMask) + ((_clock.Now - _timestampSetAt) / NanosecondsInMillisecond);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (milliseconds & TimestampMask) | (_timestamp & ~TimestampMask));
        return request.Give(bytes, bytes.Length);
    }
}
