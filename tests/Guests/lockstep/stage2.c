// Stage 2 faults: every level and kind, on accesses and on walks of stage 1; concatenated tables, 4 KiB and 64 KiB granules;
// the syndrome of every kind of load and store.
#include "harness.h"

#define IPA_WINDOW 0x100000000ul // what stage 2 maps to AREA, or not
#define S2_NORMAL (0xful << 2)
#define S2_DEVICE (0x1ul << 2)
#define S2_READ (1ul << 6)
#define S2_WRITE (2ul << 6)
#define S2_XN (1ul << 54)
#define S2_RAM (AF | INNER | S2_NORMAL | S2_READ | S2_WRITE)
#define VTCR(t0sz, sl0, ps, tg0) (0x80003500ul | (t0sz) | (sl0) << 6 | (ps) << 16 | (tg0) << 14)
#define COUNT(array) (sizeof(array) / sizeof *(array))

STUB(stub_load, "ldr x3, [x0]");
STUB(stub_store, "str x3, [x0]");
STUB(stub_fetch, "br x0");
STUB(stub_zero, "dc zva, x0");
STUB(stub_exclusive, "ldxr x3, [x0]\n stxr w4, x3, [x0]");
STUB(stub_at_s12e1r, "at s12e1r, x0\n isb\n mrs x3, par_el1");
STUB(stub_at_s12e0w, "at s12e0w, x0\n isb\n mrs x3, par_el1");
STUB(stub_at, "at s1e1r, x0\n isb\n mrs x3, par_el1");

static const struct {
    const char *name;
    void *stub;
    u64 pstate;
} accesses[] = {
    { " EL1 load", stub_load, EL1H }, { " EL1 store", stub_store, EL1H }, { " EL1 fetch", stub_fetch, EL1H },
    { " EL1 exclusive", stub_exclusive, EL1H }, { " EL1 zva", stub_zero, EL1H },
    { " EL0 load", stub_load, EL0T }, { " EL0 store", stub_store, EL0T }, { " EL0 fetch", stub_fetch, EL0T },
};

static const char *mark = "";

static void translation(const char *name, const char *operation, void *stub, u64 pstate, u64 va)
{
    text(mark);
    text(name);
    run(operation, stub, pstate, va, 0, 0);
    if (ended()) {
        text(mark);
        text(name);
        text(operation);
        line(" PAR", probe.x[3]);
    }
}

static void all_accesses(const char *name, u64 va)
{
    tlb_flush();
    for (u32 k = 0; k < COUNT(accesses); k++) {
        text(mark);
        text(name);
        run(accesses[k].name, accesses[k].stub, accesses[k].pstate, va, 0, 0);
    }
    translation(name, " at s12e1r", stub_at_s12e1r, EL2H, va);
    translation(name, " at s12e0w", stub_at_s12e0w, EL2H, va);
    translation(name, " at s1e1r", stub_at, EL1H, va);
}

static const struct {
    const char *name;
    u64 set, clear;
} leaves[] = {
    { "good", 0, 0 }, { "invalid", 0, 1 }, { "no access flag", 0, AF }, { "read-only", 0, S2_WRITE }, { "write-only", 0, S2_READ },
    { "no access", 0, S2_READ | S2_WRITE }, { "XN", S2_XN, 0 }, { "read-only XN", S2_XN, S2_WRITE },
    { "address over 40 bits", 1ul << 40, 0 }, { "address over 44 bits", 1ul << 44, 0 }, { "no memory there", 0x800000000ul, 0 },
    { "non-cacheable", 0, 0xaul << 2 },
};

static void fill(u64 address)
{
    volatile u32 *code = (u32 *)address;
    for (u32 k = 0; k < 2; k++, code += 0x1000 / 4) {
        code[0] = 0xd503201f;
        code[1] = 0xd4000001 | 0x7ff << 5;
    }
    DO("dsb sy\n ic iallu\n dsb sy\n isb");
}

static void level_leaves(const char *level, u64 *entry, u64 descriptor, u64 va)
{
    for (u32 n = 0; n < COUNT(leaves); n++) {
        text(level);
        text(leaves[n].name);
        text("\n");
        *entry = (descriptor | leaves[n].set) & ~leaves[n].clear;
        fill(AREA);
        all_accesses(leaves[n].name, va);
    }
    *entry = descriptor;
}

static u64 *level1; // two concatenated tables

static void stage2_on(u64 vtcr, u64 *root)
{
    SET(vtcr_el2, vtcr);
    SET(vttbr_el2, (u64)root | 5ul << 48);
    SET(hcr_el2, DEFAULT_HCR | 1);
    tlb_flush();
}

#define OTHER_AREA (AREA + 0x200000)

// Tables of stage 1 in the window of stage 2: the walk itself is what faults, at its level 2 or 3. The oracle reports the level of
// stage 1 (README.md), so that only the second is compared with it.
static void walks_of_stage1(u64 *entry, u64 descriptor)
{
    u64 *in_window = (u64 *)AREA, *middle = table(), saved = el1_level1[2];
    fill(OTHER_AREA);
    for (u32 level = 2; level <= 3; level++) {
        middle[0] = IPA_WINDOW | TABLE;
        el1_level1[2] = level == 3 ? (u64)middle | TABLE : IPA_WINDOW | TABLE;
        mark = level == 2 ? "~" : "";
        for (u32 n = 0; n < COUNT(leaves); n++) {
            in_window[0] = OTHER_AREA | (level == 3 ? PAGE : BLOCK) | AF | INNER | ATTR_NORMAL | AP_EL0;
            *entry = (descriptor | leaves[n].set) & ~leaves[n].clear;
            text(mark);
            text("walk at level ");
            hex(level);
            text(" ");
            text(leaves[n].name);
            text("\n");
            all_accesses(leaves[n].name, WINDOW);
        }
    }
    mark = "";
    *entry = descriptor;
    el1_level1[2] = saved;
}

static void flat_stage1_off(void)
{
    // VA is IPA: addresses that only stage 2 knows, and addresses beyond what it can.
    static const u64 beyond[] = { 1ul << 40, 0x7ffffffff8ul, 1ul << 44, 1ul << 36 };
    SET(sctlr_el1, DEFAULT_SCTLR_EL1 & ~1ul);
    for (u32 n = 0; n < COUNT(beyond); n++) {
        text("stage 1 off, IPA ");
        hex(beyond[n]);
        text("\n");
        tlb_flush();
        run(" EL1 load", stub_load, EL1H, beyond[n], 0, 0);
        run(" EL1 store", stub_store, EL1H, beyond[n], 0, 0);
        run(" EL1 fetch", stub_fetch, EL1H, beyond[n], 0, 0);
    }
}

#define SYNDROMES(X) \
    X(ldrb, "ldrb w5, [x0]") X(ldrsb_w, "ldrsb w6, [x0]") X(ldrsb_x, "ldrsb x7, [x0]") X(ldrh, "ldrh w8, [x0]") \
    X(ldrsh_w, "ldrsh w9, [x0, #2]") X(ldrsh_x, "ldrsh x10, [x0]") X(ldr_w, "ldr w11, [x0]") X(ldrsw, "ldrsw x12, [x0]") \
    X(ldr_x, "ldr x30, [x0]") X(ldr_xzr, "ldr xzr, [x0]") X(strb, "strb w13, [x0]") X(strh, "strh wzr, [x0]") \
    X(str_w, "str w14, [x0, #4]") X(str_x, "str x15, [x0]") X(ldur, "ldur x3, [x0, #1]") X(stur, "stur w3, [x0, #3]") \
    X(ldtr, "ldtr x4, [x0]") X(sttr, "sttr w4, [x0]") X(ldr_register, "ldr x5, [x0, x1]") X(str_register, "str x5, [x0, w1, uxtw]") \
    X(ldr_pre, "ldr x6, [x0, #8]!") X(ldr_post, "ldr x6, [x0], #8") X(str_pre, "str w6, [x0, #-4]!") X(strb_post, "strb w6, [x0], #1") \
    X(ldp, "ldp x7, x8, [x0]") X(stp, "stp w7, w8, [x0]") X(ldnp, "ldnp x7, x8, [x0]") X(ldpsw, "ldpsw x7, x8, [x0]") \
    X(ldar, "ldar x9, [x0]") X(ldarb, "ldarb w9, [x0]") X(stlr, "stlr w9, [x0]") X(stlrh, "stlrh w9, [x0]") \
    X(ldxr, "ldxr x9, [x0]") X(ldaxr, "ldaxr w9, [x0]") X(ldxp, "ldxp x9, x10, [x0]") X(ldr_q, "ldr q0, [x0]") X(str_d, "str d0, [x0]") \
    X(ldr_b, "ldr b0, [x0]") X(ldp_q, "ldp q0, q1, [x0]") X(ld1, "ld1 {v0.16b}, [x0]") X(st4, "st4 {v0.8b-v3.8b}, [x0]") \
    X(dc_zva, "dc zva, x0") X(cross, "ldr x5, [x0, #-4]") X(cross_store, "str x5, [x0, #-4]")

#define DEFINE(name, code) STUB(syndrome_##name, code);
SYNDROMES(DEFINE)
static const struct {
    const char *name;
    void *stub;
} syndromes[] = {
#define ROW(name, code) { #name, syndrome_##name },
    SYNDROMES(ROW)
};

static void all_syndromes(const char *what, u64 va)
{
    for (u32 n = 0; n < COUNT(syndromes); n++) {
        text(what);
        run(syndromes[n].name, syndromes[n].stub, EL1H, va, 0, 0);
        text(what);
        run(syndromes[n].name, syndromes[n].stub, EL0T, va, 0, 0);
        line(" x0", probe.x[0]);
    }
}

static void granule_4k(void)
{
    u64 *level2 = table(), *level3 = table();
    for (u64 k = 0; k < 1024; k++)
        level1[k] = k << 30 | BLOCK | S2_RAM;
    level1[0] = BLOCK | AF | S2_DEVICE | S2_READ | S2_WRITE;
    stage2_on(VTCR(24ul, 1ul, 2ul, 0ul), level1);
    level_leaves("stage 2 level 1 ", &level1[4], 0x40000000 | BLOCK | S2_RAM, WINDOW + 0x1000000);
    level1[4] = (u64)level2 | TABLE;
    level_leaves("stage 2 level 2 ", &level2[8], AREA | BLOCK | S2_RAM, WINDOW + 0x1000000);
    level2[8] = (u64)level3 | TABLE;
    level_leaves("stage 2 level 3 ", &level3[0], AREA | PAGE | S2_RAM, WINDOW + 0x1000000);
    level3[0] = AREA | 1;
    all_accesses("stage 2 level 3 reserved", WINDOW + 0x1000000);
    level3[0] = AREA | PAGE | S2_RAM;
    level1[4] = 1ul << 40 | (u64)level2 | TABLE;
    all_accesses("stage 2 table over 40 bits", WINDOW + 0x1000000);
    level1[4] = (u64)level2 | TABLE;

    level3[1] = 0;
    all_syndromes("ISV ", WINDOW + 0x1001000);
    level3[1] = (AREA + 0x1000) | PAGE | (S2_RAM & ~S2_WRITE);
    level3[0] = AREA | PAGE | (S2_RAM & ~S2_WRITE);
    tlb_flush();
    all_syndromes("read-only ", WINDOW + 0x1001000);

    level2[0] = (u64)level3 | TABLE;
    walks_of_stage1(&level3[0], AREA | PAGE | S2_RAM);
    // A walk in memory that stage 2 says is Device: HCR_EL2.PTW makes that a permission fault.
    level3[0] = AREA | PAGE | AF | S2_DEVICE | S2_READ | S2_WRITE;
    u64 *in_window = (u64 *)AREA;
    in_window[0] = OTHER_AREA | BLOCK | AF | INNER | ATTR_NORMAL | AP_EL0;
    el1_level1[2] = IPA_WINDOW | TABLE;
    tlb_flush();
    all_accesses("walk in Device", WINDOW);
    SET(hcr_el2, DEFAULT_HCR | 1 | 1 << 2);
    mark = "~"; // level 2 of stage 1 again
    all_accesses("walk in Device, PTW", WINDOW);
    mark = "";
    SET(hcr_el2, DEFAULT_HCR | 1);
    flat_stage1_off();
        SET(hcr_el2, DEFAULT_HCR | 1 | 1 << 12);
    tlb_flush();
    run("DC load", stub_load, EL1H, AREA, 0, 0);
    SET(sctlr_el1, DEFAULT_SCTLR_EL1);
    run("DC load of the window", stub_load, EL1H, WINDOW, 0, 0);
}

static void granule_64k(void)
{
    u64 *root = (u64 *)(AREA + 0x100000), *level3 = (u64 *)(AREA + 0x120000);
    for (u32 k = 0; k < 8192; k++)
        root[k] = level3[k] = 0;
    text("64 KiB\n");
    SET(hcr_el2, DEFAULT_HCR);
    el1_mmu_on();
    el1_level1[2] = IPA_WINDOW | BLOCK | AF | INNER | ATTR_NORMAL;
    el1_level1[3] = (IPA_WINDOW + 0x40000000) | BLOCK | AF | INNER | ATTR_NORMAL;
    for (u64 k = 0; k < 8; k++)
        root[k] = k << 29 | BLOCK | S2_RAM;
    root[0] = BLOCK | AF | S2_DEVICE | S2_READ | S2_WRITE;
    stage2_on(VTCR(30ul, 1ul, 2ul, 1ul), root); // 34 bits of IPA, level 2
    level_leaves("stage 2 level 2 ", &root[8], 0x40000000 | BLOCK | S2_RAM, WINDOW + 0x1000000);
    root[8] = (u64)level3 | TABLE;
    level_leaves("stage 2 level 3 ", &level3[0x100], AREA | PAGE | S2_RAM, WINDOW + 0x1000000);
    el1_level1[2] = 0x400000000 | BLOCK | AF | INNER | ATTR_NORMAL;
    all_accesses("IPA over 34 bits", WINDOW);
}

static void sizes(void)
{
    // Starting level and size that do not fit each other: level 0 translation faults (DDI 0487, VTCR_EL2).
    static const u64 pairs[][2] = { { 24, 0 }, { 34, 0 }, { 24, 2 }, { 16, 2 }, { 33, 1 }, { 25, 1 }, { 36, 0 }, { 24, 3 }, { 40, 0 }, { 20, 1 } };
    SET(hcr_el2, DEFAULT_HCR);
    el1_mmu_on();
    for (u32 n = 0; n < COUNT(pairs); n++) {
        // The oracle has level 1 in the syndrome (README.md).
        text("~T0SZ ");
        hex(pairs[n][0]);
        text(" SL0 ");
        hex(pairs[n][1]);
        text("\n");
        stage2_on(VTCR(pairs[n][0], pairs[n][1], 2ul, 0ul), level1);
        mark = "~";
        translation("", "", stub_at_s12e1r, EL2H, 0x40000000);
    }
    SET(hcr_el2, DEFAULT_HCR);
}

void program(void)
{
    level1 = (u64 *)(AREA + 0x80000);
    el1_mmu_on();
    el1_level1[2] = IPA_WINDOW | BLOCK | AF | INNER | ATTR_NORMAL | AP_EL0;
    fill(AREA);
    granule_4k();
    granule_64k();
    sizes();
}
