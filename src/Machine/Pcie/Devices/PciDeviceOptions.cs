using System;
using System.Globalization;
using GdbHost.Machine.Backends;

namespace GdbHost.Machine.Pcie.Devices;

/// <summary>The values of a device's keys, as its kind reads them.</summary>
internal sealed class PciDeviceOptions(PciDeviceRequest request)
{
    public PciDeviceRequest Request => request;

    /// <summary>What the user calls the device in messages.</summary>
    public string Where => $"--device {request.Kind}";

    /// <summary>What is behind the device; of the kind that its row asks for.</summary>
    public T Backend<T>()
        where T : DeviceBackend => (T)request.Backend!;

    public bool IsGiven(string key) => request[key] is not null;

    public string? Text(string key) => request[key];

    public bool Flag(string key, bool otherwise) => request[key] switch
    {
        null => otherwise,
        "on" or "yes" or "true" or "y" => true,
        "off" or "no" or "false" or "n" => false,
        string other => throw Wrong(key, other, "write on or off"),
    };

    /// <summary>A decimal or 0x hexadecimal number.</summary>
    public ulong Number(string key, ulong otherwise, ulong most = ulong.MaxValue) => request[key] switch
    {
        null => otherwise,
        string text when TryNumber(text, out ulong value) && value <= most => value,
        string text => throw Wrong(key, text, $"write a number up to {most}"),
    };

    /// <summary>A number of bytes, with k, M or G behind it or not.</summary>
    public ulong Size(string key, ulong otherwise)
    {
        if (request[key] is not string text)
        {
            return otherwise;
        }

        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        return TryNumber(shift == 0 ? text : text[..^1], out ulong value) && value <= ulong.MaxValue >> shift
            ? value << shift
            : throw Wrong(key, text, "write a size such as 64K");
    }

    public T Choice<T>(string key, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (request[key] is not string text)
        {
            return otherwise;
        }

        string words = "";
        foreach ((string word, T value) in choices)
        {
            if (word == text)
            {
                return value;
            }

            words += words.Length == 0 ? word : $", {word}";
        }

        throw Wrong(key, text, $"use one of {words}");
    }

    public PciDeviceException Wrong(string key, string value, string instead) => new($"{Where}: {key}={value}: {instead}");

    private static bool TryNumber(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
