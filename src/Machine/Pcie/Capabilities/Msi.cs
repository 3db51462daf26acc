using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>
/// Message Signaled Interrupts (PCI Local Bus Specification 3.0, section 6.8.1): up to 32 vectors with one address, the
/// vector in the low bits of the data.
/// </summary>
internal sealed class Msi : Capability
{
    private const byte Id = 0x05;
    private const int Control = 2;
    private const int Address = 4;
    private const int Wide = 1 << 7;
    private const int PerVectorMasking = 1 << 8;

    private readonly PciFunction _function;
    private readonly bool _wide;
    private readonly bool _masking;
    private readonly int _most;

    /// <param name="vectors">1, 2, 4, 8, 16 or 32.</param>
    /// <param name="wide">The address has 64 bits.</param>
    /// <param name="masking">Each vector has a mask bit and a pending bit.</param>
    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public Msi(PciFunction function, int vectors, bool wide = true, bool masking = false, int? at = null)
        : base(function.Config.AddCapability(Id, Length(wide, masking), at), Length(wide, masking))
    {
        _function = function;
        _wide = wide;
        _masking = masking;
        _most = BitOperations.Log2((uint)vectors);
        ConfigSpace config = function.Config;
        config.Fix(Offset + Control, 2, ((uint)_most << 1) | (wide ? Wide : 0u) | (masking ? PerVectorMasking : 0u));
        config.Allow(Offset + Control, 2, 0x71);
        config.Allow(Offset + Address, 4, 0xffff_fffc);
        if (wide)
        {
            config.Allow(Offset + 8, 4, uint.MaxValue);
        }

        config.Allow(Offset + DataOffset, 2, 0xffff);
        if (masking)
        {
            config.Allow(Offset + MaskOffset, 4, uint.MaxValue >> (32 - vectors));
        }
    }

    /// <summary>MSI Enable; the function then does not use its pin.</summary>
    public bool Enabled => Register(Control, 2).Bit(0);

    /// <summary>Vectors that software has given, 1 to 32.</summary>
    public int Vectors => 1 << (int)Register(Control, 2).Field(6, 4);

    /// <summary>Where its messages go.</summary>
    public ulong MessageAddress => Register(Address, 4) | (_wide ? (ulong)Register(8, 4) << 32 : 0);

    /// <summary>The data of vector 0.</summary>
    public uint MessageData => Register(DataOffset, 2) & ~(uint)(Vectors - 1);

    private int DataOffset => _wide ? 12 : 8;

    private int MaskOffset => DataOffset + 4;

    private int PendingOffset => MaskOffset + 4;

    /// <summary>Whether a vector's message is held back.</summary>
    public bool IsMasked(int vector) => _masking && Register(MaskOffset, 4).Bit(vector);

    /// <summary>Whether a vector's message waits for an unmask.</summary>
    public bool IsPending(int vector) => _masking && Register(PendingOffset, 4).Bit(vector);

    /// <summary>Sends a vector's message, or keeps it pending while it is masked. One beyond those given is the last of them.</summary>
    public void Notify(int vector)
    {
        if (!Enabled)
        {
            return;
        }

        vector = int.Min(vector, Vectors - 1);
        if (IsMasked(vector))
        {
            SetPending(vector, true);
            return;
        }

        _function.Dma.SendMessage(MessageAddress, MessageData | (uint)vector);
    }

    public override void Written(int first, int size)
    {
        // More vectors than there are cannot be given; QEMU 7.2 sees to it once MSI is enabled.
        if (Enabled && Register(Control, 2).Field(6, 4) > _most)
        {
            _function.Config.Poke(Offset + Control, 2, Register(Control, 2).WithField(6, 4, (uint)_most));
        }

        if (!_masking || !Enabled)
        {
            return;
        }

        for (int vector = 0; vector < Vectors; vector++)
        {
            if (Register(PendingOffset, 4).Bit(vector) && !Register(MaskOffset, 4).Bit(vector))
            {
                SetPending(vector, false);
                Notify(vector);
            }
        }
    }

    private static int Length(bool wide, bool masking) => (wide ? 14 : 10) + (masking ? 10 : 0);

    private uint Register(int at, int size) => _function.Config.Read(Offset + at, size);

    private void SetPending(int vector, bool pending) => _function.Config.Poke(
        Offset + PendingOffset, 4, Register(PendingOffset, 4).WithField(vector, vector, pending ? 1u : 0u));
}
