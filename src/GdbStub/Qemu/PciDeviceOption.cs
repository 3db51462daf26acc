using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.GdbStub.Qemu;

/// <summary>A PCI device as --device, QEMU's -device and "monitor device_add" name it.</summary>
internal static class PciDeviceOption
{
    /// <summary>Reads "NAME,KEY=VALUE,...".</summary>
    /// <param name="option">The option, for messages.</param>
    public static PciDeviceRequest Read(string option, string text)
    {
        var pairs = new KeyValues(option, text, "driver");
        return Of(pairs.Take("driver") ?? throw new UserErrorException($"{option}: \"{text}\" does not begin with the name of a device"), pairs);
    }

    /// <summary>The device of a name with the keys that are left.</summary>
    public static PciDeviceRequest Of(string driver, KeyValues pairs)
    {
        List<KeyValuePair<string, string>> keys = [];
        pairs.ForEachLeft((key, value) => keys.Add(new(key, value)));
        return new PciDeviceRequest(driver, keys);
    }

    /// <summary>The help that one of several values of --device asks for, or null.</summary>
    public static string? HelpWanted(IEnumerable<string> values)
    {
        const string Word = "help";
        string? asks = values.FirstOrDefault(v => v == Word || v.EndsWith("," + Word, StringComparison.Ordinal));
        return asks is null ? null : Help(asks == Word ? null : asks[..^(Word.Length + 1)]);
    }

    /// <summary>The devices there are, or the keys of one, in lines.</summary>
    public static string Help(string? kind)
    {
        try
        {
            return string.Join('\n', MachineDebugPort.DescribePciDevices(kind));
        }
        catch (PciDeviceException e)
        {
            throw new UserErrorException(e.Message, e);
        }
    }
}
