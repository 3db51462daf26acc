using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using Xunit;

namespace GdbHost.Machine.Tests.Mmu;

/// <summary>
/// Walks against tests/Vectors/walks: registers, tables and questions, with the answers of QEMU 7.2's Cortex-A53
/// (made by tests/Vectors/gen/walk-vectors.sh). Where DDI 0487 says otherwise it is right: by-the-document.txt.
/// </summary>
public sealed class WalkVectorTests
{
    private const int ReportedDifferences = 20;
    private const ulong ParShareability = 3UL << 7;
    private const ulong ParOuterShareable = 2UL << 7;
    private const ulong ParPtw = 1UL << 8;
    private const ulong ParLevel = 3UL << 1;

    [Theory]
    [InlineData("stage1-el1.txt")]
    [InlineData("stage1-el2-el3.txt")]
    [InlineData("stage2.txt")]
    [InlineData("both-stages.txt")]
    [InlineData("accesses.txt")]
    [InlineData("random.txt")]
    public void Walk_of_every_vector_answers_as_the_oracle(string file)
    {
        using var machine = new TranslationMachine();
        Report(WalkVectors.Replay(machine, file, question => Difference(machine, question)));
    }

    [Fact]
    public void Walk_of_every_documented_case_answers_to_the_last_bit()
    {
        using var machine = new TranslationMachine();
        Report(WalkVectors.Replay(machine, "by-the-document.txt", question =>
        {
            machine.Translation.Reset();
            machine.Level = ExceptionLevel.El3;
            AtResult result = machine.Translation.AddressTranslate(OperationOf(question), question.Address);
            bool same = !result.Exception.Happened && result.Par == WalkVectors.Hex(question.Answer[1]);
            return same ? null : $"0x{result.Par:x} {result.Exception}";
        }));
    }

    [Theory]
    [InlineData("stage1-el1.txt")]
    [InlineData("stage1-el2-el3.txt")]
    [InlineData("stage2.txt")]
    [InlineData("both-stages.txt")]
    [InlineData("accesses.txt")]
    [InlineData("random.txt")]
    public void Tlb_hit_and_look_of_every_vector_give_what_the_walk_gave(string file)
    {
        using var machine = new TranslationMachine();
        Report(WalkVectors.Replay(machine, file, question => Disagreement(machine, question)));
    }

    private static void Report(List<string> differences) => Assert.True(
        differences.Count == 0,
        $"{differences.Count} differ:\n{string.Join('\n', differences.GetRange(0, Math.Min(differences.Count, ReportedDifferences)))}");

    private static string? Difference(TranslationMachine machine, WalkQuestion question)
    {
        machine.Translation.Reset();
        if (!question.Verb.StartsWith("at", StringComparison.Ordinal))
        {
            (AccessType type, ExceptionLevel level) = AccessOf(question);
            return FaultDifference(machine, machine.Translation.Translate(question.Address, type, level).Fault, question);
        }

        machine.Level = question.Verb == "at-from-el1" ? ExceptionLevel.El1 : ExceptionLevel.El3;
        AtResult result = machine.Translation.AddressTranslate(OperationOf(question), question.Address);
        if (question.Answer[0] != "par")
        {
            return question.Answer[0] == "abort"
                ? SyndromeDifference(machine, result.Exception, WalkVectors.Hex(question.Answer[1]))
                : FaultDifference(machine, result.Exception, question);
        }

        ulong expected = ByTheBook(WalkVectors.Hex(question.Answer[1]));
        if (result.Exception.Happened)
        {
            return $"{result.Exception}";
        }

        bool levelIsQuirk = (expected & (1 | ParPtw)) == (1 | ParPtw);
        ulong compared = levelIsQuirk ? ~ParLevel : ulong.MaxValue;
        return ((result.Par ^ expected) & compared) == 0 ? null : $"0x{result.Par:x}, expected 0x{expected:x}";
    }

    // DDI 0487, PAR_EL1.SH: Device and Non-cacheable memory reads as Outer Shareable; QEMU 7.2 shows the descriptor's SH.
    private static ulong ByTheBook(ulong par)
    {
        bool failed = (par & 1) != 0;
        ulong attributes = par >> 56;
        bool outer = (attributes & 0xf0) == 0 || attributes == 0x44;
        return !failed && outer ? (par & ~ParShareability) | ParOuterShareable : par;
    }

    private static string? FaultDifference(TranslationMachine machine, Fault fault, WalkQuestion question)
    {
        if (question.Answer[0] == "ok" || !fault.Happened)
        {
            return question.Answer[0] == "ok" && !fault.Happened ? null : $"{fault}";
        }

        bool sameLevel = question.Answer[0] == (fault.Stage2 ? "el2" : "el1");
        bool sameAddress = WalkVectors.Hex(question.Answer[4]) == question.Address;
        bool sameIpa = !fault.Stage2 || WalkVectors.Hex(question.Answer[6]) == fault.Ipa >> 12 << 4;
        return sameLevel && sameAddress && sameIpa
            ? SyndromeDifference(machine, fault, WalkVectors.Hex(question.Answer[2]))
            : $"{fault}";
    }

    private static string? SyndromeDifference(TranslationMachine machine, Fault fault, ulong syndrome)
    {
        const int S1ptw = 7;
        return StatusDifference(machine, fault, (int)syndrome.Field(5, 0), syndrome.Bit(S1ptw));
    }

    private static string? StatusDifference(TranslationMachine machine, Fault fault, int status, bool s1ptw)
    {
        if (!fault.Happened || s1ptw != (fault is { Stage2: true, OnWalk: true }))
        {
            return $"{fault}";
        }

        // DDI 0487: the level is that of stage 2. QEMU 7.2 gives that of the stage-1 descriptor; so the kind is the
        // oracle's here, and the level that of stage 2 alone, which other vectors settle.
        if (!s1ptw)
        {
            return fault.ToStatusCode() == status ? null : $"{fault}";
        }

        Fault alone = machine.Translation.LookStage2(fault.Ipa, AccessType.Read).Fault;
        bool sameLevel = !alone.Happened || alone.Level == fault.Level;
        return fault.ToStatusCode() >> 2 == status >> 2 && sameLevel ? null : $"{fault}";
    }

    private static string? Disagreement(TranslationMachine machine, WalkQuestion question)
    {
        (AccessType type, ExceptionLevel level) = AccessOf(question);
        machine.Translation.Reset();
        Translation walked = machine.Translation.Translate(question.Address, type, level);
        Translation again = machine.Translation.Translate(question.Address, type, level);
        Translation looked = machine.Translation.Look(question.Address, type, level);
        if (walked.Fault.Happened)
        {
            return again.Fault == walked.Fault && looked.Fault == walked.Fault ? null : $"{walked.Fault} {again.Fault} {looked.Fault}";
        }

        bool attributesDiffer = type != AccessType.Fetch && looked.Attributes != walked.Attributes;
        return again == walked && looked.Physical == walked.Physical && !attributesDiffer ? null : $"{walked} {again} {looked}";
    }

    private static AtOperation OperationOf(WalkQuestion question) => Enum.Parse<AtOperation>(question.Subject, ignoreCase: true);

    private static (AccessType Type, ExceptionLevel Level) AccessOf(WalkQuestion question)
    {
        if (question.Verb is "load" or "store" or "fetch")
        {
            AccessType access = question.Verb switch
            {
                "load" => AccessType.Read,
                "store" => AccessType.Write,
                _ => AccessType.Fetch,
            };
            return (access, question.Subject == "el0" ? ExceptionLevel.El0 : ExceptionLevel.El1);
        }

        // s1e1r, s12e0w and so on: the level stands before the last letter, which is the direction.
        return (question.Subject[^1] == 'w' ? AccessType.Write : AccessType.Read, (ExceptionLevel)(question.Subject[^2] - '0'));
    }
}
