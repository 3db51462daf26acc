using System;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Smmu.Commands;

/// <summary>The fields that a command has beside its opcode.</summary>
[Flags]
internal enum CommandFields : ushort
{
    None = 0,
    Stream = 1 << 0,
    Substream = 1 << 1,
    Range = 1 << 2,
    Vmid = 1 << 3,
    Asid = 1 << 4,
    Address = 1 << 5,
    Sync = 1 << 6,

    /// <summary>G and Size of CMD_ATC_INV.</summary>
    Span = 1 << 7,

    /// <summary>PRGIndex and Resp.</summary>
    PageGroup = 1 << 8,

    /// <summary>STAG, Ac and Ab.</summary>
    Stall = 1 << 9,
}

/// <summary>One command (IHI 0070, Commands).</summary>
/// <param name="Name">The document's name.</param>
/// <param name="Do">What it does.</param>
internal sealed record CommandRow(byte Opcode, string Name, CommandFields Fields, Func<SmmuV3, Command, CommandError> Do)
{
    private const CommandFields Stream = CommandFields.Stream;
    private const CommandFields Descriptor = CommandFields.Stream | CommandFields.Substream;
    private const CommandFields Address = CommandFields.Address;

    /// <summary>What is ILLEGAL because its feature is not there has no row: CMD_TLBI_EL3_* and CMD_TLBI_S_* (Secure).</summary>
    public static readonly CommandRow[] Table =
    [
        new(0x01, "CMD_PREFETCH_CONFIG", Descriptor, static (s, c) => s.CacheCommands.Prefetch(c)),
        new(0x02, "CMD_PREFETCH_ADDR", Descriptor | Address, static (s, c) => s.CacheCommands.Prefetch(c)),
        new(0x03, "CMD_CFGI_STE", Stream, static (s, c) => s.CacheCommands.ForgetStreams(c, c.Stream, c.Stream)),
        new(0x04, "CMD_CFGI_STE_RANGE", Stream | CommandFields.Range, StreamRange),
        new(0x05, "CMD_CFGI_CD", Descriptor, static (s, c) => s.CacheCommands.ForgetDescriptors(c, c.Substream)),
        new(0x06, "CMD_CFGI_CD_ALL", Stream, static (s, c) => s.CacheCommands.ForgetDescriptors(c, null)),
        Tlbi(0x10, "CMD_TLBI_NH_ALL", CommandFields.Vmid, TlbiOperation.Vmalle1),
        Tlbi(0x11, "CMD_TLBI_NH_ASID", CommandFields.Vmid | CommandFields.Asid, TlbiOperation.Aside1),
        Tlbi(0x12, "CMD_TLBI_NH_VA", CommandFields.Vmid | CommandFields.Asid | Address, TlbiOperation.Vae1),
        Tlbi(0x13, "CMD_TLBI_NH_VAA", CommandFields.Vmid | Address, TlbiOperation.Vaae1),
        new(0x20, "CMD_TLBI_EL2_ALL", CommandFields.None, static (s, c) => s.CacheCommands.InvalidateEl2(c)),
        HostTlbi(0x21, "CMD_TLBI_EL2_ASID", CommandFields.Asid, TlbiOperation.Aside1, null),
        HostTlbi(0x22, "CMD_TLBI_EL2_VA", CommandFields.Asid | Address, TlbiOperation.Vae1, TlbiOperation.Vae2),
        HostTlbi(0x23, "CMD_TLBI_EL2_VAA", Address, TlbiOperation.Vaae1, TlbiOperation.Vae2),
        Tlbi(0x28, "CMD_TLBI_S12_VMALL", CommandFields.Vmid, TlbiOperation.Vmalls12e1),
        Tlbi(0x2a, "CMD_TLBI_S2_IPA", CommandFields.Vmid | Address, TlbiOperation.Ipas2e1),
        Tlbi(0x30, "CMD_TLBI_NSNH_ALL", CommandFields.None, TlbiOperation.Alle1),
        new(0x40, "CMD_ATC_INV", Descriptor | Address | CommandFields.Span, static (s, c) => s.EndpointCommands.Invalidate(c)),
        new(0x41, "CMD_PRI_RESP", Descriptor | CommandFields.PageGroup, static (s, c) => s.EndpointCommands.Respond(c)),
        new(0x44, "CMD_RESUME", Stream | CommandFields.Stall, static (s, c) => s.EndpointCommands.Resume(c)),
        new(0x45, "CMD_STALL_TERM", Stream, static (s, c) => s.EndpointCommands.TerminateStalls(c)),
        new(0x46, "CMD_SYNC", CommandFields.Sync, static (s, c) => s.EndpointCommands.Synchronize(c)),
    ];

    public static CommandRow? Find(byte opcode) => Array.Find(Table, r => r.Opcode == opcode);

    private static CommandRow Tlbi(byte opcode, string name, CommandFields fields, TlbiOperation operation) =>
        new(opcode, name, fields, (s, c) => s.CacheCommands.InvalidateTranslations(operation, c, fields.HasFlag(Address)));

    private static CommandRow HostTlbi(byte opcode, string name, CommandFields fields, TlbiOperation host, TlbiOperation? el2) =>
        new(opcode, name, fields, (s, c) => s.CacheCommands.InvalidateEl2(c, host, el2, fields.HasFlag(Address)));

    private static CommandError StreamRange(SmmuV3 smmu, Command command)
    {
        int bits = command.Range + 1;
        uint within = bits >= 32 ? uint.MaxValue : (1u << bits) - 1;
        return smmu.CacheCommands.ForgetStreams(command, command.Stream & ~within, command.Stream | within);
    }
}
