namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>Commands of I/O queues (NVM Express Base Specification 1.4, chapter 6).</summary>
internal static class NvmCommands
{
    public static readonly NvmeOperation[] Table =
    [
        new(0x00, "Flush", NvmeEffects.ChangesBlocks, static (n, request) => n.Blocks.Flush(request)),
        new(0x01, "Write", NvmeEffects.ChangesBlocks, static (n, request) => n.Blocks.Write(request)),
        new(0x02, "Read", NvmeEffects.None, static (n, request) => n.Blocks.Read(request)),
        new(0x05, "Compare", NvmeEffects.None, static (n, request) => n.Blocks.Compare(request)),
        new(0x08, "Write Zeroes", NvmeEffects.ChangesBlocks, static (n, request) => n.Blocks.WriteZeroes(request)),
        new(0x09, "Dataset Management", NvmeEffects.ChangesBlocks, static (n, request) => n.Blocks.Manage(request)),
    ];
}
