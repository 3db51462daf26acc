// What TLBI promises (DDI 0487, TLB maintenance requirements): with break-before-make, after TLBI and DSB the new mapping is
// seen; global entries are every ASID's; an ASID and a VMID see their own. Nothing is said about entries that may or may not be kept.
#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define IPA_WINDOW 0x100000000ul
#define S2_RAM (AF | INNER | (0xful << 2) | (3ul << 6))

STUB(stub_load, "ldr x3, [x0]");
STUB(stub_fetch, "blr x0");

// TLBI at EL1, by the register X1 and for the address in X0; the loads before it fill the TLB.
#define TLBI_EL1(X) \
    X(vmalle1, "tlbi vmalle1") X(vae1, "tlbi vae1, x2") X(aside1, "tlbi aside1, x2") X(vaae1, "tlbi vaae1, x2") X(vale1, "tlbi vale1, x2") \
    X(vaale1, "tlbi vaale1, x2") X(vmalle1is, "tlbi vmalle1is") X(vae1is, "tlbi vae1is, x2") X(aside1is, "tlbi aside1is, x2") \
    X(vaae1is, "tlbi vaae1is, x2") X(vale1is, "tlbi vale1is, x2") X(vaale1is, "tlbi vaale1is, x2")
#define TLBI_EL2(X) \
    X(alle1, "tlbi alle1") X(alle1is, "tlbi alle1is") X(vmalls12e1, "tlbi vmalls12e1") X(vmalls12e1is, "tlbi vmalls12e1is")
#define BREAK "mov x9, x3\n ldr x4, [x0]\n str xzr, [x1]\n dsb ishst\n"
#define MAKE "\n dsb ish\n isb\n str x9, [x1]\n dsb ishst\n isb\n ldr x5, [x0]"
#define DEFINE(name, code) STUB(stub_##name, BREAK code MAKE);
TLBI_EL1(DEFINE)
TLBI_EL2(DEFINE)
#define DEFINE_FAULT(name, code) STUB(fault_##name, "ldr x4, [x0]\n str xzr, [x1]\n dsb ishst\n" code "\n dsb ish\n isb\n ldr x5, [x0]");
TLBI_EL1(DEFINE_FAULT)

static const struct {
    const char *name;
    void *stub, *fault;
} el1_forms[] = {
#define ROW(name, code) { #name, stub_##name, fault_##name },
    TLBI_EL1(ROW)
};
static const struct {
    const char *name;
    void *stub;
} el2_forms[] = {
#define ROW2(name, code) { #name, stub_##name },
    TLBI_EL2(ROW2)
};

static u64 *level2, *level3;

static void mark_pages(void)
{
    for (u64 k = 0; k < 8; k++) {
        *(volatile u64 *)(AREA + k * 0x1000) = 0xa0 + k;
        *(volatile u64 *)(AREA + k * 0x1000 + 16) = 0xd65f03c0d2800000ul | (k + 1) << 5; // mov x0, #k+1; ret
    }
    DO("dsb sy\n ic iallu\n dsb sy\n isb");
}

// x[3] goes in by hand: the stub wants the new descriptor there.
static void form(const char *name, void *stub, u64 va, u64 *entry, u64 to, u64 operand)
{
    for (u64 n = 4; n < 31; n++)
        probe.x[n] = 0;
    probe.x[0] = va;
    probe.x[1] = (u64)entry;
    probe.x[2] = operand;
    probe.x[3] = to;
    probe.pc = (u64)stub;
    probe.spsr = EL1H;
    void enter(struct probe *);
    enter(&probe);
    text(name);
    text(ended() ? ": " : " did not end: ");
    hex(probe.x[4]);
    text(" then ");
    hex(probe.x[5]);
    text("\n");
}

static u64 seen(u64 va)
{
    run_quietly(stub_load, EL1H, va, 0, 0);
    return ended() ? probe.x[3] : 0xfa;
}

static void by_every_form(void)
{
    static const struct {
        const char *name;
        u64 attributes;
    } kinds[] = { { "global", 0 }, { "not global", NG } };
    for (u32 k = 0; k < COUNT(kinds); k++)
        for (u32 n = 0; n < COUNT(el1_forms); n++) {
            u64 asid = 7;
            SET(ttbr0_el1, (u64)el1_level1 | asid << 48);
            level3[0] = AREA | RAM_PAGE | kinds[k].attributes;
            tlb_flush();
            // By ASID only what is not global goes away.
            if ((n == 2 || n == 8) && k == 0)
                continue;
            text(kinds[k].name);
            text(" tlbi ");
            form(el1_forms[n].name, el1_forms[n].stub, WINDOW, &level3[0], (AREA + 0x1000) | RAM_PAGE | kinds[k].attributes, asid << 48 | WINDOW >> 12);
            level3[0] = AREA | RAM_PAGE | kinds[k].attributes;
            tlb_flush();
            text(kinds[k].name);
            text(" fault after ");
            run(el1_forms[n].name, el1_forms[n].fault, EL1H, WINDOW, (u64)&level3[0], asid << 48 | WINDOW >> 12);
        }
    for (u32 n = 0; n < COUNT(el1_forms); n++) {
        // A table entry and a block at level 2: not by the forms for the last level of a table only.
        level2[1] = (AREA + 0) | BLOCK | AF | INNER | ATTR_NORMAL | NG;
        tlb_flush();
        text("block tlbi ");
        form(el1_forms[n].name, el1_forms[n].stub, WINDOW + 0x201000, &level2[1], 0x41200000 | BLOCK | AF | INNER | ATTR_NORMAL | NG,
             7ul << 48 | (WINDOW + 0x201000) >> 12);
    }
    SET(ttbr0_el1, (u64)el1_level1);
}

// A second set of tables for another ASID: shared where global, separate where not.
static void address_spaces(void)
{
    u64 *other1 = table(), *other2 = table(), *other3 = table();
    for (u32 k = 0; k < 512; k++)
        other1[k] = el1_level1[k];
    other1[2] = (u64)other2 | TABLE;
    other2[0] = (u64)other3 | TABLE;
    for (u64 k = 0; k < 4; k++) {
        level3[k] = (AREA + k * 0x1000) | RAM_PAGE | NG;
        other3[k] = (AREA + (k + 4) * 0x1000) | RAM_PAGE | NG;
    }
    tlb_flush();
    for (u32 round = 0; round < 3; round++)
        for (u64 k = 0; k < 4; k++) {
            SET(ttbr0_el1, (u64)el1_level1 | 1ul << 48);
            line("ASID 1", seen(WINDOW + k * 0x1000));
            SET(ttbr0_el1, (u64)other1 | 2ul << 48);
            line("ASID 2", seen(WINDOW + k * 0x1000));
        }
    // Other tables without another ASID: after TLBI of that ASID they are what is walked.
    SET(ttbr0_el1, (u64)other1 | 1ul << 48);
    DO("dsb ishst");
    __asm__ volatile("tlbi aside1, %0\n dsb ish\n isb" : : "r"(1ul << 48));
    line("ASID 1 with the tables of 2", seen(WINDOW));
    SET(ttbr0_el1, (u64)other1 | 2ul << 48);
    line("ASID 2 still", seen(WINDOW));
    // A1: the ASID of TTBR1 counts.
    SET(tcr_el1, DEFAULT_TCR_EL1 | 1ul << 22);
    tlb_flush();
    SET(ttbr1_el1, 3ul << 48);
    SET(ttbr0_el1, (u64)el1_level1 | 9ul << 48);
    line("A1, ASID 3", seen(WINDOW + 0x1000));
    SET(ttbr1_el1, 4ul << 48);
    SET(ttbr0_el1, (u64)other1 | 9ul << 48);
    line("A1, ASID 4", seen(WINDOW + 0x1000));
    SET(ttbr1_el1, 3ul << 48);
    SET(ttbr0_el1, (u64)el1_level1 | 9ul << 48);
    line("A1, ASID 3", seen(WINDOW + 0x1000));
    SET(tcr_el1, DEFAULT_TCR_EL1);
    SET(ttbr1_el1, 0);
    SET(ttbr0_el1, (u64)el1_level1);
    tlb_flush();
    // 8 bits of ASID with TCR_EL1.AS clear: 0x101 is 1.
    SET(ttbr0_el1, (u64)el1_level1 | 0x101ul << 48);
    line("ASID 0x101 of 8 bits", seen(WINDOW));
    line("TTBR0_EL1 >> 48", GET(ttbr0_el1) >> 48);
    SET(ttbr0_el1, (u64)el1_level1);
}

static void code_of_address_spaces(void)
{
    u64 *other1 = table(), *other2 = table(), *other3 = table();
    for (u32 k = 0; k < 512; k++)
        other1[k] = el1_level1[k];
    other1[2] = (u64)other2 | TABLE;
    other2[0] = (u64)other3 | TABLE;
    level3[0] = AREA | RAM_PAGE | NG;
    other3[0] = (AREA + 0x3000) | RAM_PAGE | NG;
    tlb_flush();
    for (u32 round = 0; round < 3; round++) {
        SET(ttbr0_el1, (u64)el1_level1 | 1ul << 48);
        run_quietly(stub_fetch, EL1H, WINDOW + 16, 0, 0);
        line("code of ASID 1", probe.x[0]);
        SET(ttbr0_el1, (u64)other1 | 2ul << 48);
        run_quietly(stub_fetch, EL1H, WINDOW + 16, 0, 0);
        line("code of ASID 2", probe.x[0]);
    }
    SET(ttbr0_el1, (u64)el1_level1);
    tlb_flush();
}

static void virtual_machines(void)
{
    u64 *root[2] = { (u64 *)(AREA + 0x80000), (u64 *)(AREA + 0x90000) }, *middle[2] = { table(), table() }, *last[2] = { table(), table() };
    for (u64 m = 0; m < 2; m++) {
        for (u64 k = 0; k < 1024; k++)
            root[m][k] = k << 30 | BLOCK | S2_RAM;
        root[m][4] = (u64)middle[m] | TABLE;
        middle[m][0] = (u64)last[m] | TABLE;
        last[m][0] = (AREA + 0x2000 + m * 0x1000) | PAGE | S2_RAM;
        last[m][1] = (AREA + 0x4000 + m * 0x1000) | PAGE | S2_RAM;
    }
    level3[0] = IPA_WINDOW | RAM_PAGE;
    level3[1] = (IPA_WINDOW + 0x1000) | RAM_PAGE | NG;
    SET(vtcr_el2, 0x80023558);
    SET(hcr_el2, DEFAULT_HCR | 1);
    tlb_flush();
    for (u32 round = 0; round < 3; round++)
        for (u64 m = 0; m < 2; m++) {
            SET(vttbr_el2, (u64)root[m] | (m + 1) << 48);
            line("VMID, global", seen(WINDOW));
            line("VMID, not global", seen(WINDOW + 0x1000));
        }
    for (u32 n = 0; n < 4; n++) {
        // Stage 2 changes: TLBI by IPA, then of stage 1 for the VMID; or everything of the VMID; or everything.
        for (u64 m = 0; m < 2; m++) {
            SET(vttbr_el2, (u64)root[m] | (m + 1) << 48);
            (void)seen(WINDOW);
        }
        SET(vttbr_el2, (u64)root[0] | 1ul << 48);
        u64 now = (AREA + 0x6000 - n * 0x1000) | PAGE | S2_RAM;
        last[0][0] = 0;
        DO("dsb ishst");
        switch (n) {
        case 0:
            __asm__ volatile("tlbi ipas2e1is, %0\n dsb ish\n tlbi vmalle1is\n dsb ish\n isb" : : "r"(IPA_WINDOW >> 12));
            break;
        case 1:
            __asm__ volatile("tlbi ipas2le1, %0\n dsb ish\n tlbi vmalle1\n dsb ish\n isb" : : "r"(IPA_WINDOW >> 12));
            break;
        case 2:
            DO("tlbi vmalls12e1\n dsb ish\n isb");
            break;
        default:
            DO("tlbi alle1is\n dsb ish\n isb");
        }
        run("stage 2 broken", stub_load, EL1H, WINDOW, 0, 0);
        last[0][0] = now;
        DO("dsb ishst\n isb");
        line("stage 2 made", seen(WINDOW));
        SET(vttbr_el2, (u64)root[1] | 2ul << 48);
        line("the other VMID", seen(WINDOW));
    }
    // The guest's own TLBI is for its VMID; with HCR_EL2.FB for all cores, with TTLB a trap.
    SET(vttbr_el2, (u64)root[0] | 1ul << 48);
    form("tlbi vae1 of VMID 1", stub_vae1, WINDOW, &level3[0], (IPA_WINDOW + 0x1000) | RAM_PAGE, WINDOW >> 12);
    SET(vttbr_el2, (u64)root[1] | 2ul << 48);
    DO("tlbi vmalle1\n dsb ish\n isb");
    line("VMID 2 after its own", seen(WINDOW));
    SET(hcr_el2, DEFAULT_HCR | 1 | 1ul << 9);
    SET(vttbr_el2, (u64)root[0] | 1ul << 48);
    form("tlbi vmalle1 with FB", stub_vmalle1, WINDOW, &level3[0], IPA_WINDOW | RAM_PAGE, 0);
    SET(hcr_el2, DEFAULT_HCR | 1 | 1ul << 25);
    for (u32 n = 0; n < COUNT(el1_forms); n++)
        run(el1_forms[n].name, el1_forms[n].fault, EL1H, WINDOW, (u64)&level3[2], 0);
    SET(hcr_el2, DEFAULT_HCR);
    tlb_flush();
    for (u32 n = 0; n < COUNT(el2_forms); n++)
        run(el2_forms[n].name, el2_forms[n].stub, EL1H, WINDOW, (u64)&level3[2], 0);
}

static void el2_regime(void)
{
    // EL2's own stage 1: flat, and one page that moves.
    u64 *root = table(), *middle = table(), *last = table();
    root[0] = BLOCK | AF | ATTR_DEVICE | 1ul << 6;
    root[1] = 0x40000000 | BLOCK | AF | INNER | ATTR_NORMAL | 1ul << 6;
    root[2] = (u64)middle | TABLE;
    middle[0] = (u64)last | TABLE;
    last[0] = (AREA + 0x5000) | RAM_PAGE | 1ul << 6;
    SET(mair_el2, DEFAULT_MAIR);
    SET(tcr_el2, 0x80813519);
    SET(ttbr0_el2, (u64)root);
    tlb_flush();
    SET(sctlr_el2, 0x30c51835);
    volatile u64 *window = (u64 *)WINDOW;
    line("EL2", *window);
    last[0] = 0;
    DO("dsb ishst");
    // "~": the oracle sets ESR_EL2.ISV for aborts of EL2 itself (README.md).
    __asm__ volatile("tlbi vae2, %0\n dsb ish\n isb" : : "r"(WINDOW >> 12));
    run("~EL2 broken", stub_load, EL2H, WINDOW, 0, 0);
    last[0] = (AREA + 0x6000) | RAM_PAGE | 1ul << 6;
    DO("dsb ishst\n isb");
    line("EL2 made", *window);
    last[0] = 0;
    DO("dsb ishst\n tlbi alle2is\n dsb ish\n isb");
    run("~EL2 broken", stub_load, EL2H, WINDOW, 0, 0);
    last[0] = (AREA + 0x7000) | RAM_PAGE | 1ul << 6 | AP_RO | 1ul << 54;
    DO("dsb ishst\n isb");
    line("EL2 made", *window);
    run("EL2 fetch of XN", stub_fetch, EL2H, WINDOW + 16, 0, 0);
    run("~EL2 load over 39 bits", stub_load, EL2H, 1ul << 39, 0, 0);
    run("~EL2 load of the upper range", stub_load, EL2H, -8ul, 0, 0);
    SET(sctlr_el2, 0x30c50830);
    tlb_flush();
}

void program(void)
{
    el1_mmu_on();
    level2 = table();
    level3 = table();
    el1_level1[2] = (u64)level2 | TABLE;
    level2[0] = (u64)level3 | TABLE;
    mark_pages();
    by_every_form();
    mark_pages();
    address_spaces();
    code_of_address_spaces();
    virtual_machines();
    el2_regime();
}
