using System;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Registers;

/// <summary>
/// The registers of one device on the bus: decodes offset and width, keeps the stored values, applies masks, access
/// rules and reset values, and reports what the map does not list.
/// </summary>
internal sealed class RegisterBank<TDevice>(string name, RegisterMap<TDevice> map, TDevice device, DeviceEvents events)
    : IBusDevice, IStateful, IRegisterNames
{
    private readonly uint[] _values = ResetValues(map);

    public string Name => name;

    public string StateName => name;

    public string? RegisterAt(ulong offset) =>
        offset / 4 <= int.MaxValue && map.Find((int)(offset / 4), out int index) is Register<TDevice> row ? row.Name + (row.Count > 1 ? index : "") : null;

    public RegisterMap<TDevice> Map => map;

    /// <summary>The stored value of the register at an offset.</summary>
    public uint this[uint offset]
    {
        get => _values[map.ValueAt(offset)];
        set => _values[map.ValueAt(offset)] = value;
    }

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        if (size == 8)
        {
            value = ReadLanes(offset, 4) | ((ulong)ReadLanes(offset + 4, 4) << 32);
        }
        else
        {
            value = ReadLanes(offset, size);
        }

        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (size == 8)
        {
            WriteLanes(offset, 4, (uint)value);
            WriteLanes(offset + 4, 4, (uint)(value >> 32));
        }
        else
        {
            WriteLanes(offset, size, (uint)value);
        }

        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        if (size == 8)
        {
            bool known = TryPeek(offset, 4, out ulong low);
            known &= TryPeek(offset + 4, 4, out ulong high);
            value = low | (high << 32);
            return known;
        }

        value = 0;
        Register<TDevice>? row = Find(offset, out int index);
        if (row is null || row.Access == Access.WriteOnly)
        {
            return true;
        }

        if (row.ReadHasEffect && row.Peek is null)
        {
            return false;
        }

        uint word = row.Peek is not null ? row.Peek(device, index) : ValueOf(row, index);
        value = (word >> Shift(offset)) & Lanes(size);
        return true;
    }

    /// <summary>Puts all stored values back to their reset values.</summary>
    public void Reset() => ResetValues(map).CopyTo(_values, 0);

    public void Save(StateWriter to) => to.Write(_values.AsSpan());

    public void Restore(StateReader from) => from.ReadWords(_values.AsSpan());

    private static uint[] ResetValues(RegisterMap<TDevice> map)
    {
        uint[] values = new uint[map.Values];
        foreach (Register<TDevice> row in map.Rows)
        {
            if (row.IsStored)
            {
                values.AsSpan(map.ValueAt(row.Offset), row.Count).Fill(row.Reset);
            }
        }

        return values;
    }

    private static int Shift(ulong offset) => (int)(offset & 3) * 8;

    private static uint Lanes(int size) => uint.MaxValue >> (32 - (size * 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Register<TDevice>? Find(ulong offset, out int index) =>
        map.Find((int)Math.Min(offset / 4, int.MaxValue), out index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ValueOf(Register<TDevice> row, int index) =>
        row.Read is not null ? row.Read(device, index) : _values[map.ValueAt(row.Offset) + index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReadLanes(ulong offset, int size)
    {
        Register<TDevice>? row = Find(offset, out int index);
        if (row is null || row.Access == Access.WriteOnly || (row.WordOnly && size != 4))
        {
            ReportRead(row, offset, size);
            return 0;
        }

        return (ValueOf(row, index) >> Shift(offset)) & Lanes(size);
    }

    private void ReportRead(Register<TDevice>? row, ulong offset, int size)
    {
        DeviceMisuse misuse = row is null ? DeviceMisuse.NoRegister
            : row.Access == Access.WriteOnly ? DeviceMisuse.ReadOfWriteOnly
            : DeviceMisuse.Width;
        events.Report(new DeviceEvent(name, offset, size, IsWrite: false, Value: 0, misuse));
    }

    private void WriteLanes(ulong offset, int size, uint value)
    {
        Register<TDevice>? row = Find(offset, out int index);
        DeviceMisuse? misuse = row switch
        {
            null => DeviceMisuse.NoRegister,
            { Access: Access.ReadOnly } => DeviceMisuse.WriteToReadOnly,
            { WordOnly: true } when size != 4 => DeviceMisuse.Width,
            _ => null,
        };
        if (misuse is not null)
        {
            events.Report(new DeviceEvent(name, offset, size, IsWrite: true, value, misuse.Value));
            return;
        }

        uint mask = Lanes(size) << Shift(offset);
        value = (value & Lanes(size)) << Shift(offset);
        if (row!.Write is not null)
        {
            row.Write(device, index, value, mask);
        }
        else
        {
            ref uint stored = ref _values[map.ValueAt(row.Offset) + index];
            mask &= row.Writable;
            stored = row.Access == Access.WriteOneToClear ? stored & ~(value & mask) : (stored & ~mask) | (value & mask);
        }

        row.Changed?.Invoke(device);
    }
}

/// <summary>A device that can name its registers.</summary>
internal interface IRegisterNames
{
    /// <summary>The manual's name of the register at an offset; null where there is none.</summary>
    string? RegisterAt(ulong offset);
}
