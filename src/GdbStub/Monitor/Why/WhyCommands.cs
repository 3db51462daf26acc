using System;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>"monitor why": the reason for what the guest meets, in words.</summary>
internal static class WhyCommands
{
    public const string Name = "why";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "[irq N|hang]", "explains the last trap or abort of this vCPU, why an interrupt does not arrive, or why nothing happens", Run, static t => t is IInspected and ITranslation)
        {
            Examples =
            [
                new("", "behind a fault or at a stop: what is wrong, and what would be right"),
                new("irq 27", "where the virtual timer's interrupt got stuck"),
                new("hang", "what each vCPU waits for"),
            ],
        },
    ];

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        switch (arguments)
        {
            case []:
                AbortExplanation.Write(request);
                break;
            case ["irq", string text] when MonitorArguments.TryNumber(text, out ulong id) && id <= ushort.MaxValue:
                InterruptChain.Write(request, (int)id, request.Cpu);
                break;
            case ["hang"]:
                HangExplanation.Write(request);
                break;
            default:
                MonitorArguments.Usage(request, Name);
                break;
        }
    }
}
