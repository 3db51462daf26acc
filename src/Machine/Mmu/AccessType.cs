namespace GdbHost.Machine.Mmu;

/// <summary>What an access wants to do with memory. Whether it may leave traces is said apart from it.</summary>
internal enum AccessType : byte
{
    Read,
    Write,
    Fetch,
}
