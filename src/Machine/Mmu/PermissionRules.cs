namespace GdbHost.Machine.Mmu;

/// <summary>The hierarchical attributes of table descriptors, gathered on the way down; a set bit only ever takes away.</summary>
internal record struct TableAttributes
{
    public bool Ns { get; private set; }

    public bool NoWrite { get; private set; }

    public bool NoUnprivileged { get; private set; }

    public bool Uxn { get; private set; }

    public bool Pxn { get; private set; }

    public void Gather(Descriptor table)
    {
        Ns |= table.NsTable;
        NoWrite |= (table.ApTable & 2) != 0;
        NoUnprivileged |= (table.ApTable & 1) != 0;
        Uxn |= table.UxnTable;
        Pxn |= table.PxnTable;
    }
}

/// <summary>Permissions of a leaf, and whose word it was when an access is refused (DDI 0487, Access controls).</summary>
internal static class PermissionRules
{
    private const Permissions AllExecute = Permissions.PrivilegedExecute | Permissions.UnprivilegedExecute;
    private const Permissions AllRead = Permissions.PrivilegedRead | Permissions.UnprivilegedRead;
    private const Permissions AllWrite = Permissions.PrivilegedWrite | Permissions.UnprivilegedWrite;

    public const Permissions All = AllRead | AllWrite | AllExecute;

    /// <summary>The permission that an access needs.</summary>
    public static Permissions Needed(AccessType type, bool unprivileged) =>
        (Permissions)((unprivileged ? (int)Permissions.UnprivilegedRead : (int)Permissions.PrivilegedRead) << (int)type);

    /// <summary>Permissions of a stage-1 leaf.</summary>
    public static Permissions Stage1(in Stage1Setup setup, Descriptor leaf, in TableAttributes tables)
    {
        bool writable = (leaf.Ap & 2) == 0 && !tables.NoWrite;
        Permissions data = Permissions.PrivilegedRead | (writable ? Permissions.PrivilegedWrite : 0);
        bool outsideSecure = setup.SecureFetchOnly && setup.Secure && (leaf.Ns || tables.Ns);
        bool wxn = setup.WriteImpliesExecuteNever && writable;
        if (!setup.TwoRanges)
        {
            // AP[1] is RES1 and APTable[0] RES0 where there is no EL0; bit 54 is XN.
            bool execute = !leaf.Uxn && !tables.Uxn && !wxn && !outsideSecure;
            return data | (execute ? Permissions.PrivilegedExecute : 0);
        }

        bool unprivileged = (leaf.Ap & 1) != 0 && !tables.NoUnprivileged;
        bool writableAtEl0 = unprivileged && writable;
        if (unprivileged)
        {
            data |= Permissions.UnprivilegedRead | (writable ? Permissions.UnprivilegedWrite : 0);
        }

        if (!leaf.Pxn && !tables.Pxn && !writableAtEl0 && !wxn && !outsideSecure)
        {
            data |= Permissions.PrivilegedExecute;
        }

        if (!leaf.Uxn && !tables.Uxn && !(setup.WriteImpliesExecuteNever && writableAtEl0) && !outsideSecure)
        {
            data |= Permissions.UnprivilegedExecute;
        }

        return data;
    }

    /// <summary>Permissions of a stage-2 leaf: the same for both levels of privilege.</summary>
    public static Permissions Stage2(Descriptor leaf) =>
        ((leaf.Ap & 1) != 0 ? AllRead : 0) | ((leaf.Ap & 2) != 0 ? AllWrite : 0) | (leaf.Uxn ? 0 : AllExecute);

    /// <summary>Whose word it was that stage 1 refused this access.</summary>
    public static PermissionSource WhyStage1(
        in Stage1Setup setup, Descriptor leaf, in TableAttributes tables, AccessType type, bool unprivileged)
    {
        if (type == AccessType.Fetch)
        {
            return WhyNotExecute(in setup, leaf, in tables, unprivileged);
        }

        if (unprivileged && tables.NoUnprivileged)
        {
            return PermissionSource.ApTable;
        }

        bool leafRefuses = (unprivileged && (leaf.Ap & 1) == 0) || (type == AccessType.Write && (leaf.Ap & 2) != 0);
        return leafRefuses ? PermissionSource.Ap : PermissionSource.ApTable;
    }

    /// <summary>Whose word it was that stage 2 refused this access.</summary>
    public static PermissionSource WhyStage2(AccessType type) =>
        type == AccessType.Fetch ? PermissionSource.S2Xn : PermissionSource.S2Ap;

    private static PermissionSource WhyNotExecute(
        in Stage1Setup setup, Descriptor leaf, in TableAttributes tables, bool unprivileged)
    {
        bool byPxn = setup.TwoRanges && !unprivileged;
        if (byPxn ? leaf.Pxn : leaf.Uxn)
        {
            return byPxn ? PermissionSource.Pxn : PermissionSource.Uxn;
        }

        if (byPxn ? tables.Pxn : tables.Uxn)
        {
            return byPxn ? PermissionSource.PxnTable : PermissionSource.UxnTable;
        }

        bool writable = (leaf.Ap & 2) == 0 && !tables.NoWrite;
        if (byPxn && writable && (leaf.Ap & 1) != 0 && !tables.NoUnprivileged)
        {
            return PermissionSource.WritableAtEl0;
        }

        return setup.WriteImpliesExecuteNever && writable ? PermissionSource.Wxn : PermissionSource.SecureFetchOnly;
    }
}
