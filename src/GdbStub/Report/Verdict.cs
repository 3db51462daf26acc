using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Session;

namespace GdbHost.GdbStub.Report;

/// <summary>What a report says first.</summary>
/// <param name="Tone"><c>bad</c>, <c>good</c> or <c>plain</c>.</param>
/// <param name="Tag">The same in words.</param>
/// <param name="Headline">The one thing to know.</param>
/// <param name="Evidence">What it follows from, each with its name.</param>
/// <param name="FailedAt">The intermediate physical address at which the guest has failed; null for none.</param>
internal sealed record Verdict(string Tone, string Tag, string Headline, IReadOnlyList<(string Name, string Text)> Evidence, ulong? FailedAt)
{
    /// <summary>Exceptions that are looked at, the newest.</summary>
    public const int TrapsRead = 20_000;

    private const int FlaggedRead = 200;
    private const int PlacesAsked = 16;
    private const string NothingChanged = "nothing-changed";

    // The words by which kernels and hypervisors say on their console that they give up.
    private static readonly string[] LastWords = ["kernel panic", "panic:", "panic on cpu", "oops:", "fatal error", "fatal:", "unable to handle kernel", "assertion", " bug: ", "internal error:"];

    private static readonly string[] Standstill = ["exception loop", "spins at one PC", "for ever"];

    public static Verdict Of(Answers answers)
    {
        List<(string Name, string Text)> evidence = [];
        bool ended = answers.End is { ExitStatus: ExitStatus.PoweredOff };
        AnswerLine? trap = Suspect(answers) is AnswerLine suspect && (!ended || IsWrong(suspect)) ? suspect : null;
        string? fault = trap is null ? null : FaultAt(answers, trap);
        string? wrong = answers.To("why").Select(static l => l.Text).FirstOrDefault(static t => t.StartsWith("wrong: ", StringComparison.Ordinal));
        string? stands = ended ? null : answers.To("why hang").Select(static l => l.Text).FirstOrDefault(static t => Array.Exists(Standstill, w => t.Contains(w, StringComparison.Ordinal)));
        string? said = answers.To("serial 200").Select(static l => l.Text).LastOrDefault(static t => Array.Exists(LastWords, w => t.Contains(w, StringComparison.OrdinalIgnoreCase)));
        string? problem = fault ?? (trap is not null ? Remarks(trap) : null) ?? stands ?? said?.Trim() ?? (answers.End is { ExitStatus: not ExitStatus.PoweredOff } end ? end.Reason : null);
        if (problem is not null && problem != answers.End?.Reason)
        {
            Add(evidence, "The run", answers.End?.Reason);
        }

        Add(evidence, "Exception", trap?.Text);
        Add(evidence, "Standstill", stands);
        Add(evidence, "Console", said);
        return problem is not null ? new Verdict("bad", problem == answers.End?.Reason ? "Did not end well" : "Something is wrong", problem, evidence, fault is null ? null : trap?.Word("ipa"))
            : ended ? new Verdict("good", "Ended well", answers.End!.Reason, evidence, null)
            : new Verdict("plain", "State", wrong is null ? "The guest stands still; nothing remarkable is recorded" : "The guest stands still; its last exception is explained below", evidence, null);
    }

    private static void Add(List<(string, string)> evidence, string name, string? text)
    {
        if (text is not null)
        {
            evidence.Add((name, text));
        }
    }

    /// <summary>
    /// The newest exception whose return is wrong. A return to the same instruction with nothing changed is right where the hypervisor has
    /// mapped what was missing, so it counts only while stage 2 still refuses the address.
    /// </summary>
    private static AnswerLine? Suspect(Answers answers)
    {
        HashSet<ulong> asked = [];
        IEnumerable<AnswerLine> flagged = answers.With("number", $"traps last {TrapsRead}").Where(static t => RemarksOf(t).Any()).TakeLast(FlaggedRead).Reverse();
        foreach (AnswerLine trap in flagged)
        {
            if (IsWrong(trap))
            {
                return trap;
            }

            if (trap.Word("ipa") is ulong ipa && asked.Count < PlacesAsked && asked.Add(ipa) && FaultAt(answers, trap) is not null)
            {
                return trap;
            }
        }

        return null;
    }

    /// <summary>Why stage 2 refuses the access of an exception now; null where it does not, or it was no matter of stage 2.</summary>
    private static string? FaultAt(Answers answers, AnswerLine trap)
    {
        const string Begin = "fault: ";
        string access = trap.Words("access")?.Contains("write", StringComparison.Ordinal) == true ? "w" : "r";
        return trap.Word("ipa") is not ulong ipa ? null
            : answers.To($"ipa 0x{ipa:x} {access}").Select(static l => l.Text).FirstOrDefault(static t => t.StartsWith(Begin, StringComparison.Ordinal))?[Begin.Length..];
    }

    private static string Remarks(AnswerLine trap) => $"EL{trap.Number("to")} returns wrongly: {string.Join(", ", RemarksOf(trap))}";

    /// <summary>A return that is wrong whatever the hypervisor does; the same instruction again is how memory is given on demand.</summary>
    public static bool IsWrong(AnswerLine trap) => RemarksOf(trap).Any(static r => r != NothingChanged);

    /// <summary>The names of what is remarkable about an exception's return.</summary>
    public static IEnumerable<string> RemarksOf(AnswerLine trap) =>
        (trap["return"] as Fact[])?.Where(static f => f.Name == "remarks").SelectMany(static f => (IEnumerable<string>)f.Value!) ?? [];
}
