using System;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor translate" and "monitor walk": where an address goes, or why it goes nowhere.</summary>
internal static class Translate
{
    public static readonly MonitorCommand[] Rows =
    [
        new("translate", "ADDR [el0|el1|el2|el3] [r|w|x]",
            "follows a VA (or $register) to its IPA and PA, or names the failing stage, level and reason", PrintTranslation, Offered),
        new("walk", "ADDR [el0|el1|el2|el3] [r|w|x]", "as translate, with every descriptor that both stages read", PrintWalk, Offered),
    ];

    private static bool Offered(ITarget target) => target is ITranslation;

    private static void PrintTranslation(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (TryExplain(request, arguments, "translate", out WalkReport? report, out ulong address))
        {
            Summary(request, report!, address);
        }
    }

    private static void PrintWalk(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (!TryExplain(request, arguments, "walk", out WalkReport? report, out ulong address))
        {
            return;
        }

        Whole(request, report!, address);
    }

    /// <summary>Every descriptor, and what came out.</summary>
    public static void Whole(MonitorRequest request, WalkReport report, ulong address, string space = "VA")
    {
        foreach (WalkStep step in report.Steps)
        {
            request.Line(TranslationWords.Step(step, report), TranslationFacts.Of(step));
        }

        Summary(request, report, address, space);
    }

    private static void Summary(MonitorRequest request, WalkReport report, ulong address, string space = "VA")
    {
        request.Line($"regime: {report.Regime}", new("regime", report.Regime), new("stage2", report.Stage2On));
        request.Line($"{space}: 0x{address:x16}", new Fact(space.ToLowerInvariant(), address));
        if (report.Intermediate is ulong ipa && report.Stage2On && space == "VA")
        {
            request.Line($"IPA: 0x{ipa:x10}", new Fact("ipa", ipa));
        }

        if (report.Physical is ulong pa)
        {
            request.Line($"PA: 0x{pa:x10}", new Fact("pa", pa));
            request.Line($"attributes: {report.Attributes}", new Fact("attributes", report.Attributes));
        }

        if (report.Failure is WalkFailure failure)
        {
            request.Fail($"fault: {TranslationWords.Failure(failure)}", TranslationFacts.Of(failure));
        }

        if (report.Place is not null)
        {
            string which = report.Physical is null ? "the board has there" : "answered by";
            request.Line($"{which}: {report.Place}", new Fact("place", report.Place));
        }
        else if (report.Physical is not null)
        {
            request.Fail("answered by: nothing; the access ends in an external abort");
        }
    }

    private static bool TryExplain(
        MonitorRequest request, ReadOnlySpan<string> arguments, string command, out WalkReport? report, out ulong address)
    {
        report = null;
        address = 0;
        int? exceptionLevel = null;
        var access = WalkAccess.Read;
        bool good = !arguments.IsEmpty && MonitorArguments.TryAddress(request, arguments[0], out address);
        for (int i = 1; i < arguments.Length; i++)
        {
            string word = arguments[i].ToLowerInvariant();
            good &= TryLevel(word, ref exceptionLevel) || TryAccess(word, ref access);
        }

        if (!good)
        {
            request.Fail($"usage: monitor {command} ADDR [el0|el1|el2|el3] [r|w|x], for example: monitor {command} 0x4010000000 el1 r");
            return false;
        }

        report = exceptionLevel is null && request.Session.Worlds.World is World world
            ? ((IWorlds)request.Target).Explain(request.Cpu, world, address, access)
            : ((ITranslation)request.Target).Explain(request.Cpu, address, exceptionLevel, access);
        return true;
    }

    private static bool TryLevel(string word, ref int? level)
    {
        if (word is "el0" or "el1" or "el2" or "el3")
        {
            level = word[2] - '0';
            return true;
        }

        return false;
    }

    /// <summary>r, w or x.</summary>
    public static bool TryAccess(string word, ref WalkAccess access)
    {
        switch (word)
        {
            case "r":
                access = WalkAccess.Read;
                return true;
            case "w":
                access = WalkAccess.Write;
                return true;
            case "x":
                access = WalkAccess.Execute;
                return true;
            default:
                return false;
        }
    }
}
