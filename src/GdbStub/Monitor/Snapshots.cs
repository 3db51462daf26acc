using System;
using System.Globalization;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor snapshot" and "monitor state": the whole machine in a file, and as a hash.</summary>
internal static class Snapshots
{
    public static readonly MonitorCommand[] Rows =
    [
        new("snapshot", "save|load FILE", "saves the state of the whole machine, or puts a saved state in its place", Run, static t => t is ISnapshots)
        {
            Controls = true,
            Examples =
            [
                new("save /tmp/before", "keeps this moment"),
                new("load /tmp/before", "back to it"),
            ],
        },
        new("state", "", "prints instructions, virtual time and a hash of the whole state: equal states, equal hashes", PrintState,
            static t => t is ISnapshots)
        {
            Examples =
            [
                new("", "equal hashes, equal machines"),
            ],
        },
    ];

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        var target = (ISnapshots)request.Target;
        if (arguments.Length < 2 || arguments[0] is not ("save" or "load"))
        {
            request.Line("Say \"monitor snapshot save FILE\" or \"monitor snapshot load FILE\".");
            return;
        }

        // A file's name may hold blanks.
        string file = string.Join(' ', arguments[1..]!);
        bool saves = arguments[0] == "save";
        if ((saves ? target.SaveSnapshot(file) : target.LoadSnapshot(file)) is string problem)
        {
            request.Line(saves ? $"Not saved. {problem}" : $"Not loaded, and nothing has changed. {problem}");
            return;
        }

        request.Line(saves ? $"Saved in {file}:" : $"Loaded from {file}:");
        PrintState(request, []);
        if (!saves)
        {
            request.Line("gdb still shows what it read before; \"maintenance flush register-cache\" makes it read anew.");
        }
    }

    private static void PrintState(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        TargetState state = ((ISnapshots)request.Target).State;
        request.Line(string.Create(
            CultureInfo.InvariantCulture, $"{state.Instructions} instructions, {state.VirtualNanoseconds} ns, state {state.Hash}"),
            new("instructions", (long)state.Instructions), new("ns", (long)state.VirtualNanoseconds), new("hash", state.Hash));
    }
}
