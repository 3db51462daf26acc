using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Tests.Virtio;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Console;
using Xunit;

namespace GdbHost.Machine.Tests.Snapshots;

/// <summary>
/// Nothing that can change is forgotten: every field of every object of a machine is changed by force, and a snapshot
/// must show it, unless the field says with <see cref="NotStateAttribute"/> why it is no state. Witness: the runtime's
/// list of fields.
/// </summary>
public sealed class CompletenessTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Whether with every option, and the version of the GIC.</summary>
    public static TheoryData<bool, int> Machines() => new() { { false, 2 }, { true, 2 }, { false, 3 }, { true, 3 } };

    private static readonly string[] PciDevices =
        ["pci-testdev", "edu", "pcie-root-port,id=rp", "x3130-upstream,bus=rp,id=up", "xio3130-downstream,bus=up,id=dn", "edu,bus=dn"];

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_field_that_can_change_is_saved_or_says_why_not(bool everything, int gic)
    {
        using GdbHost.Machine.Boards.Machine machine = Make(everything, gic);
        List<string> forgotten = [];
        foreach (FieldPlace place in FieldPlace.AllOf(machine))
        {
            if (!place.IsSeen(machine))
            {
                forgotten.Add(place.Name);
            }
        }

        Assert.True(forgotten.Count == 0, string.Join('\n', forgotten.Distinct().Order()));
    }

    [Theory]
    [InlineData("Pl011._count")]
    [InlineData("GenericTimer._compare")]
    [InlineData("SysRegFile._values")]
    [InlineData("Tlb._entries")]
    [InlineData("Flash._status")]
    [InlineData("TimedEvent.<Deadline>k__BackingField")]
    public void The_search_finds_fields_of_all_kinds_of_parts(string field)
    {
        using GdbHost.Machine.Boards.Machine machine = Make(everything: true);
        Assert.Contains(FieldPlace.AllOf(machine), p => p.Name == field);
    }

    [Fact]
    public unsafe void Every_field_of_the_engines_state_is_saved_or_says_why_not()
    {
        using GdbHost.Machine.Boards.Machine machine = Make(everything: true);
        CpuState* state = machine.Cores[1].State;
        state->ExclusiveValid = true;
        state->ExclusivePlace = (ulong)machine.Ram.Host + 64;
        state->ExclusiveBytes = 8;
        List<string> forgotten = [];
        foreach (FieldInfo field in typeof(CpuState).GetFields(Own).Where(f => f.GetCustomAttribute<NotStateAttribute>() is null))
        {
            Span<byte> bytes = new((byte*)state + OffsetOf(field), SizeOf(field.FieldType));
            if (!AnyBitIsSeen(machine, bytes))
            {
                forgotten.Add(field.Name);
            }
        }

        Assert.True(forgotten.Count == 0, string.Join('\n', forgotten));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void What_a_part_saves_it_restores(int gic)
    {
        using GdbHost.Machine.Boards.Machine machine = Make(everything: true, gic);
        using GdbHost.Machine.Boards.Machine other = Make(everything: true, gic);
        foreach (FieldPlace place in FieldPlace.AllOf(machine))
        {
            place.Change();
            byte[] changed = Everything(machine);
            foreach ((IStateful from, IStateful to) in machine.Parts.Zip(other.Parts))
            {
                Restore(to, SnapshotWriter.BytesOf(from));
            }

            Assert.True(changed.AsSpan().SequenceEqual(Everything(other)), place.Name);
            place.ChangeBack();
        }
    }

    private static void Restore(IStateful part, byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        using BinaryReader reader = new(stream);
        part.Restore(new StateReader(reader));
    }

    private static GdbHost.Machine.Boards.Machine Make(bool everything, int gic = 2) => MachineFactory.Create(
        new MachineConfiguration
        {
            Cpus = everything ? 2 : 1,
            El2 = everything,
            GicVersion = gic,
            El3 = everything,
            Smmu = everything,
            Semihosting = everything,
            PciDevices = everything
                ?
                [
                    .. PciDevices.Select(QemuComparison.Request), new PciDeviceRequest("virtio-rng-pci", []),
                    QemuComparison.Request("nvme,serial=a,max_ioqpairs=2") with { Backend = new BlockBackend(new MemoryStorage(4096)) },
                    new PciDeviceRequest("e1000e", []) { Backend = new NetworkBackend(new UserNetworkConfiguration(null, null), new byte[6]) },
                ]
                : [],
            MemoryBytes = 16 << 20,
            VirtioMmio = everything
                ?
                [
                    new BlockDeviceConfiguration(new MemoryStorage(4096), null),
                    new RngDeviceConfiguration(),
                    new SerialDeviceConfiguration([new ConsolePortConfiguration(0, IsConsole: true, null, null)]),
                    new NetDeviceConfiguration(new UserNetworkConfiguration(null, null), new byte[6]),
                ]
                : [],
            Loads = [new LoadFile(new BootFile("code", new byte[16]), 0x4000_0000)],
        },
        _ => { });

    private static byte[] Everything(GdbHost.Machine.Boards.Machine machine) => [.. machine.Parts.SelectMany(SnapshotWriter.BytesOf)];

    /// <summary>Where a field is in <see cref="CpuState"/>: what changes in the bytes when it is set.</summary>
    private static unsafe int OffsetOf(FieldInfo field)
    {
        object boxed = default(CpuState);
        object value = field.FieldType.IsPointer
            ? Pointer.Box((void*)1, field.FieldType)
            : RuntimeHelpers.GetUninitializedObject(field.FieldType);
        if (value is not Pointer)
        {
            Unsafe.As<RawBox>(value).First = 1;
        }

        field.SetValue(boxed, value);
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<RawBox>(boxed).First, sizeof(CpuState)).IndexOfAnyExcept((byte)0);
    }

    private static int SizeOf(Type type) => type switch
    {
        { IsEnum: true } => SizeOf(type.GetEnumUnderlyingType()),
        _ when type == typeof(bool) => sizeof(bool),
        { IsPrimitive: true } => Marshal.SizeOf(type),
        _ => sizeof(ulong),
    };

    private static bool AnyBitIsSeen(GdbHost.Machine.Boards.Machine machine, Span<byte> bytes)
    {
        byte[] before = Everything(machine);
        bool seen = false;
        for (int bit = 0; bit < bytes.Length * 8 && !seen; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            seen = !Everything(machine).AsSpan().SequenceEqual(before);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        return seen;
    }

    /// <summary>The layout of a boxed value: its bytes begin where an object's fields do.</summary>
    private sealed class RawBox
    {
        public byte First;
    }

    /// <summary>A field of one object, or an element of an array it holds.</summary>
    private sealed class FieldPlace(object owner, FieldInfo info, int? element)
    {
        private object? _original;

        public string Name => $"{owner.GetType().Name}.{info.Name}";

        private Array Elements => (Array)info.GetValue(owner)!;

        /// <summary>Every place that can change, of every object that can be reached from a machine without leaving its code.</summary>
        public static List<FieldPlace> AllOf(object root)
        {
            List<FieldPlace> places = [];
            HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
            Queue<object> open = new([root]);
            while (open.TryDequeue(out object? at))
            {
                if (seen.Add(at) && at.GetType().GetCustomAttribute<NotStateAttribute>() is null)
                {
                    object[] next = at is IEnumerable several ? [.. several.OfType<object>()] : [.. Visit(at, places)];
                    foreach (object each in next.Where(IsOurs))
                    {
                        open.Enqueue(each);
                    }
                }
            }

            return places;
        }

        /// <summary>Whether a snapshot shows the change. The field is as before afterwards.</summary>
        public bool IsSeen(GdbHost.Machine.Boards.Machine machine)
        {
            byte[] before = Everything(machine);
            Change();
            bool seen = !Everything(machine).AsSpan().SequenceEqual(before);
            ChangeBack();
            return seen;
        }

        public void Change()
        {
            _original = element is int at ? Elements.GetValue(at) : info.GetValue(owner);
            Set(Other(_original, element is null ? info.FieldType : info.FieldType.GetElementType()!));
        }

        public void ChangeBack() => Set(_original);

        private static List<object> Visit(object at, List<FieldPlace> places)
        {
            List<object> next = [];
            foreach (FieldInfo each in at.GetType().GetFields(Own).Where(f => f.GetCustomAttribute<NotStateAttribute>() is null))
            {
                object? value = each.GetValue(at);
                if (value is Array { Length: > 0 } array && each.FieldType.GetElementType()!.IsValueType)
                {
                    places.Add(new FieldPlace(at, each, 0));
                    places.Add(new FieldPlace(at, each, array.Length - 1));
                }
                else if (each.FieldType.IsValueType && !each.IsInitOnly && !IsParameter(each))
                {
                    places.Add(new FieldPlace(at, each, null));
                }
                else if (value is not null && !each.FieldType.IsPointer)
                {
                    next.Add(value);
                }
            }

            return next;
        }

        // The compiler keeps a primary constructor's parameter in a field that it does not mark read-only.
        private static bool IsParameter(FieldInfo each) => each.Name.EndsWith(">P", StringComparison.Ordinal);

        private static bool IsOurs(object value)
        {
            Type type = value.GetType();
            bool ours = type.Assembly == typeof(GdbHost.Machine.Boards.Machine).Assembly && value is not Delegate && !type.IsValueType;
            return ours || (value is IEnumerable and not string and not byte[]);
        }

        private static object Other(object? value, Type type)
        {
            if (type.IsEnum)
            {
                return Enum.GetValues(type).Cast<object>().First(v => !v.Equals(value));
            }

            object box = RuntimeHelpers.GetObjectValue(value) ?? RuntimeHelpers.GetUninitializedObject(type);
            Unsafe.As<RawBox>(box).First ^= 1;
            return box;
        }

        private void Set(object? value)
        {
            if (element is int at)
            {
                Elements.SetValue(value, at);
            }
            else
            {
                info.SetValue(owner, value);
            }
        }
    }
}
