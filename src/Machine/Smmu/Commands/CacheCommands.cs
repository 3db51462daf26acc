using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Caches;

namespace GdbHost.Machine.Smmu.Commands;

/// <summary>Commands about what the SMMU keeps: CMD_PREFETCH_*, CMD_CFGI_* and CMD_TLBI_* (IHI 0070, Commands).</summary>
internal sealed class CacheCommands(SmmuV3 smmu)
{
    /// <summary>CMD_PREFETCH_*: a hint; the structures are read.</summary>
    public CommandError Prefetch(Command command)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        if (smmu.Control.SmmuEnable)
        {
            smmu.Streams.Resolve(smmu.StreamTable, command.Stream, command.HasSubstream ? command.Substream : null);
        }

        return CommandError.None;
    }

    /// <summary>CMD_CFGI_STE and CMD_CFGI_STE_RANGE.</summary>
    public CommandError ForgetStreams(Command command, uint first, uint last)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        smmu.Structures.ForgetStreams(first, last);
        return CommandError.None;
    }

    /// <summary>CMD_CFGI_CD and CMD_CFGI_CD_ALL.</summary>
    public CommandError ForgetDescriptors(Command command, uint? substream)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        smmu.Structures.ForgetDescriptors(command.Stream, substream);
        return CommandError.None;
    }

    /// <summary>CMD_TLBI_*, with a range where the command names one.</summary>
    public CommandError InvalidateTranslations(TlbiOperation operation, Command command, bool hasAddress) =>
        Invalidate(operation, command, command.Vmid, command.Vmid >> 8, hasAddress);

    /// <summary>CMD_TLBI_EL2_ALL: both kinds of EL2's.</summary>
    public CommandError InvalidateEl2(Command command)
    {
        Invalidate(TlbiOperation.Alle2, command, vmid: 0, bank: 0, hasAddress: false);
        return Invalidate(TlbiOperation.Vmalle1, command, vmid: 0, TranslationCaches.HostBank, hasAddress: false);
    }

    /// <summary>The other CMD_TLBI_EL2_*: SMMU_CR2.E2H says which kind of EL2's is meant.</summary>
    /// <param name="host">With E2H.</param>
    /// <param name="el2">Without; null where the command is of ASIDs alone, which there are none of.</param>
    public CommandError InvalidateEl2(Command command, TlbiOperation host, TlbiOperation? el2, bool hasAddress)
    {
        if (smmu.IsHostMode)
        {
            return Invalidate(host, command, vmid: 0, TranslationCaches.HostBank, hasAddress);
        }

        return el2 is TlbiOperation operation ? Invalidate(operation, command, vmid: 0, bank: 0, hasAddress) : CommandError.None;
    }

    private CommandError Invalidate(TlbiOperation operation, Command command, ushort vmid, int bank, bool hasAddress)
    {
        // More pages than this go by widening the command: to remove more than was asked for is allowed.
        const ulong MostPages = 512;
        int shift = 10 + (command.Tg * 2);
        ulong pages = hasAddress && command.Tg != 0 ? ((ulong)command.Num + 1) << command.Scale : 1;
        TlbInvalidation invalidation = new(operation, Secure: false, (byte)vmid, command.Asid, command.Address.Field(55, 0));
        if (pages > MostPages)
        {
            smmu.Translations.Invalidate(invalidation with { Operation = Widened(operation) }, bank);
            return CommandError.None;
        }

        smmu.Queue.Worked((int)pages - 1);
        for (ulong page = 0; page < pages; page++)
        {
            smmu.Translations.Invalidate(invalidation with { Address = (invalidation.Address + (page << shift)).Field(55, 0) }, bank);
        }

        return CommandError.None;
    }

    private static TlbiOperation Widened(TlbiOperation operation) => operation switch
    {
        TlbiOperation.Vae1 => TlbiOperation.Aside1,
        TlbiOperation.Vaae1 => TlbiOperation.Vmalle1,
        TlbiOperation.Ipas2e1 => TlbiOperation.Vmalls12e1,
        _ => TlbiOperation.Alle2,
    };
}
