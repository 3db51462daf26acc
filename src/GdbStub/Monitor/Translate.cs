using System;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor translate" and "monitor walk": where an address goes, or why it goes nowhere.</summary>
internal static class Translate
{
    private const string Words = "[el0|el1|el2|el3] [s1|s2|s12] [r|w|x] [cpu N] [vmid N]";
    private const string StageOne = "s1";
    private const string StageTwo = "s2";
    private const string BothStages = "s12";
    private const ulong Vmids = 256;

    public static readonly MonitorCommand[] Rows =
    [
        new("translate", $"ADDR {Words}",
            "follows a VA (or $register) to its IPA and PA, or names the failing stage, level and reason", PrintTranslation, Offered)
        {
            Examples =
            [
                new("0x4010000000 el1 r", "where a read by EL1 at this VA would go"),
                new("$sp", "an address in a register, as this vCPU uses it now"),
                new("0xffff000080000000 el1 s1 cpu 0", "the IPA that the tables of EL1 give, whatever stage 2 makes of it"),
                new("0x09000000 s2 w", "a store of the guest at this IPA"),
            ],
        },
        new("walk", $"ADDR {Words}", "as translate, with every descriptor that both stages read", PrintWalk, Offered)
        {
            Examples =
            [
                new("$pc", "every descriptor behind the instruction"),
            ],
        },
    ];

    private static bool Offered(ITarget target) => target is ITranslation;

    private static void PrintTranslation(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (TryExplain(request, arguments, "translate", out WalkReport? report, out ulong address, out string space))
        {
            Summary(request, report!, address, space);
        }
    }

    private static void PrintWalk(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (TryExplain(request, arguments, "walk", out WalkReport? report, out ulong address, out string space))
        {
            Whole(request, report!, address, space);
        }
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
        }

        if (report.Failure is null)
        {
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
        MonitorRequest request, ReadOnlySpan<string> arguments, string command, out WalkReport? report, out ulong address, out string space)
    {
        report = null;
        address = 0;
        space = "VA";
        Question? asked = !arguments.IsEmpty && MonitorArguments.TryAddress(request, arguments[0], out address) ? Read(request, arguments[1..]) : null;
        if (asked is null)
        {
            request.Fail($"usage: monitor {command} ADDR {Words}, for example: monitor {command} 0x4010000000 el1 r");
            return false;
        }

        space = asked.Stages == StageTwo ? "IPA" : space;
        report = Explain(request, asked, address);
        return report is not null;
    }

    private static Question? Read(MonitorRequest request, ReadOnlySpan<string> words)
    {
        Question asked = new(request.Cpu, null, null, BothStages, WalkAccess.Read);
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i].ToLowerInvariant();
            int? level = asked.Level;
            WalkAccess access = asked.Access;
            if (word is "cpu" or "vmid")
            {
                ulong limit = word == "cpu" ? (ulong)request.Target.CpuCount : Vmids;
                if (++i == words.Length || !MonitorArguments.TryNumber(words[i], out ulong number) || number >= limit)
                {
                    return null;
                }

                asked = word == "cpu" ? asked with { Cpu = (int)number } : asked with { Vmid = (int)number };
            }
            else if (word is StageOne or StageTwo or BothStages)
            {
                asked = asked with { Stages = word };
            }
            else if (TryLevel(word, ref level) || TryAccess(word, ref access))
            {
                asked = asked with { Level = level, Access = access };
            }
            else
            {
                return null;
            }
        }

        return asked;
    }

    private static WalkReport? Explain(MonitorRequest request, Question asked, ulong address)
    {
        World? world = asked.Level is null ? request.Session.Worlds.World : null;
        if (asked.Vmid is int vmid)
        {
            world = World.OfGuest(vmid);
            int[] cores = request.Target is IWorlds known ? [.. Enumerable.Range(0, request.Target.CpuCount).Where(cpu => known.Worlds.CanFollow(cpu, world.Value))] : [];
            if (cores.Length == 0)
            {
                request.Fail($"no vCPU is in VMID {vmid} or has left it since \"monitor worlds on\"; \"monitor worlds\" lists the guests that are known");
                return null;
            }

            asked = asked with { Cpu = cores.Contains(asked.Cpu) ? asked.Cpu : cores[0] };
        }

        if (asked.Stages == StageTwo)
        {
            return ExplainStage2(request, asked, world, address);
        }

        WalkReport report = world is World of
            ? ((IWorlds)request.Target).Explain(asked.Cpu, of, address, asked.Access)
            : ((ITranslation)request.Target).Explain(asked.Cpu, address, asked.Level, asked.Access);
        return asked.Stages == StageOne ? Stage1Of(report) : report;
    }

    private static WalkReport? ExplainStage2(MonitorRequest request, Question asked, World? world, ulong address)
    {
        if (asked.Level is > 1 || world is { Vmid: null })
        {
            request.Fail("stage 2 translates for EL1 and EL0 only: leave out the exception level, or name a guest with vmid N");
            return null;
        }

        return world is World of
            ? ((IWorlds)request.Target).ExplainIntermediate(asked.Cpu, of, address, asked.Access)
            : ((ITranslation)request.Target).ExplainIntermediate(asked.Cpu, address, asked.Access);
    }

    /// <summary>What stage 1 alone says; that its own tables lie behind stage 2 can still be in the way.</summary>
    private static WalkReport Stage1Of(WalkReport report)
    {
        WalkStep[] steps = [.. report.Steps.Where(static step => step.Stage == 1)];
        return report.Intermediate is null
            ? report with { Steps = report.Failure?.ForWalk is true ? report.Steps : steps }
            : report with { Steps = steps, Physical = null, Place = null, Failure = null, Attributes = steps.Length == 0 ? "stage 1 is off" : steps[^1].Attributes };
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

    /// <param name="Level">0 to 3; null for the vCPU's own.</param>
    /// <param name="Vmid">The guest whose tables are meant; null for what the vCPU has now.</param>
    /// <param name="Stages">One of s1, s2 and s12.</param>
    private sealed record Question(int Cpu, int? Level, int? Vmid, string Stages, WalkAccess Access);
}
