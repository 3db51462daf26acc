using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// A range of the CPU's addresses that leads to PCI. Where nothing answers, a read gives all ones and a write is lost
/// (PCI Express Base Specification, Unsupported Request). Accesses wider than the bus takes are cut, low half first.
/// </summary>
/// <param name="name">Name in the memory map.</param>
/// <param name="widest">Bytes of the widest access that goes through whole.</param>
internal abstract class PciBusPort(string name, int widest) : IBusDevice
{
    public string Name => name;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        if (size > widest)
        {
            Read(offset, widest, out ulong low);
            Read(offset + (ulong)widest, widest, out ulong high);
            value = low | (high << (widest * 8));
            return BusResult.Ok;
        }

        IBusDevice? target = Find(offset, out ulong inside);
        if (target is null)
        {
            value = ulong.MaxValue >> (64 - (size * 8));
            Unclaimed(offset, size, isWrite: false, value);
            return BusResult.Ok;
        }

        return target.Read(inside, size, out value);
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (size > widest)
        {
            Write(offset, widest, value & (ulong.MaxValue >> (64 - (widest * 8))));
            return Write(offset + (ulong)widest, widest, value >> (widest * 8));
        }

        IBusDevice? target = Find(offset, out ulong inside);
        if (target is null)
        {
            Unclaimed(offset, size, isWrite: true, value);
        }

        return target?.Write(inside, size, value) ?? BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        if (size > widest)
        {
            bool known = TryPeek(offset, widest, out ulong low);
            known &= TryPeek(offset + (ulong)widest, widest, out ulong high);
            value = low | (high << (widest * 8));
            return known;
        }

        value = ulong.MaxValue >> (64 - (size * 8));
        return Find(offset, out ulong inside)?.TryPeek(inside, size, out value) ?? true;
    }

    /// <summary>Nothing answers an access of the CPU.</summary>
    /// <param name="value">What is written and lost, or what a read gives: all ones.</param>
    protected virtual void Unclaimed(ulong offset, int size, bool isWrite, ulong value)
    {
    }

    /// <summary>What answers at an offset, and the offset in it.</summary>
    protected abstract IBusDevice? Find(ulong offset, out ulong inside);
}
