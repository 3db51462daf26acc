using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>The registers that tell what a frame of the GIC is (IHI 0069, Identification registers), with QEMU's values.</summary>
internal static class Identification<T>
{
    /// <summary>Designed by Arm.</summary>
    public const uint Implementer = 0x43b;

    /// <param name="part">The part number's low byte.</param>
    public static Register<T>[] From(string prefix, uint part) =>
    [
        Fixed(0xffd0, prefix + "_PIDR4", 0x44),
        Fixed(0xffd4, prefix + "_PIDR5", 0),
        Fixed(0xffd8, prefix + "_PIDR6", 0),
        Fixed(0xffdc, prefix + "_PIDR7", 0),
        Fixed(0xffe0, prefix + "_PIDR0", part),
        Fixed(0xffe4, prefix + "_PIDR1", 0xb4),
        Fixed(0xffe8, prefix + "_PIDR2", 0x3b),
        Fixed(0xffec, prefix + "_PIDR3", 0),
        Fixed(0xfff0, prefix + "_CIDR0", 0x0d),
        Fixed(0xfff4, prefix + "_CIDR1", 0xf0),
        Fixed(0xfff8, prefix + "_CIDR2", 0x05),
        Fixed(0xfffc, prefix + "_CIDR3", 0xb1),
    ];

    private static Register<T> Fixed(uint offset, string name, uint value) =>
        new(offset, name, Access.ReadOnly, $"IHI 0069, {name}") { Read = (_, _) => value, WordOnly = true };
}
