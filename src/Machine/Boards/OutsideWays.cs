using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Network;

namespace GdbHost.Machine.Boards;

/// <summary>
/// The ways into devices from outside, numbered in the order in which the user names the devices. A device that leaves its slot
/// keeps its numbers, with nobody behind them, for one of the same words that a snapshot brings back.
/// </summary>
[NotState("wiring, follows from the devices that there are")]
internal sealed class OutsideWays
{
    private readonly List<Place> _places = [];
    private readonly List<IInputLine?> _lines = [];
    private readonly List<UserNetwork?> _networks = [];

    /// <summary>Ways for bytes; null where the device is gone.</summary>
    public IReadOnlyList<IInputLine?> Lines => _lines;

    /// <summary>Networks behind cards; null where the card is gone.</summary>
    public IReadOnlyList<UserNetwork?> Networks => _networks;

    /// <param name="words">How the user asked for the device; null for one that never leaves.</param>
    public void Open(IOutsideDevice device, string? words)
    {
        if (device.Lines.Count == 0 && device.Network is null)
        {
            return;
        }

        Place? place = _places.FirstOrDefault(p => p.Device is null && p.Words == words);
        if (place is null)
        {
            place = new Place(words, _lines.Count, _networks.Count);
            _places.Add(place);
            _lines.AddRange(device.Lines);
            if (device.Network is not null)
            {
                _networks.Add(null);
            }
        }

        place.Device = device;
        Fill(place, device);
    }

    /// <summary>The device is gone.</summary>
    public void Close(IOutsideDevice device)
    {
        if (_places.FirstOrDefault(p => p.Device == device) is Place place)
        {
            place.Device = null;
            for (int line = 0; line < device.Lines.Count; line++)
            {
                _lines[place.FirstLine + line] = null;
            }

            if (device.Network is not null)
            {
                _networks[place.Network] = null;
            }
        }
    }

    private void Fill(Place place, IOutsideDevice device)
    {
        for (int line = 0; line < device.Lines.Count; line++)
        {
            _lines[place.FirstLine + line] = device.Lines[line];
        }

        if (device.Network is UserNetwork network)
        {
            _networks[place.Network] = network;
        }
    }

    private sealed class Place(string? words, int firstLine, int network)
    {
        public string? Words { get; } = words;

        public int FirstLine { get; } = firstLine;

        public int Network { get; } = network;

        public IOutsideDevice? Device { get; set; }
    }
}
