using System;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.Machine.Virtio.Net;

/// <summary>What a virtio network card does for its driver, or lets it leave undone; keys and defaults are QEMU's.</summary>
/// <param name="Features">Feature bits (Virtual I/O Device Specification 1.2, Network Device, Feature bits).</param>
public readonly record struct NetOffloads(ulong Features)
{
    internal const ulong Checksum = 1UL << 0;
    internal const ulong GuestChecksum = 1UL << 1;
    internal const ulong GuestTso4 = 1UL << 7;
    internal const ulong HostTso4 = 1UL << 11;

    /// <summary>All of them.</summary>
    public static readonly NetOffloads All = new(Checksum | GuestChecksum | GuestTso4 | HostTso4);

    /// <summary>The keys, their bits, and what they are for.</summary>
    private static readonly (string Key, ulong Bit, string Help)[] Table =
    [
        ("csum", Checksum, "the card finishes checksums"),
        ("guest_csum", GuestChecksum, "the driver takes frames without them"),
        ("host_tso4", HostTso4, "the card takes TCP packets that are not cut"),
        ("guest_tso4", GuestTso4, "the driver takes such packets"),
    ];

    /// <summary>Each key and one line about it.</summary>
    public static IEnumerable<(string Key, string Help)> Keys => Table.Select(static row => (row.Key, row.Help));

    /// <param name="isOn">What the user says of a key; null for nothing, which means that it is on.</param>
    public static NetOffloads From(Func<string, bool?> isOn) =>
        new(Table.Where(row => isOn(row.Key) ?? true).Aggregate(0UL, static (bits, row) => bits | row.Bit));
}
