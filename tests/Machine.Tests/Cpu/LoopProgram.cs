using System.Collections.Generic;
using System.Linq;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>A loop, and what registers hold before it. Words are assembled by GNU as 2.40.</summary>
internal sealed record LoopProgram(string Name, uint[] Words, Dictionary<int, ulong> Registers)
{
    private const ulong Data = LoopGuest.Data;

    public static IReadOnlyList<LoopProgram> All { get; } =
    [
        new(
            "flags are read behind a load",
            [
                0x38401420, // ldrb w0, [x1], #1
                0x4a020000, // eor w0, w0, w2
                0xeb01009f, // cmp x4, x1
                0x92401c00, // and x0, x0, #0xff
                0xb8607860, // ldr w0, [x3, x0, lsl #2]
                0x4a422002, // eor w2, w0, w2, lsr #8
                0x54ffff41, // b.ne -24
                0x14000000, // b .
            ],
            new() { [1] = Data + 8, [2] = 0xffff_ffff, [3] = Data + 0x400, [4] = Data + 48 }),
        new(
            "a loop in a loop, and branches forward in both",
            [
                0xb9400024, // ldr w4, [x1]
                0x2a0503e6, // mov w6, w5
                0x6b07009f, // cmp w4, w7
                0x54000163, // b.lo +44
                0x6b0500ff, // cmp w7, w5
                0x54000082, // b.hs +16
                0xb85fcc46, // ldr w6, [x2, #-4]!
                0x6b0700df, // cmp w6, w7
                0x54ffffc8, // b.hi -8
                0xeb02003f, // cmp x1, x2
                0x540000c2, // b.hs +24
                0xb9000026, // str w6, [x1]
                0xb81fc444, // str w4, [x2], #-4
                0xb9400045, // ldr w5, [x2]
                0x91001021, // add x1, x1, #4
                0x17fffff1, // b -60
                0x14000000, // b .
            ],
            new() { [1] = Data, [2] = Data + 0x80, [5] = 0xf000_0000, [7] = 0x8000_0000 }),
        new(
            "flags live across the branch back",
            [
                0xba010000, // adcs x0, x0, x1
                0xba0000a5, // adcs x5, x5, x0
                0xd1000442, // sub x2, x2, #1
                0xf9400066, // ldr x6, [x3]
                0xb5ffff82, // cbnz x2, -16
                0x14000000, // b .
            ],
            new() { [0] = 0x9000_0000_0000_0000, [1] = 0xf000_0000_0000_0001, [2] = 30, [3] = Data }),
        new(
            "flags live across the branch back, and read first",
            [
                0x9a853484, // csinc x4, x4, x5, lo
                0xf1000c42, // subs x2, x2, #3
                0xfa418044, // ccmp x2, x1, #4, hi
                0x54ffffa1, // b.ne -12
                0x14000000, // b .
            ],
            new() { [1] = 7, [2] = 100 }),
        new(
            "more registers than stay in the host's, exchanged",
            [
                0xaa0003e9, // mov x9, x0
                0xaa0103e0, // mov x0, x1
                0xaa0203e1, // mov x1, x2
                0xaa0303e2, // mov x2, x3
                0xaa0403e3, // mov x3, x4
                0xaa0503e4, // mov x4, x5
                0xaa0603e5, // mov x5, x6
                0xaa0703e6, // mov x6, x7
                0xaa0803e7, // mov x7, x8
                0x91000528, // add x8, x9, #1
                0xf100054a, // subs x10, x10, #1
                0x54fffea1, // b.ne -44
                0x14000000, // b .
            ],
            new() { [10] = 12 }),
        new(
            "an instruction of the interpreter in the loop, a constant in a register that stays",
            [
                0xd2800063, // mov x3, #3
                0xf8207825, // str x5, [x1, x0, lsl #3]
                0x8b0300a5, // add x5, x5, x3
                0xf1000463, // subs x3, x3, #1
                0x54ffffc1, // b.ne -8
                0x36080065, // tbz w5, #1, +12
                0x9b047ca5, // mul x5, x5, x4
                0xd53b0026, // mrs x6, ctr_el0
                0x924008a0, // and x0, x5, #7
                0xd1000442, // sub x2, x2, #1
                0xb5fffec2, // cbnz x2, -40
                0x14000000, // b .
            ],
            new() { [0] = 0, [1] = Data, [2] = 8, [4] = 3, [5] = 1 }),
        new(
            "a store faults in the middle of the fifth time",
            [
                0xb8404420, // ldr w0, [x1], #4
                0x2b000084, // adds w4, w4, w0
                0xb8004464, // str w4, [x3], #4
                0xf1000442, // subs x2, x2, #1
                0x54ffff81, // b.ne -16
                0x14000000, // b .
            ],
            new() { [1] = Data, [2] = 100, [3] = LoopGuest.Hole - 16 }),
        new(
            "the loop changes its first instruction each time",
            [
                0x91000400, // add x0, x0, #1
                0x4a060084, // eor w4, w4, w6
                0xb90000a4, // str w4, [x5]
                0xf94000a7, // ldr x7, [x5]
                0xd1000442, // sub x2, x2, #1
                0xb5ffff62, // cbnz x2, -20
                0x14000000, // b .
            ],
            new() { [0] = 0, [2] = 20, [4] = 0x91000400, [5] = LoopGuest.Code, [6] = 0x0000_0c00 }),
        new(
            "vectors, and a way out in the middle",
            [
                0x4ea18400, // add v0.4s, v0.4s, v1.4s
                0x3cc10421, // ldr q1, [x1], #16
                0x1e632842, // fadd d2, d2, d3
                0x1e642040, // fcmp d2, d4
                0x5400008c, // b.gt +16
                0x3c810460, // str q0, [x3], #16
                0xf1000442, // subs x2, x2, #1
                0x54ffff21, // b.ne -28
                0x14000000, // b .
            ],
            new() { [1] = Data, [2] = 30, [3] = Data + 0x1000 }),
        new(
            "unaligned accesses, down over the end of a page that is not mapped",
            [
                0xf85fdc20, // ldr x0, [x1, #-3]!
                0xf9000060, // str x0, [x3]
                0x91000463, // add x3, x3, #1
                0xd1000442, // sub x2, x2, #1
                0xb5ffff82, // cbnz x2, -16
                0x14000000, // b .
            ],
            new() { [1] = LoopGuest.Hole + 0x1018, [2] = 100, [3] = Data + 0xff0 }),
        new(
            "pairs of a stack that is not aligned, down over the end of a page that is not mapped",
            [
                0xa9ff13e0, // ldp x0, x4, [sp, #-16]!
                0xa8810064, // stp x4, x0, [x3], #16
                0xa9401be5, // ldp x5, x6, [sp]
                0xd1000442, // sub x2, x2, #1
                0xb5ffff82, // cbnz x2, -16
                0x14000000, // b .
            ],
            new() { [2] = 100, [3] = Data, [31] = LoopGuest.Hole + 0x10a8 }),
        new(
            "what was loaded is stored again, up to a page that is not mapped",
            [
                0xb8637820, // ldr w0, [x1, x3, lsl #2]
                0x11001400, // add w0, w0, #5
                0x4a000084, // eor w4, w4, w0
                0xb8237820, // str w0, [x1, x3, lsl #2]
                0x91000463, // add x3, x3, #1
                0xf1000442, // subs x2, x2, #1
                0x54ffff41, // b.ne -24
                0x14000000, // b .
            ],
            new() { [1] = LoopGuest.Hole - 0x100, [2] = 100, [3] = 0x30 }),
        new(
            "a loop that loads its first instruction and stores it again",
            [
                0x91000400, // add x0, x0, #1
                0xb94000a4, // ldr w4, [x5]
                0x4a060084, // eor w4, w4, w6
                0xb90000a4, // str w4, [x5]
                0xd1000442, // sub x2, x2, #1
                0xb5ffff62, // cbnz x2, -20
                0x14000000, // b .
            ],
            new() { [0] = 0, [2] = 20, [5] = LoopGuest.Code, [6] = 0x0000_0c00 }),
        new(
            "many registers between a load and a store of the same place, not aligned, over the end of a page that is not mapped",
            [
                0xf9400429, // ldr x9, [x1, #8]
                0xeb07013f, // cmp x9, x7
                0x8b030120, // add x0, x9, x3
                0x8b000084, // add x4, x4, x0
                0xca0400a5, // eor x5, x5, x4
                0xcb0500c6, // sub x6, x6, x5
                0x9b0a7cc8, // mul x8, x6, x10
                0xaa0c010b, // orr x11, x8, x12
                0x8a0e016d, // and x13, x11, x14
                0x8b1001af, // add x15, x13, x16
                0x8b1201f1, // add x17, x15, x18
                0x8b090229, // add x9, x17, x9
                0x9a803673, // csinc x19, x19, x0, lo
                0xf9000429, // str x9, [x1, #8]
                0x39402034, // ldrb w20, [x1, #8]
                0x0b000294, // add w20, w20, w0
                0x39002034, // strb w20, [x1, #8]
                0xd1000c21, // sub x1, x1, #3
                0xd1000442, // sub x2, x2, #1
                0xb5fffda2, // cbnz x2, -76
                0x14000000, // b .
            ],
            new() { [1] = LoopGuest.Hole + 0x1008, [2] = 100 }),
    ];

    public static LoopProgram Named(string name) => All.Single(program => program.Name == name);

    public override string ToString() => Name;
}
