using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>
/// Where mappings larger than a page may be among what is known by pages: one naturally aligned range that covers all of
/// them. Invalidating an address in it may concern other pages too.
/// </summary>
internal sealed class LargeMappings
{
    /// <summary>Above is the tag byte, which TLB maintenance does not name.</summary>
    private const int AddressBits = 56;

    private ulong _start;
    private ulong _mask;
    private bool _any;

    public void Clear() => _any = false;

    /// <param name="address">An address of the mapping.</param>
    /// <param name="shift">Its size is two to the power of this, in bytes.</param>
    public void Add(ulong address, int shift)
    {
        address = address.SignExtend(AddressBits);
        ulong mask = shift >= 64 ? 0 : ulong.MaxValue << shift;
        if (_any)
        {
            mask &= _mask;
            while (((address ^ _start) & mask) != 0)
            {
                mask <<= 1;
            }
        }

        _mask = mask;
        _start = address & mask;
        _any = true;
    }

    public bool Contain(ulong address) => _any && ((address.SignExtend(AddressBits) ^ _start) & _mask) == 0;
}
