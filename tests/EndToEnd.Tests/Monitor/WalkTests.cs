using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// What the monitor says of addresses of a Linux under our hypervisor, under KVM and under Xen. Who is right: a walk of the tables that is written in
/// the tests from DDI 0487 (<see cref="TableWalk"/>).
/// </summary>
public sealed class WalkTests
{
    public static TheoryData<string> Guests => [GuestUnderHypervisor.Ours, GuestUnderHypervisor.Kvm, GuestUnderHypervisor.Xen];

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests, Need.DeviceTreeTools)]
    [MemberData(nameof(Guests))]
    public async Task Addresses_lead_where_a_walk_by_the_document_leads(string guest)
    {
        using MachineTarget target = await GuestUnderHypervisor.StoppedAsync(guest);
        TableWalk walk = new(target);
        HashSet<(int Stage, int Level, bool ForWalk)> seen = [];
        foreach (ulong address in Addresses(walk))
        {
            TableWalk.Result right = walk.Virtual(address);
            seen.Add((right.Stage, right.Level, right.ForWalk));
            Answer said = Answer.Of(TargetRun.Ask(target, $"translate 0x{address:x} el1 r --json"));
            Assert.True(Same(right, said), $"0x{address:x}: {right}\n{said.Text}");

            // Every descriptor, in the order in which they are read.
            Answer walked = Answer.Of(TargetRun.Ask(target, $"walk 0x{address:x} el1 r --json"));
            Assert.Equal(walk.Reads, walked.Steps);
            Assert.All(walked.Leaves, static l => Assert.Equal((l.Descriptor >> 52 & 1) != 0, l.Note.StartsWith("contiguous", StringComparison.Ordinal)));
            Assert.Equal(right.Physical is null || walked.Place is null ? "failed" : "ok", walked.Status);
        }

        Assert.Contains((0, 0, false), seen);
        Assert.Contains(seen, static s => s.Stage == 1);
    }

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests, Need.DeviceTreeTools)]
    [MemberData(nameof(Guests))]
    public async Task Ranges_and_entries_of_the_TLB_agree_with_a_walk_by_the_document(string guest)
    {
        using MachineTarget target = await GuestUnderHypervisor.StoppedAsync(guest);
        TableWalk walk = new(target);
        JsonElement[] ranges = [.. Objects(TargetRun.Ask(target, "s2 map --json")).Where(static o => o.TryGetProperty("output", out _))];
        Assert.NotEmpty(ranges);
        ulong end = 0;
        foreach (JsonElement range in ranges)
        {
            (ulong first, ulong last, ulong output) = (Number(range, "first"), Number(range, "last"), Number(range, "output"));
            Assert.Equal(output, walk.Stage2(first).Physical);
            Assert.Equal(output + (last - first), walk.Stage2(last).Physical);
            if (first > end)
            {
                Assert.Null(walk.Stage2(end).Physical);
                Assert.Null(walk.Stage2(first - 1).Physical);
            }

            Answer ipa = Answer.Of(TargetRun.Ask(target, $"ipa 0x{first:x} --json"));
            Assert.Equal(output, ipa.Physical);
            walk.Stage2(first);
            Assert.Equal(walk.Reads, ipa.Steps);
            end = last + 1;
        }

        ulong vmid = walk.Register("VTTBR_EL2") >> 48 & 0xff;
        int compared = 0;
        foreach (JsonElement entry in Objects(TargetRun.Ask(target, "tlb 100000 --json")).Where(static o => o.TryGetProperty("regime", out _)))
        {
            bool ofGuest = entry.GetProperty("regime").GetString() == "EL1&0" && Number(entry, "vmid") == vmid;
            ulong address = ofGuest ? Number(entry, "address") : 0;
            bool answers = ofGuest && (!entry.TryGetProperty("asid", out JsonElement asid) || (ulong)asid.GetInt32() == Asid(walk));
            if (answers)
            {
                TableWalk.Result right = walk.Virtual(address);
                bool stale = entry.GetProperty("stale").GetBoolean();
                Assert.True(stale || right.Physical == Number(entry, "pa"), entry.GetRawText() + right);
                Assert.False(stale && right.Physical == Number(entry, "pa"), entry.GetRawText() + right);
                compared++;
            }
        }

        Assert.InRange(compared, 3, int.MaxValue);
    }

    // The demo's stage 2 has 40 bits and begins at level 1: 1024 entries in two tables (src/GdbStub/Demo/hypervisor_tables.c).
    [Fact]
    public void Entry_of_a_second_concatenated_table_is_told()
    {
        using MachineTarget target = MachineTarget.Create(DemoGuest.Configuration, static _ => { }, 100_000);
        TargetRun.Run(target);

        Says.Line(TargetRun.Ask(target, "ipa 0x8040000000"), "^stage 2 level 1: IPA 0x8040000000, index 513, descriptor at PA 0x[0-9a-f]+ = 0x[0-9a-f]+: .*; entry 1 of concatenated table 1$");
        Assert.DoesNotContain("concatenated", TargetRun.Ask(target, "ipa 0x80000000"), StringComparison.Ordinal);
    }

    private static ulong Asid(TableWalk walk)
    {
        ulong tcr = walk.Register("TCR_EL1");
        ulong asid = walk.Register((tcr >> 22 & 1) != 0 ? "TTBR1_EL1" : "TTBR0_EL1") >> 48;
        return (tcr >> 36 & 1) != 0 ? asid : asid & 0xff;
    }

    /// <summary>What the guest uses, places all over both halves, and some that are none.</summary>
    private static IEnumerable<ulong> Addresses(TableWalk walk)
    {
        foreach (string name in new[] { "pc", "sp", "ELR_EL2", "FAR_EL2", "VBAR_EL1", "ELR_EL1", "SP_EL0", "TPIDR_EL1", "x0", "x1", "x19", "x29", "x30" })
        {
            ulong value = walk.Register(name);
            yield return value;
            yield return value ^ 0x20_0000;
            yield return value + 0x1000;
        }

        // The linear map, modules, vmalloc, fixmap and vmemmap of arm64 Linux begin at powers of two below the top.
        for (int shift = 12; shift < 52; shift++)
        {
            yield return ulong.MaxValue << shift;
            yield return 1UL << shift;
            yield return (ulong.MaxValue << 47) + (1UL << shift);
        }

        Random random = new(7);
        ulong vectors = walk.Register("VBAR_EL1");
        for (int i = 0; i < 60; i++)
        {
            yield return (vectors & ~0x3ff_ffffUL) + (ulong)random.NextInt64(0x800_0000);
            yield return (ulong.MaxValue << 47) + (ulong)random.NextInt64(0x4000_0000);
        }
    }

    private static bool Same(TableWalk.Result right, Answer said) => right.Physical == said.Physical
        && (right.Physical is not null || (right.Stage == said.Stage && right.Level == said.Level && right.ForWalk == said.ForWalk))
        && (right.Intermediate is null || right.Intermediate == (said.Intermediate ?? said.Physical));

    private static JsonElement[] Objects(string json) => [.. json.TrimEnd('\n').Split('\n').Select(static o => JsonDocument.Parse(o).RootElement)];

    private static ulong Number(JsonElement of, string name) => of.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? (ulong)number.GetInt64()
        : ulong.Parse(of.GetProperty(name).GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The objects of an answer, read.</summary>
    private sealed record Answer(
        string Text, IReadOnlyList<(ulong Descriptor, string Note)> Leaves, ulong? Intermediate, ulong? Physical, int Stage, int Level, bool ForWalk, string? Place, string Status, IReadOnlyList<TableWalk.Read> Steps)
    {
        public static Answer Of(string json)
        {
            JsonElement[] all = Objects(json);
            JsonElement? fault = all.Where(static o => o.TryGetProperty("fault", out _)).Cast<JsonElement?>().FirstOrDefault();
            return new Answer(
                json,
                [
                    .. all.Where(static o => o.TryGetProperty("meaning", out JsonElement meaning) && meaning.GetString() is "block" or "page")
                        .Select(static o => (Number(o, "descriptor"), o.TryGetProperty("note", out JsonElement note) ? note.GetString()! : "")),
                ],
                One(all, "ipa"), One(all, "pa"), fault?.GetProperty("stage").GetInt32() ?? 0, fault?.GetProperty("level").GetInt32() ?? 0,
                fault?.GetProperty("for-walk").GetBoolean() ?? false,
                all.FirstOrDefault(static o => o.TryGetProperty("place", out _)) is { ValueKind: JsonValueKind.Object } place ? place.GetProperty("place").GetString() : null,
                all[^1].GetProperty("status").GetString()!,
                [
                    .. all.Where(static o => o.TryGetProperty("descriptor", out _)).Select(static o => new TableWalk.Read(
                        o.GetProperty("stage").GetInt32(), o.GetProperty("for-walk").GetBoolean(), o.GetProperty("level").GetInt32(),
                        Number(o, "address"), Number(o, "descriptor"))),
                ]);
        }

        private static ulong? One(JsonElement[] all, string name) =>
            all.FirstOrDefault(o => o.TryGetProperty(name, out _)) is { ValueKind: JsonValueKind.Object } found ? Number(found, name) : null;
    }
}
