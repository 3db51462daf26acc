using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Guests that run wild end the run with status 3, or stop where gdb can look at them; they never take the host down.
/// Document: DDI 0487, exception entry (the vector of an undefined instruction).
/// </summary>
public sealed class WildGuestTests : IDisposable
{
    private const int Stuck = 3;
    private const string Limit = "5000000";
    private const uint BranchToItself = 0x14000000;
    private const uint Undefined = 0x00000000;
    private const uint MovzX0High = 0xd2e60000; // MOVZ X0, #0x3000, LSL #48
    private const uint BrX0 = 0xd61f0000;
    private const uint AdrX0 = 0x10000000; // ADR X0, .
    private const uint StrX0PreIndexed = 0xf81f0c00; // STR X0, [X0, #-16]!
    private const uint BranchBackOne = 0x17ffffff;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-wild");

    public static TheoryData<string, uint[]> Guests => new()
    {
        { "endless loop at one PC, interrupts masked", [BranchToItself] },
        { "undefined instruction, no vectors", [Undefined] },
        { "branch to an address that is none", [MovzX0High, BrX0] },
        { "stores that run down below RAM", [AdrX0, StrX0PreIndexed, BranchBackOne] },
    };

    public void Dispose()
    {
        _folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Guests))]
    public async Task Wild_guest_without_gdb_ends_the_run_with_status_3(string what, uint[] code)
    {
        foreach (string el2 in new[] { "off", "on" })
        {
            Ended ended = await HostRun.CommandAsync(
                "run", "--machine", $"virt,gic=2,el2={el2}", "--kernel", Blob(code), "--gdb", "none", "--serial", "none", "--max-instructions", Limit);

            Assert.True(ended.Status == Stuck, $"{what}, el2={el2}: status {ended.Status}\n{ended.Errors}");
            Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
        }
    }

    [RequiresFact(Need.Gdb)]
    public async Task Wild_guest_under_gdb_stops_where_gdb_can_look_at_it()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on", "--kernel", Blob([Undefined])],
            "",
            """
            p/x $pc
            stepi
            p/x (unsigned long)$ELR_EL2
            p (unsigned long)$ESR_EL2 >> 26
            p/x $pc - (unsigned long)$VBAR_EL2
            continue
            p/x $pc - (unsigned long)$VBAR_EL2
            """,
            Limit);

        Says.InOrder(gdb, "$1 = 0x40080000", "$2 = 0x40080000", "$3 = 0", "$4 = 0x200", "$5 = 0x200");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Endless_loop_with_interrupts_masked_is_interrupted_by_gdb()
    {
        await HostRun.InDialogueAsync(["--machine", "virt,gic=2,el2=on", "--kernel", Blob([BranchToItself])], async gdb =>
        {
            await gdb.SayAsync("-exec-continue", "*running");
            await gdb.SayAsync("-exec-interrupt", "*stopped", "SIGINT");
            await gdb.SayAsync("-data-evaluate-expression $pc", "^done", "0x40080000");
        });
    }

    private string Blob(uint[] code)
    {
        byte[] bytes = new byte[code.Length * sizeof(uint)];
        for (int index = 0; index < code.Length; index++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(index * sizeof(uint)), code[index]);
        }

        string file = Path.Combine(_folder.FullName, "wild.bin");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
