using GdbHost.Machine.Mmu;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu;

/// <summary>A request as the SMMU sees it.</summary>
internal readonly record struct Transaction
{
    private const int OverrideLow = 0b10;
    private const int OverrideHigh = 0b11;

    /// <summary>A request without PASID is an unprivileged data access, and only reads fetch (IHI 0070, PCIe permission attribute interpretation).</summary>
    public Transaction(in DmaRequest request)
    {
        Stream = request.Requester.Value;
        Input = request.Address;
        IsRead = !request.IsWrite;
        PasidPrefix prefix = request.Prefix;
        Substream = prefix.IsPresent ? prefix.Pasid : null;
        IsPrivileged = prefix.IsPresent && prefix.Privileged;
        IsInstruction = prefix.IsPresent && prefix.Execute && (IsRead || request.AddressType == AddressType.TranslationRequest);
        Type = !IsRead ? AccessType.Write : IsInstruction ? AccessType.Fetch : AccessType.Read;
        Unprivileged = !IsPrivileged;
    }

    /// <summary>The Requester ID.</summary>
    public uint Stream { get; init; }

    public uint? Substream { get; init; }

    public ulong Input { get; init; }

    public bool IsRead { get; init; }

    public AccessType Type { get; init; }

    public bool IsInstruction { get; init; }

    public bool IsPrivileged { get; init; }

    /// <summary>What the walker checks: where there is no EL0, all accesses are privileged.</summary>
    public bool Unprivileged { get; init; }

    /// <summary>What is known for an event.</summary>
    public EventRecord Record => Complete(new EventRecord(default, Stream));

    public EventRecord Complete(EventRecord record) => record with
    {
        Substream = Substream,
        Input = Input,
        IsRead = IsRead,
        IsPrivileged = IsPrivileged,
        IsInstruction = IsInstruction,
    };

    /// <summary>With what the stream table entry overrides; a write is always of data.</summary>
    public Transaction In(in StreamTableEntry ste)
    {
        if (!ste.HasOverrides)
        {
            return this;
        }

        bool privileged = ste.PrivCfg switch { OverrideLow => false, OverrideHigh => true, _ => IsPrivileged };
        bool instruction = IsRead && ste.InstCfg switch { OverrideLow => false, OverrideHigh => true, _ => IsInstruction };
        return this with
        {
            IsPrivileged = privileged,
            IsInstruction = instruction,
            Type = instruction ? AccessType.Fetch : Type,
            Unprivileged = !privileged && !ste.IsEl2,
        };
    }
}
