using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// LDTR, STTR, and a load and a store of the same place, at each Exception level, in generated code and interpreted, over pages with all
/// access permissions. Witness: DDI 0487, "Load/Store unprivileged" (at EL1 as if from EL0, elsewhere as the ordinary access),
/// SCTLR_EL1.E0E (no effect on them at EL1) and AP[2:1].
/// </summary>
public sealed unsafe class UnprivilegedAccessTests
{
    private const ulong Page = PageTables.Page;
    private const ulong Handler = TestCore.RamStart + (2 * Page);
    private const ulong Data = TestCore.RamStart + (16 * Page);
    private const ulong AfterBad = 0x40;

    private const ulong El1Only = 0;
    private const ulong Both = 1 << 6;
    private const ulong ReadOnlyEl1 = 2 << 6;
    private const ulong ReadOnly = 3 << 6;
    private const ulong NotPresent = ulong.MaxValue;
    private const int ResultRegister = 3;

    /// <summary>ESR_EL1: Data Abort from EL1, WnR, permission fault at level 3.</summary>
    private const ulong PermissionFaultOfStore = 0x9600_004f;

    private const ulong Mmu = 1;
    private const ulong El0BigEndian = 1 << 24;
    private const ulong El1BigEndian = 1 << 25;

    private static readonly ulong[] Pages = [El1Only, Both, ReadOnlyEl1, ReadOnly, NotPresent, Both];

    /// <summary>Register 3 from or to [X1, #0]: all sizes and extensions, the ordinary load and store, and both one after the other.</summary>
    private static readonly uint[][] Accesses =
    [
        [0x3840_0823], // LDTRB W3
        [0x3800_0823], // STTRB W3
        [0x7840_0823], // LDTRH W3
        [0x7800_0823], // STTRH W3
        [0xb840_0823], // LDTR W3
        [0xb800_0823], // STTR W3
        [0xf840_0823], // LDTR X3
        [0xf800_0823], // STTR X3
        [0x3880_0823], // LDTRSB X3
        [0x78c0_0823], // LDTRSH W3
        [0xb880_0823], // LDTRSW X3
        [0xf840_0023], // LDUR X3
        [0xf800_0023], // STUR X3
        [0xf840_0023, 0x8b02_0063, 0xf800_0023], // LDUR X3, ADD X3, X3, X2, STUR X3
        [0xb840_0023, 0x0b02_0063, 0xb800_0023], // LDUR W3, ADD W3, W3, W2, STUR W3
    ];

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(1, El0BigEndian)]
    [InlineData(1, El1BigEndian)]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    public void All_accesses_to_all_pages_do_on_both_engines_what_the_permissions_say(int atLevel, ulong control)
    {
        ExceptionLevel level = (ExceptionLevel)atLevel;
        const int Rounds = 6;
        using TestCore interpreted = Guest(null, level, control);
        using TestCore translated = Guest(1, level, control);
        for (int round = 0; round < Rounds; round++)
        {
            for (int access = 0; access < Accesses.Length; access++)
            {
                for (int page = 0; page < Pages.Length; page++)
                {
                    foreach (ulong offset in new ulong[] { 0x100, 0x103, 0xffd })
                    {
                        string expected = Go(interpreted, access, (ulong)page, offset);
                        Assert.Equal(expected, Go(translated, access, (ulong)page, offset));
                        if (control != 2 && level == ExceptionLevel.El1 && offset == 0x100)
                        {
                            Assert.Equal(Array.TrueForAll(Accesses[access], word => IsAllowed(word, Pages[page])), interpreted.State->X[10] == 0);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void STTR_to_a_page_of_EL1_alone_faults_also_where_EL1_has_just_stored()
    {
        using TestCore core = Guest(1, ExceptionLevel.El1, 0);
        Go(core, 7, 0, 0);
        Assert.Equal(PermissionFaultOfStore, core.State->X[10]);
        Go(core, 12, 0, 0);
        Assert.Equal(0UL, core.State->X[10]);
        Go(core, 7, 0, 0);
        Assert.Equal(PermissionFaultOfStore, core.State->X[10]);
    }

    [Theory]
    [InlineData(false, 6, true)]
    [InlineData(false, 7, false)]
    [InlineData(true, 7, true)]
    public void A_watchpoint_stops_before_the_access(bool onStores, int access, bool stops)
    {
        WatchKind kind = onStores ? WatchKind.Write : WatchKind.Read;
        using TestCore core = Guest(1, ExceptionLevel.El1, 0);
        Go(core, access, 1, 0x100);
        core.Cluster.Debug.AddWatchpoint(new Watchpoint(Data + Page + 0x100, 8, kind));
        ulong value = core.State->X[ResultRegister];
        Go(core, access, 1, 0x100, 1);
        Assert.Equal(stops ? DebugStopKind.Watchpoint : DebugStopKind.None, core.Cluster.Debug.Stop);
        Assert.Equal(stops ? TestCore.RamStart + At(access) : TestCore.RamStart + At(access) + 4, core.State->Pc);
        Assert.Equal(value, core.State->X[ResultRegister]);
    }

    [Theory]
    [InlineData(El0BigEndian, 0x0706_0504_0302_0100UL)]
    [InlineData(El1BigEndian, 0x0001_0203_0405_0607UL)]
    public void Endianness_at_EL1_is_that_of_EL1(ulong control, ulong loaded)
    {
        using TestCore core = Guest(1, ExceptionLevel.El1, control);
        core.Write(Data + Page + 0x100, 0x0302_0100, 0x0706_0504);

        // EL0 reaches the page first, by its own endianness.
        core.Enter(ExceptionLevel.El0);
        Go(core, 6, 1, 0x100);
        Assert.NotEqual(loaded, core.State->X[ResultRegister]);
        core.Enter(ExceptionLevel.El1);
        for (int again = 0; again < 3; again++)
        {
            Go(core, 6, 1, 0x100);
            Assert.Equal(loaded, core.State->X[ResultRegister]);
        }
    }

    private static bool IsAllowed(uint access, ulong page)
    {
        bool store = !access.Bit(22) && !access.Bit(23);
        bool unprivileged = access.Bit(11);
        bool accesses = access.Bit(27) && !access.Bit(26) && !access.Bit(25);
        return !accesses || page switch
        {
            NotPresent => false,
            Both => true,
            El1Only => !unprivileged,
            ReadOnly => !store,
            _ => !store && !unprivileged,
        };
    }

    private static ulong At(int access) => (ulong)access * AfterBad;

    /// <summary>Runs one access a few times, then tells all that it may have changed. X10 is the syndrome of the last one that faulted, or 0.</summary>
    private static string Go(TestCore core, int access, ulong page, ulong offset, ulong instructions = 21)
    {
        core.State->X[1] = Data + (page * Page) + offset;
        core.State->X[10] = 0;
        core.State->Pc = TestCore.RamStart + At(access);
        core.Cluster.Run(instructions);
        string registers = string.Join(' ', new ReadOnlySpan<ulong>(core.State->X, 13).ToArray().Select(static x => x.ToString("x")));
        HashCode memory = default;
        memory.AddBytes(core.Read(Data, (int)(Page * (ulong)Pages.Length)));
        return $"{access} {page} {offset:x}: {core.State->Pc:x} {core.State->Spsr:x} {core.Cluster.Retired} {core.Clock.Now} {registers} {memory.ToHashCode():x}";
    }

    // For each access a loop that does it, counts in X2 and changes what it stores; the handler notes the syndrome and the address.
    private static TestCore Guest(int? translateAfter, ExceptionLevel level, ulong control)
    {
        TestCore core = new(translateAfter: translateAfter);
        for (int access = 0; access < Accesses.Length; access++)
        {
            core.Write(
                TestCore.RamStart + At(access),
                [
                    .. Accesses[access],
                    0x9100_0442, // ADD X2, X2, #1
                    0x8b02_0c63, // ADD X3, X3, X2, LSL #3
                    0x17ff_fffe - (uint)Accesses[access].Length, // B to the access
                ]);
        }

        for (ulong k = 0; k < Page * (ulong)Pages.Length; k += sizeof(uint))
        {
            core.Write(Data + k, (uint)(k * 0x9e37_79b9));
        }

        string at = level == ExceptionLevel.El2 ? "EL2" : "EL1";
        WriteHandler(core, at == "EL2" ? 0xd53c_5200u : 0xd538_5200, at == "EL2" ? 0xd53c_6000u : 0xd538_6000, at == "EL2" ? 0xd53c_4020u : 0xd538_4020,
            at == "EL2" ? 0xd51c_4020u : 0xd518_4020);
        WriteTables(core, bigEndian: (control & El1BigEndian) != 0);
        core.Set($"VBAR_{at}", Handler);
        core.Set($"MAIR_{at}", 0xff00);
        core.Set($"TTBR0_{at}", PageTables.Level1);
        core.Set($"TCR_{at}", at == "EL2" ? 32 | (2 << 16) : (2UL << 32) | (1 << 23) | 32);
        core.Set($"SCTLR_{at}", core.Get($"SCTLR_{at}") | Mmu | control);
        core.Enter(level);
        return core;
    }

    private static void WriteHandler(TestCore core, uint readSyndrome, uint readAddress, uint readReturn, uint writeReturn)
    {
        uint[] handler =
        [
            readSyndrome | 10,
            readAddress | 11,
            readReturn | 12,
            0x9100_118c, // ADD X12, X12, #4
            writeReturn | 12,
            0xd69f_03e0, // ERET
        ];
        core.Write(Handler + 0x200, handler);
        core.Write(Handler + 0x400, handler);
    }

    // Code: read-only for all, so that EL1 may execute it and EL0 may too. Data: as the table of pages says.
    private static void WriteTables(TestCore core, bool bigEndian)
    {
        const int CodePages = 16;
        ulong[] pages = new ulong[CodePages + Pages.Length];
        for (int page = 0; page < pages.Length; page++)
        {
            ulong permissions = page < CodePages ? ReadOnly : Pages[page - CodePages];
            pages[page] = permissions == NotPresent ? 0 : (TestCore.RamStart + ((ulong)page * Page)) | PageTables.PageDescriptor | permissions;
        }

        PageTables.Write(core, pages, bigEndian);
    }
}
