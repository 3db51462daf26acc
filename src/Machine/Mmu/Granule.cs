namespace GdbHost.Machine.Mmu;

/// <summary>
/// Translation granules of Cortex-A53 (DDI 0500, ID_AA64MMFR0_EL1: 4 KiB and 64 KiB). The value is log2 of the
/// size in bytes.
/// </summary>
internal enum Granule : byte
{
    Size4KiB = 12,
    Size64KiB = 16,
}

/// <summary>The geometry that follows from a granule (DDI 0487, VMSAv8-64 translation table format).</summary>
internal static class GranuleGeometry
{
    extension(Granule granule)
    {
        /// <summary>log2 of the granule in bytes.</summary>
        public int Shift => (int)granule;

        /// <summary>Address bits that one table of descriptors resolves.</summary>
        public int Stride => (int)granule - 3;

        /// <summary>log2 of what one descriptor at this level spans.</summary>
        public int EntryShift(int level) => (int)granule + ((3 - level) * ((int)granule - 3));

        /// <summary>Whether a descriptor at this level may be a block.</summary>
        public bool AllowsBlock(int level) => level == 2 || (level == 1 && granule == Granule.Size4KiB);
    }
}
