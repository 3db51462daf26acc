using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Snapshots;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// What the monitor says of stalls, page requests, kept translations and substreams, and that it changes nothing. Witness: what the test has made the
/// device do.
/// </summary>
public sealed class WaitingWordsTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;

    private readonly SmmuFixture _smmu = SmmuFixture.WithBothExercisers();
    private readonly ExerciserDriver _plain;
    private readonly ExerciserDriver _patient;

    public WaitingWordsTests()
    {
        _plain = _smmu.Plain;
        _patient = _smmu.Patient;
        _smmu.Cd(SmmuFixture.PlainCd | (1ul << 44));
        foreach (uint stream in (ReadOnlySpan<uint>)[_plain.Stream, _patient.Stream])
        {
            _smmu.Ste(stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 1ul << 28, 0, 0);
        }
    }

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_stalled_transaction_is_listed_with_its_tag_and_explained_before_it_is_sent()
    {
        Assert.Equal("nothing is stalled", Assert.Single(Ask("stalls")));
        Assert.EndsWith("it would stall, until CMD_RESUME", Explain(_patient.Stream)[^2], StringComparison.Ordinal);
        Assert.EndsWith("recorded and aborted: it is configured to stall, but an endpoint of PCI Express is not stalled", Explain(_plain.Stream)[^2], StringComparison.Ordinal);
        _patient.Start(ExerciserDriver.Read, Input);
        string line = Assert.Single(Ask("stalls"));
        Assert.Equal(
            "F_TRANSLATION SID=0x20 (00:04.0) InputAddr=0x1234567000 read stage 1, class Input Stall STAG=0x1: the address is not mapped; waits for CMD_RESUME or CMD_STALL_TERM", line);
        Assert.Contains("stalled: 1 transactions", Ask(""));
    }

    [Fact]
    public void Kept_translations_are_listed_and_explained()
    {
        _smmu.Map1(Input, SmmuFixture.Data);
        _plain.EnableAts();
        _plain.EnablePasid();
        _plain.Do(ExerciserDriver.AskTranslation, Input);
        Assert.Equal("00:03.0 pcie.x: 0x1234567000 to 0x1234567fff -> 0x40800000, rw-", Assert.Single(Ask("atc", _plain.Stream)));
        Assert.Equal("00:01.0 keeps no translations: it has no ATS", Assert.Single(Ask("atc", 8)));
        Assert.Contains(Explain(_plain.Stream), static l => l.StartsWith("function: keeps 1 translations of its own", StringComparison.Ordinal) && l.Contains("CR0.ATSCHK=0", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_requests_are_decoded()
    {
        _plain.EnablePageRequests();
        _plain.EnablePasid();
        _smmu.Write64(0xc0, 0x4038_0002);
        _smmu.Write32(0x20, 0xf);
        _plain.Set(0x58, 0xe05);
        _plain.Do(ExerciserDriver.RequestPage, Input, pasid: ExerciserDriver.Pasid(7));
        Assert.Equal(
            ["1 requests wait; the last 16 places, the oldest first:", "  [0] waits: page 0x1234567000 for 00:03.0 PASID=0x7, rw-, group 5, the last of it"], Ask("priq"));
    }

    [Fact]
    public void A_substream_is_followed_by_its_own_tables()
    {
        _smmu.Ste(_plain.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | (1ul << 59), 0, 0, 0);
        Assert.Contains("SSID 0x1: C_BAD_CD", DmaExplainer.Explain(_smmu.Machine, (ushort)_plain.Stream, Input, isWrite: true, pasid: 1)[^2], StringComparison.Ordinal);
        Assert.Contains("SSID 0x2: C_BAD_SUBSTREAMID", DmaExplainer.Explain(_smmu.Machine, (ushort)_plain.Stream, Input, isWrite: true, pasid: 2)[^2], StringComparison.Ordinal);
        _smmu.Cd(at: SmmuFixture.Context + 64);
        _smmu.Map1(Input, SmmuFixture.Data);
        Assert.Equal("PA 0x40800000: ram+0x800000", Ask("walk", _plain.Stream, Input, 1)[^1]);
    }

    [Fact]
    public void The_log_has_PASID_address_type_and_what_is_not_refused()
    {
        _plain.EnableAts();
        _plain.EnablePasid();
        DmaLog log = new(new DmaTransactions(_smmu.Machine));
        log.TurnOn(null);
        _patient.Start(ExerciserDriver.Read, Input);
        _plain.Do(ExerciserDriver.AskTranslation, Input);
        _plain.Do(ExerciserDriver.Read, Input, pasid: ExerciserDriver.Pasid(7));
        Assert.Equal(
            [("Stalled", "Untranslated", null), ("Answered", "TranslationRequest", null), ("TranslationFault", "Untranslated", (uint?)7)],
            log.Read(9, null).Requests.Select(static l => (l.Request.Verdict, l.Request.AddressType, l.Request.Pasid)));
        Assert.Equal(1, log.Read(9, null).Counts.Sum(static c => c.Refused));
    }

    private IReadOnlyList<string> Explain(uint stream) => DmaExplainer.Explain(_smmu.Machine, (ushort)stream, Input, isWrite: false);

    private IReadOnlyList<string> Ask(string topic, params ulong[] numbers)
    {
        byte[] before = [.. _smmu.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)];
        IReadOnlyList<string> answer = SmmuTopics.Answer(_smmu.Machine, new SmmuQuestion(topic, numbers));
        Assert.True(before.AsSpan().SequenceEqual((byte[])[.. _smmu.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)]));
        return answer;
    }
}
