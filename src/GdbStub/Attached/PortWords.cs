using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Virtio.Console;

namespace GdbHost.GdbStub.Attached;

/// <summary>A port of a console device: -device virtconsole and -device virtserialport.</summary>
/// <param name="Line">The ID of the -chardev.</param>
/// <param name="Number">Where the user gives it.</param>
internal sealed record PortWords(string Driver, string Line, string? Name, ulong? Number)
{
    public const string Console = "virtconsole";
    public const string Port = "virtserialport";

    private string Option => $"-device {Driver},chardev={Line}";

    public static bool IsPort(string driver) => driver is Console or Port;

    public static PortWords Read(string driver, KeyValues pairs)
    {
        string line = pairs.Take("chardev") ?? throw QemuRequest.Refusal($"-device {driver}", "it leads nowhere; add chardev=ID of a -chardev");
        PortWords port = new(driver, line, pairs.Take("name"), pairs.TakeNumber("nr"));
        pairs.Take("bus");
        pairs.RefuseRest("chardev=, name= or nr=");
        return port;
    }

    /// <summary>Opens its line. Port 0 is kept for a console.</summary>
    /// <param name="others">Ports that have a number already.</param>
    public ConsolePortConfiguration Make(DeviceRequest request, HostDevices host, IReadOnlyList<ConsolePortConfiguration> others)
    {
        const int MostPorts = 31;
        bool console = Driver == Console;
        int number = Number is ulong given ? (int)System.Math.Min(given, MostPorts)
            : Enumerable.Range(console ? 0 : 1, MostPorts).First(n => others.All(o => o.Number != n));
        if (number >= MostPorts || others.Any(o => o.Number == number) || (number == 0 && !console))
        {
            throw QemuRequest.Refusal($"{Option}: nr={number}", "the number is taken, kept for a console or above 30; leave nr out");
        }

        return request.CharacterDevices.TryGetValue(Line, out SerialLine? line)
            ? new ConsolePortConfiguration(number, console, Name, host.AddLine(line))
            : throw QemuRequest.Refusal(Option, $"there is no -chardev with id={Line}");
    }
}
