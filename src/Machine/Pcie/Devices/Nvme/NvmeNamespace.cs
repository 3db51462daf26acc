using System;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// The one namespace, which is the whole medium. Its LBA format is no part of the medium: a Format NVM command lasts as long as the machine does.
/// </summary>
internal sealed class NvmeNamespace(IBlockStorage storage, int blockBytes)
{
    /// <summary>NSID.</summary>
    public const uint Id = 1;

    /// <summary>NSIDs that there could be, as with QEMU.</summary>
    public const uint Most = 256;

    /// <summary>LBA sizes that it can be formatted to.</summary>
    [NotState("fixed when the device was made")]
    private readonly int[] _sizes = blockBytes is 512 or 4096 ? [512, 4096] : [512, 4096, blockBytes];

    public IBlockStorage Storage => storage;

    public ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>Index of its LBA format.</summary>
    public int Format { get; private set; } = blockBytes switch { 512 => 0, 4096 => 1, _ => 2 };

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes => _sizes[Format];

    /// <summary>Blocks; what is left of the medium behind the last whole one is not used.</summary>
    public ulong Blocks => storage.Length / (ulong)BlockBytes;

    public bool Has(ulong first, ulong count) => first <= Blocks && count <= Blocks - first;

    public void SetFormat(int format) => Format = format;

    public void Save(StateWriter to) => to.Write(Format);

    public void Restore(StateReader from) => Format = from.ReadBelow(_sizes.Length, "an LBA format");
}
