using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Bridges;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// Says why accesses of the CPU to PCI's memory and I/O space were answered by nobody: once for each page, and no more than
/// a few pages, so that a guest that asks again and again cannot fill a log. Of configuration space it says only, once after each
/// reset, that it does not answer yet: looking where nothing is is how software finds functions.
/// </summary>
[NotState("a notebook")]
internal sealed class UnsupportedRequests(RootComplex root, DeviceEvents events)
{
    private const int MostPages = 64;
    private const int PageShift = 12;

    private readonly HashSet<(bool Io, ulong Page)> _told = [];
    private bool _toldBeforeReady;

    public void Add(bool io, ulong address, int size, bool isWrite)
    {
        if (_told.Count < MostPages && _told.Add((io, address >> PageShift)))
        {
            string what = isWrite ? "write" : "read";
            events.ReportProblem(
                root.StateName, $"{what} of {size} bytes at {(io ? "I/O" : "memory")} address 0x{address:x} is an Unsupported Request: {Reason(root.Bus, io, address)}");
        }
    }

    /// <summary>Configuration space has been asked before the host bridge lets it answer.</summary>
    public void AddBeforeReady(bool isWrite)
    {
        if (!_toldBeforeReady)
        {
            _toldBeforeReady = true;
            events.ReportProblem(
                root.StateName, $"a configuration {(isWrite ? "write is lost" : "read gives all ones")}: {root.SinceReset?.Invoke()} ns after the reset, and the host bridge "
                + $"answers after {root.Model.ReadyAfter} ns");
        }
    }

    /// <summary>The machine was reset.</summary>
    public void Restart() => _toldBeforeReady = false;

    private static string Reason(PciBus bus, bool io, ulong address) =>
        Nearest(bus, io, address) ?? "no base address register has it";

    /// <summary>Who would have it, and what is in the way; null for nobody.</summary>
    private static string? Nearest(PciBus bus, bool io, ulong address)
    {
        foreach (PciFunction function in bus.Functions)
        {
            foreach (BaseAddress bar in function.BaseAddresses)
            {
                if (bar.IsIo == io && address - function.Config.AddressOf(bar) < bar.Size)
                {
                    string switchedOff = function.IsOn ? $"{(io ? "I/O" : "Memory")} Space Enable is clear" : "the function is in D3hot";
                    return $"base address register {bar.Index} of {function.StateName} has it, but {(function.Decodes(bar) ? "another is in front" : switchedOff)}";
                }
            }

            if (function is Bridge bridge && Nearest(bridge.Secondary, io, address) is string behind)
            {
                return bridge.Passes(io, address) ? behind : $"{bridge.StateName} does not pass it: {behind}";
            }
        }

        return null;
    }
}
