using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices;

/// <summary>A PCI device that the user asked for, in QEMU's words: "edu,addr=2,id=e" is a kind and its keys.</summary>
/// <param name="Kind">Name of the kind.</param>
/// <param name="Keys">Keys and values, in the order given.</param>
public sealed record PciDeviceRequest(string Kind, IReadOnlyList<KeyValuePair<string, string>> Keys)
{
    private const int MostKeys = 64;
    private const int MostBytes = 4096;

    /// <summary>What is behind the device, of the kind that its row asks for; null for nothing. Part of no snapshot.</summary>
    public DeviceBackend? Backend { get; init; }

    /// <summary>The value of a key, or null; the last of equal ones counts.</summary>
    public string? this[string key] => Keys.LastOrDefault(k => k.Key == key).Value;

    /// <summary>The name by which the user knows it: its id, or else its kind.</summary>
    public string Name => this["id"] ?? Kind;

    /// <summary>As on a command line; a comma in a value is doubled.</summary>
    public override string ToString() =>
        Kind + string.Concat(Keys.Select(static k => $",{k.Key}={k.Value.Replace(",", ",,", StringComparison.Ordinal)}"));

    internal static PciDeviceRequest Read(StateReader from)
    {
        string kind = ReadText(from);
        KeyValuePair<string, string>[] keys = new KeyValuePair<string, string>[from.ReadBelow(MostKeys, "the number of a device's keys")];
        for (int i = 0; i < keys.Length; i++)
        {
            string key = ReadText(from);
            keys[i] = new(key, ReadText(from));
        }

        return new PciDeviceRequest(kind, keys);
    }

    internal void Save(StateWriter to)
    {
        to.Write(Encoding.UTF8.GetBytes(Kind));
        to.Write(Keys.Count);
        foreach ((string key, string value) in Keys)
        {
            to.Write(Encoding.UTF8.GetBytes(key));
            to.Write(Encoding.UTF8.GetBytes(value));
        }
    }

    private static string ReadText(StateReader from)
    {
        byte[] bytes = from.ReadBytes(MostBytes, "a text");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("saved state has a text that cannot be read", e);
        }
    }
}
