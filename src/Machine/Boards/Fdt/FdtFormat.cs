namespace GdbHost.Machine.Boards.Fdt;

/// <summary>Numbers of the flattened format (Devicetree Specification, Flattened Devicetree (DTB) Format).</summary>
internal static class FdtFormat
{
    public const uint Magic = 0xd00dfeed;
    public const int HeaderBytes = 40;
    public const uint Version = 17;
    public const uint LastCompatibleVersion = 16;

    public const uint BeginNode = 1;
    public const uint EndNode = 2;
    public const uint Property = 3;
    public const uint Nop = 4;
    public const uint End = 9;
}
