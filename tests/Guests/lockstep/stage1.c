// Stage 1 faults: every level and kind, 4 KiB and 64 KiB granules, loads, stores, fetches and cache maintenance of EL1 and EL0.
#include "harness.h"

STUB(stub_load, "ldr x3, [x0]");
STUB(stub_load_unprivileged, "ldtr x3, [x0]");
STUB(stub_store, "str x3, [x0]");
STUB(stub_store_unprivileged, "sttr x3, [x0]");
STUB(stub_fetch, "br x0");
STUB(stub_clean, "dc cvac, x0");
STUB(stub_invalidate, "dc ivac, x0");
STUB(stub_zero, "dc zva, x0");
STUB(stub_instruction, "ic ivau, x0");
STUB(stub_exclusive, "ldxr x3, [x0]\n stxr w4, x3, [x0]");
STUB(stub_cross, "ldr x3, [x0, #-4]");
STUB(stub_cross_store, "str x3, [x0, #-4]");
STUB(stub_cross_pair, "stp x3, x4, [x0, #-8]");
STUB(stub_cross_vector, "ldr q0, [x0, #-8]");
STUB(stub_at, "at s1e1r, x0\n isb\n mrs x3, par_el1\n at s1e0w, x0\n isb\n mrs x4, par_el1");

typedef struct {
    const char *name;
    void *stub;
    u64 pstate;
} access;

static const access accesses[] = {
    { " EL1 load", stub_load, EL1H }, { " EL1 store", stub_store, EL1H }, { " EL1 fetch", stub_fetch, EL1H },
    { " EL1 ldtr", stub_load_unprivileged, EL1H }, { " EL1 sttr", stub_store_unprivileged, EL1H },
    { " EL1 exclusive", stub_exclusive, EL1H }, { " EL1 zva", stub_zero, EL1H },
    { " EL0 load", stub_load, EL0T }, { " EL0 store", stub_store, EL0T }, { " EL0 fetch", stub_fetch, EL0T }, { " EL0 zva", stub_zero, EL0T },
};

// For the oracle these do nothing (README.md): their lines begin with "~" and are compared with the document.
static const access maintenance[] = {
    { " EL1 clean", stub_clean, EL1H }, { " EL1 invalidate", stub_invalidate, EL1H }, { " EL1 ic", stub_instruction, EL1H },
    { " EL0 clean", stub_clean, EL0T }, { " EL0 ic", stub_instruction, EL0T },
};

static u64 window_byte = WINDOW;

static void some_accesses(const char *name, const access *list, u64 count, const char *mark)
{
    for (u64 k = 0; k < count; k++) {
        text(mark);
        text(name);
        run(list[k].name, list[k].stub, list[k].pstate, window_byte, 0, 0);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void all_accesses(const char *name)
{
    tlb_flush();
    some_accesses(name, accesses, COUNT(accesses), "");
    run_quietly(stub_at, EL1H, window_byte, 0, 0);
    text(name);
    line(" PAR of s1e1r", probe.x[3]);
    text(name);
    line(" PAR of s1e0w", probe.x[4]);
}

static const struct {
    const char *name;
    u64 set, clear;
} leaves[] = {
    { "all EL1", 0, 0 }, { "all EL0", AP_EL0, 0 }, { "read-only EL1", AP_RO, 0 }, { "read-only EL0", AP_RO | AP_EL0, 0 },
    { "no access flag", AP_EL0, AF }, { "UXN", AP_RO | AP_EL0 | UXN, 0 }, { "PXN", AP_RO | AP_EL0 | PXN, 0 }, { "invalid", 0, 1 },
    { "address over 36 bits", 1ul << 36 | AP_EL0, 0 }, { "address over 40 bits", 1ul << 40 | AP_EL0, 0 },
    { "no memory there", 0x800000000ul | AP_EL0, 0 }, { "contiguous", 1ul << 52 | AP_EL0, 0 },
};
static const struct {
    const char *name;
    u64 set;
} tables[] = {
    { "APTable no EL0", 1ul << 61 }, { "APTable read-only", 1ul << 62 }, { "UXNTable", 1ul << 60 }, { "PXNTable", 1ul << 59 },
    { "table over 36 bits", 1ul << 36 }, { "table without memory", 0x800000000ul },
};

// Something to execute and to load, on the page or block that the window shows.
static void fill(u64 address)
{
    volatile u32 *code = (u32 *)address;
    code[0] = 0xd503201f;
    code[1] = 0xd4000001 | 0x7ff << 5;
    DO("dsb sy\n ic iallu\n dsb sy\n isb");
}

static void level_leaves(const char *level, u64 *entry, u64 descriptor)
{
    for (u32 n = 0; n < COUNT(leaves); n++) {
        text(level);
        text(leaves[n].name);
        text("\n");
        *entry = (descriptor | leaves[n].set) & ~leaves[n].clear;
        all_accesses(leaves[n].name);
        fill(AREA);
    }
}

// Where the oracle does less than DDI 0487 says.
static void by_the_document(u64 *entry, u64 descriptor)
{
    for (u32 n = 0; n < COUNT(leaves); n++) {
        *entry = (descriptor | leaves[n].set) & ~leaves[n].clear;
        tlb_flush();
        some_accesses(leaves[n].name, maintenance, COUNT(maintenance), "~");
    }
    *entry = (descriptor | AP_EL0) & ~(ATTR_NORMAL * 7);
    tlb_flush();
    run("~device EL1 zva", stub_zero, EL1H, window_byte, 0, 0);
    run("~device EL0 zva", stub_zero, EL0T, window_byte, 0, 0);
    run("~device EL0 load", stub_load, EL0T, window_byte, 0, 0);
    run("~device EL0 load +4", stub_load, EL0T, window_byte + 4, 0, 0);
    run("~device EL1 store +1", stub_store, EL1H, window_byte + 1, 0, 0);
    run_quietly(stub_at, EL1H, window_byte, 0, 0);
    line("~device PAR of s1e1r", probe.x[3]);
}

static void level_tables(const char *level, u64 *entry)
{
    u64 good = *entry;
    for (u32 n = 0; n < COUNT(tables); n++) {
        text(level);
        text("\n");
        *entry = good | tables[n].set;
        all_accesses(tables[n].name);
        fill(AREA);
    }
    *entry = good;
}

static void granule_4k(void)
{
    u64 *level2 = table(), *level3 = table();
    text("4 KiB\n");
    level_leaves("level 1 ", &el1_level1[2], 0x40000000 | BLOCK | AF | INNER | ATTR_NORMAL);
    window_byte = WINDOW + 0x1000000; // the same byte of RAM through a block of 1 GiB
    level_leaves("level 1 in the middle ", &el1_level1[2], 0x40000000 | BLOCK | AF | INNER | ATTR_NORMAL);
    window_byte = WINDOW;
    el1_level1[2] = (u64)level2 | TABLE;
    level_leaves("level 2 ", &level2[0], AREA | BLOCK | AF | INNER | ATTR_NORMAL);
    level2[0] = (u64)level3 | TABLE;
    level_leaves("level 3 ", &level3[0], AREA | RAM_PAGE);
    by_the_document(&level3[0], AREA | RAM_PAGE);
    level3[0] = AREA | 1;
    all_accesses("level 3 reserved");
    level3[0] = AREA | RAM_PAGE | AP_EL0;
    level_tables("table at level 1", &el1_level1[2]);
    level_tables("table at level 2", &level2[0]);
    level3[0] = AREA | RAM_PAGE | AP_EL0;
    fill(AREA);

    text("two pages\n");
    level3[1] = (AREA + 0x1000) | RAM_PAGE | AP_EL0;
    window_byte = WINDOW + 0x1000;
    static const struct {
        const char *name;
        u64 first, second;
    } pairs[] = {
        { "both", 0, 0 }, { "second invalid", 0, 1 }, { "first invalid", 1, 0 }, { "both invalid", 1, 1 },
        { "second read-only", 0, AP_RO }, { "first read-only", AP_RO, 0 },
    };
    for (u32 n = 0; n < COUNT(pairs); n++) {
        level3[0] = (AREA | RAM_PAGE | AP_EL0) ^ pairs[n].first;
        level3[1] = ((AREA + 0x1000) | RAM_PAGE | AP_EL0) ^ pairs[n].second;
        tlb_flush();
        text(pairs[n].name);
        run(" load", stub_cross, EL0T, window_byte, 0, 0);
        text(pairs[n].name);
        run(" store", stub_cross_store, EL0T, window_byte, 0, 0);
        text(pairs[n].name);
        run(" pair", stub_cross_pair, EL1H, window_byte, 0, 0);
        text(pairs[n].name);
        run(" vector", stub_cross_vector, EL1H, window_byte, 0, 0);
    }
    window_byte = WINDOW;
    level3[0] = AREA | RAM_PAGE | AP_EL0;
}

static void controls(void)
{
    static const u64 addresses[] = { 0x8000000000, 0x7fffffffff8, 0xffffff8000000000, 0xffff800000000000, 0x1000000000000, 0xaa00000080000000ul, 0x5580000080000000ul };
    text("address ranges\n");
    for (u32 tbi = 0; tbi < 2; tbi++)
        for (u32 n = 0; n < COUNT(addresses); n++) {
            SET(tcr_el1, DEFAULT_TCR_EL1 | (tbi ? 3ul << 37 : 0));
            tlb_flush();
            text(tbi ? "TBI " : "");
            hex(addresses[n]);
            run(" load", stub_load, EL1H, addresses[n], 0, 0);
            text(tbi ? "TBI " : "");
            hex(addresses[n]);
            run(" fetch", stub_fetch, EL0T, addresses[n], 0, 0);
        }
    SET(tcr_el1, DEFAULT_TCR_EL1);
    // Write implies execute never, at EL1 and EL0; the page is writable to both.
    SET(sctlr_el1, DEFAULT_SCTLR_EL1 | 1ul << 19);
    all_accesses("WXN");
    SET(sctlr_el1, DEFAULT_SCTLR_EL1 & ~(1ul << 14 | 1ul << 26 | 1ul << 15));
    all_accesses("no UCI, UCT, DZE");
    SET(sctlr_el1, DEFAULT_SCTLR_EL1);
    SET(hcr_el2, DEFAULT_HCR | 1ul << 28);
    all_accesses("HCR_EL2.TDZ");
    SET(hcr_el2, DEFAULT_HCR | 1ul << 23 | 1ul << 24);
    some_accesses("HCR_EL2.TPC, TPU", maintenance, COUNT(maintenance), "");
    SET(hcr_el2, DEFAULT_HCR);
}

static void granule_64k(void)
{
    u64 *level2 = (u64 *)(AREA + 0x100000), *level3 = (u64 *)(AREA + 0x110000), *code = (u64 *)(AREA + 0x120000);
    for (u32 k = 0; k < 8192; k++)
        level2[k] = level3[k] = code[k] = 0;
    text("64 KiB\n");
    level2[2] = (u64)code | TABLE;
    for (u64 k = 0; k < 32; k++)
        code[0x20 + k] = (CODE_BLOCK + k * 0x10000) | PAGE | AF | INNER | ATTR_NORMAL | AP_RO | AP_EL0;
    SET(ttbr0_el1, (u64)level2);
    SET(tcr_el1, DEFAULT_TCR_EL1 | 1ul << 14);
    window_byte = WINDOW + 0x1000000;
    level_leaves("level 2 ", &level2[4], 0x40000000 | BLOCK | AF | INNER | ATTR_NORMAL);
    window_byte = WINDOW;
    level2[4] = (u64)level3 | TABLE;
    level_leaves("level 3 ", &level3[0], AREA | RAM_PAGE);
    level3[0] = AREA | RAM_PAGE | AP_EL0;
    level_tables("table at level 2", &level2[4]);
    SET(ttbr0_el1, (u64)el1_level1);
    SET(tcr_el1, DEFAULT_TCR_EL1);
    tlb_flush();
}

void program(void)
{
    el1_mmu_on();
    fill(AREA);
    fill(0x40000000);
    granule_4k();
    controls();
    granule_64k();
}
