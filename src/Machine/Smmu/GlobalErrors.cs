using GdbHost.Machine.Common;

namespace GdbHost.Machine.Smmu;

/// <summary>Bits of SMMU_GERROR (IHI 0070).</summary>
internal enum GlobalError : byte
{
    CmdqErr = 0,
    EventqAbtErr = 2,
    PriqAbtErr = 3,
    MsiCmdqAbtErr = 4,
    MsiEventqAbtErr = 5,
    MsiPriqAbtErr = 6,
    MsiGerrorAbtErr = 7,
}

/// <summary>SMMU_GERROR and SMMU_GERRORN: an error is active while its bits in the two differ.</summary>
internal sealed class GlobalErrors
{
    /// <summary>SMMU_GERROR: toggled by the SMMU.</summary>
    public uint Raised { get; private set; }

    /// <summary>SMMU_GERRORN: toggled by software.</summary>
    public uint Acknowledged { get; set; }

    public uint Active => Raised ^ Acknowledged;

    public bool IsActive(GlobalError error) => Active.Bit((int)error);

    /// <summary>False where it was active already.</summary>
    public bool Raise(GlobalError error)
    {
        if (IsActive(error))
        {
            return false;
        }

        Raised ^= 1u << (int)error;
        return true;
    }

    public void Reset() => Raised = Acknowledged = 0;

    public void Save(StateWriter to)
    {
        to.Write(Raised);
        to.Write(Acknowledged);
    }

    public void Restore(StateReader from)
    {
        Raised = from.ReadUInt32();
        Acknowledged = from.ReadUInt32();
    }
}
