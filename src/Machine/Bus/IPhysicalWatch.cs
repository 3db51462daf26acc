namespace GdbHost.Machine.Bus;

/// <summary>What makes an access to physical memory.</summary>
internal enum Initiator
{
    /// <summary>A load or store of a core.</summary>
    Core,

    /// <summary>A read of a descriptor by a table walk.</summary>
    Walk,

    /// <summary>A request of a device.</summary>
    Device,
}

/// <summary>An access to physical memory that is about to be made.</summary>
/// <param name="By">The core or device; for a walk the core, or the IOMMU, that walks.</param>
/// <param name="Stage">1 or 2 for a walk.</param>
/// <param name="Level">-1 to 3 for a walk.</param>
internal readonly record struct PhysicalAccess(
    Initiator Initiator, object By, ulong Address, int Bytes, bool IsWrite, int Stage = 0, int Level = 0);

/// <summary>Somebody who looks on at accesses to physical memory. With nobody there, they cost nothing where they are fast.</summary>
internal interface IPhysicalWatch
{
    /// <summary>Something in the page is watched: each access of a core must be told.</summary>
    bool WatchesPage(ulong physical);

    /// <summary>An access that is not fast is about to be made.</summary>
    void Accessing(in PhysicalAccess access);

    /// <summary>The device for which an IOMMU walks from now on.</summary>
    void Serving(object device);
}
