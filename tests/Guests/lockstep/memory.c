// Memory as programs see it: big-endian data of EL1 and EL0, exclusives and what ends them, code that writes code, DC ZVA,
// unaligned accesses, the upper range of addresses, tags.
#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UPPER 0xffffff8000000000ul

// All sizes of load and store at X0, then the bytes as X registers and a vector.
#define ALL_SIZES \
    "ldrb w3, [x0]\n ldrh w4, [x0]\n ldr w5, [x0]\n ldr x6, [x0]\n ldrsh x7, [x0]\n ldrsw x8, [x0]\n ldp w9, w10, [x0]\n" \
    "ldp x11, x12, [x0]\n ldur x13, [x0, #1]\n ldar x14, [x0]\n ldxr w15, [x0]\n ldxp x16, x17, [x0]\n" \
    "str x1, [x0, #64]\n strh w1, [x0, #80]\n str w1, [x0, #96]\n stp x1, x2, [x0, #112]\n stur x1, [x0, #131]\n stp w1, w2, [x0, #144]\n" \
    "ldr q0, [x0]\n str q0, [x0, #160]\n ld1 {v1.8h}, [x0]\n st1 {v1.4s}, [x1]\n mov x18, v0.d[0]\n mov x19, v0.d[1]\n" \
    "mov x20, v1.d[0]\n mov x21, v1.d[1]\n ldr d2, [x0, #4]\n fmov x22, d2\n ld2 {v3.4h, v4.4h}, [x0]\n mov x23, v3.d[0]\n mov x24, v4.d[0]\n" \
    "ld1r {v5.2s}, [x0]\n mov x25, v5.d[0]\n ldaxp w26, w27, [x0]\n"
STUB(stub_sizes, ALL_SIZES);
STUB(stub_exclusive, "ldxr x3, [x0]\n add x3, x3, #1\n stxr w4, x3, [x0]\n stxr w5, x3, [x0]\n ldr x6, [x0]");
STUB(stub_clrex, "ldaxr w3, [x0]\n clrex\n stlxr w4, w3, [x0]");
STUB(stub_load_exclusive, "ldxr x3, [x0]");
STUB(stub_store_exclusive, "stxr w4, x3, [x0]");
STUB(stub_pair, "ldxp x3, x4, [x0]\n stxp w5, x4, x3, [x0]\n ldp x6, x7, [x0]");
STUB(stub_zva, "dc zva, x0\n mrs x3, dczid_el0");
STUB(stub_modify, "str w1, [x0]\n dc cvau, x0\n dsb ish\n ic ivau, x0\n dsb ish\n isb\n mov x3, #0\n blr x0");
STUB(stub_loop, // writes its own next instruction in every round
     "mov x5, #5\n mov x3, #0\n adr x6, 2f\n ldr w7, [x6]\n"
     "1: add w7, w7, #0x400\n str w7, [x6]\n dc cvau, x6\n dsb ish\n ic ivau, x6\n dsb ish\n isb\n"
     "2: add x3, x3, #1\n subs x5, x5, #1\n b.ne 1b");
STUB(stub_two_pages, "br x0");
STUB(stub_load, "ldr x3, [x0]");
STUB(stub_registers, "mrs x3, ctr_el0\n mrs x4, dczid_el0\n mrs x5, tpidrro_el0\n msr tpidr_el0, x1\n mrs x6, tpidr_el0\n mrs x7, nzcv\n mrs x8, fpcr");

static void fill(void)
{
    for (u64 k = 0; k < 0x2000; k++)
        *(volatile u8 *)(AREA + k) = (u8)(k * 7 + 1);
}

static void registers(u32 first, u32 last)
{
    for (u32 n = first; n <= last; n++) {
        text(" ");
        hex(probe.x[n]);
    }
    text("\n");
}

static void bytes(u64 from, u64 count)
{
    for (u64 k = 0; k < count; k++) {
        text(k % 16 ? " " : "\n ");
        hex(*(volatile u8 *)(from + k));
    }
    text("\n");
}

static void endianness(void)
{
    static const struct {
        const char *name;
        u64 sctlr, pstate;
    } modes[] = {
        { "EL1 little", 0, EL1H }, { "EL1 big", 1ul << 25, EL1H }, { "EL0 little", 0, EL0T }, { "EL0 big", 1ul << 24, EL0T },
        { "EL0 little, EL1 big", 1ul << 25, EL0T },
    };
    for (u32 n = 0; n < COUNT(modes); n++) {
        u64 *level1 = el1_level1;
        fill();
        if (modes[n].sctlr >> 25 & 1) {
            // The walks of a big-endian EL1 read big-endian descriptors.
            level1 = (u64 *)(AREA + 0x100000);
            u64 *level2 = (u64 *)(AREA + 0x101000);
            for (u32 k = 0; k < 512; k++) {
                level1[k] = __builtin_bswap64(k == 1 ? (u64)level2 | TABLE : el1_level1[k]);
                level2[k] = __builtin_bswap64(el1_level2[k]);
            }
        }
        SET(ttbr0_el1, (u64)level1);
        SET(sctlr_el1, DEFAULT_SCTLR_EL1 | modes[n].sctlr);
        tlb_flush();
        run(modes[n].name, stub_sizes, modes[n].pstate, AREA, AREA + 0x1c0, 0x0123456789abcdef);
        registers(3, 27);
        bytes(AREA + 64, 160);
        bytes(AREA + 0x1c0, 16);
        text("across pages");
        run("", stub_load, modes[n].pstate, AREA + 0xffd, 0, 0);
        registers(3, 3);
    }
    SET(ttbr0_el1, (u64)el1_level1);
    SET(sctlr_el1, DEFAULT_SCTLR_EL1);
    tlb_flush();
}

static void exclusives(void)
{
    fill();
    run("exclusive", stub_exclusive, EL0T, AREA, 0, 0);
    registers(3, 6);
    run("clrex", stub_clrex, EL1H, AREA, 0, 0);
    registers(4, 4);
    run("pair", stub_pair, EL0T, AREA + 32, 0, 0);
    registers(3, 7);
    // An exception return ends it (DDI 0487, "Exclusive access instructions": ERET clears the local monitor).
    run("load", stub_load_exclusive, EL1H, AREA, 0, 0);
    run("store after a return", stub_store_exclusive, EL1H, AREA, 0, 0);
    registers(4, 4);
}

static void code(void)
{
    u32 *here = (u32 *)(AREA + 0x8000);
    // The block of the area is for data of both levels; code of EL1 must not be writable by EL0.
    el1_level2[8] &= ~AP_EL0;
    tlb_flush();
    here[1] = 0xd65f03c0;
    for (u32 n = 1; n < 5; n++) {
        run("modified", stub_modify, EL1H, (u64)here, 0xd2800003 | n << 5, 0);
        registers(3, 3);
    }
    // Code across two pages, the second of which is another one each time.
    u64 *level2 = table(), *level3 = table();
    el1_level1[2] = (u64)level2 | TABLE;
    level2[0] = (u64)level3 | TABLE;
    level3[0] = (AREA + 0x8000) | RAM_PAGE;
    *(volatile u32 *)(AREA + 0x8ffc) = 0xd2800023; // mov x3, #1
    for (u64 n = 0; n < 3; n++) {
        *(volatile u32 *)(AREA + 0x9000 + n * 0x1000) = (u32)(0x91000463 + (n << 10)); // add x3, x3, #n+1
        *(volatile u32 *)(AREA + 0x9004 + n * 0x1000) = 0xd4000001 | 0x7ff << 5;
    }
    DO("dsb sy\n ic iallu\n dsb sy\n isb");
    for (u64 n = 0; n < 4; n++) {
        level3[1] = n == 3 ? 0 : (AREA + 0x9000 + n * 0x1000) | RAM_PAGE;
        tlb_flush();
        run("two pages", stub_two_pages, EL1H, WINDOW + 0xffc, 0, 0);
        registers(3, 3);
    }
    el1_level2[8] |= AP_EL0;
    // The stub is in a read-only block: a second view of it may be written, and is executed.
    el1_level1[2] = 0x40000000 | BLOCK | AF | INNER | ATTR_NORMAL;
    tlb_flush();
    run("loop that writes itself", stub_loop - 0x40000000 + WINDOW, EL1H, 0, 0, 0);
    registers(3, 3);
    // Two views of one page of code, at two addresses: both see the change.
    here[0] = 0xd2800143;
    DO("dsb sy\n ic iallu\n dsb sy\n isb");
    for (u32 n = 0; n < 3; n++) {
        run("one view", stub_modify, EL1H, WINDOW + 0x1008000, 0xd2800003 | (n + 7) << 5, 0);
        registers(3, 3);
    }
}

static void ranges(void)
{
    u64 *upper = table(), *middle = table();
    upper[0] = (u64)middle | TABLE;
    middle[0] = AREA | BLOCK | AF | INNER | ATTR_NORMAL | AP_EL0;
    fill();
    SET(ttbr1_el1, (u64)upper);
    static const struct {
        const char *name;
        u64 tcr;
    } tcrs[] = { { "TTBR1 off", 0 }, { "TTBR1, 39 bits", 1 }, { "TTBR1, 64 KiB", 2 }, { "TBI1", 3 } };
    for (u32 n = 0; n < COUNT(tcrs); n++) {
        u64 tcr = DEFAULT_TCR_EL1 & ~(1ul << 23);
        tcr |= n == 0 ? 1ul << 23 : 25ul << 16 | 5ul << 24 | 3ul << 28 | (n == 2 ? 3ul : 2ul) << 30 | (n == 3 ? 1ul << 38 : 0);
        SET(tcr_el1, tcr);
        tlb_flush();
        text(tcrs[n].name);
        run(" first", stub_load, EL1H, UPPER, 0, 0);
        registers(3, 3);
        run("EL0", stub_load, EL0T, UPPER + 0x1000, 0, 0);
        run("next entry", stub_load, EL1H, UPPER + 0x200000, 0, 0);
        run("last byte", stub_load, EL1H, ~7ul, 0, 0);
        run("before the range", stub_load, EL1H, UPPER - 8, 0, 0);
        run("with a tag", stub_load, EL1H, UPPER ^ 0x5500000000000000, 0, 0);
        run("wraps", stub_load, EL1H, ~0ul - 3, 0, 0);
    }
    SET(tcr_el1, DEFAULT_TCR_EL1);
    SET(ttbr1_el1, 0);
    tlb_flush();
}

void program(void)
{
    el1_mmu_on();
    endianness();
    exclusives();
    fill();
    run("zva", stub_zva, EL0T, AREA + 100, 0, 0);
    registers(3, 3);
    bytes(AREA + 32, 128);
    code();
    ranges();
    run("registers", stub_registers, EL0T, 0, 0x5a5a, 0);
    registers(3, 8);
}
