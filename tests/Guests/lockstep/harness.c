// Stubs, lines and tables. DDI 0487: ESR_ELx, FAR_ELx, HPFAR_EL2, SPSR_ELx, translation table format.
#include "harness.h"

enum { UARTDR = 0x00 / 4, UARTFR = 0x18 / 4, UARTFR_TXFF = 1 << 5 };
enum { EC_UNKNOWN = 0, EC_SVC = 0x15, EC_HVC = 0x16, EC_INSTRUCTION_LOWER = 0x20, EC_PC = 0x22, EC_DATA_LOWER = 0x24, EC_DATA = 0x25 };
enum { PAGES = 64, END_OF_STUB = 0x7ff, EL1_VECTOR = 0x100 };

struct probe probe;
u64 el1_level1[512] __attribute__((aligned(4096)));
u64 el1_level2[512] __attribute__((aligned(4096)));
static u64 pages[PAGES][512] __attribute__((aligned(4096)));
static u32 pages_used;
static u8 stacks[2][4096] __attribute__((aligned(16)));

static void put(char c)
{
    volatile u32 *const uart = (volatile u32 *)0x09000000;
    while (uart[UARTFR] & UARTFR_TXFF) {
    }
    uart[UARTDR] = (u32)c;
}

void text(const char *s)
{
    while (*s)
        put(*s++);
}

void hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put("0123456789abcdef"[(value >> shift) & 15]);
}

void line(const char *label, u64 value)
{
    text(label);
    text(": ");
    hex(value);
    put('\n');
}

static void item(const char *name, u64 value)
{
    text(name);
    hex(value);
}

// Where the stub was, whatever its address is.
static void return_address(u64 elr)
{
    int inside = elr - probe.pc < 0x200;
    item(inside ? " ELR +" : " ELR ", inside ? elr - probe.pc : elr);
}

int ended(void)
{
    if ((probe.vector & 3) != 0)
        return 0; // an interrupt leaves the syndrome alone
    u64 el2 = GET(esr_el2), el1 = GET(esr_el1);
    u64 svc = (u64)EC_SVC << 26 | 1 << 25 | END_OF_STUB;
    int by_el1 = el2 == ((u64)EC_HVC << 26 | 1 << 25 | EL1_VECTOR | 8) || el2 == ((u64)EC_HVC << 26 | 1 << 25 | EL1_VECTOR | 4) ||
                 el2 == ((u64)EC_HVC << 26 | 1 << 25 | EL1_VECTOR);
    return by_el1 ? el1 == svc : el2 == svc;
}

// Addresses are in FAR_ELx where an abort or a misaligned PC put them.
static int has_address(u64 esr)
{
    u64 class = esr >> 26;
    return class >= EC_INSTRUCTION_LOWER && class <= EC_DATA && class != EC_PC + 1;
}

static void report(const char *label)
{
    u64 esr = GET(esr_el2), vector = probe.vector;
    int interrupt = (vector & 3) != 0;
    text(label);
    if (ended()) {
        text(": done\n");
        return;
    }
    if (!interrupt && esr >> 26 == EC_HVC && (esr & 0xffff) >> 4 == EL1_VECTOR >> 4) {
        esr = GET(esr_el1);
        vector = GET(esr_el2) & 15;
        item(": EL1+", vector * 0x80);
        if ((vector & 3) == 0)
            item(" ESR ", esr);
        return_address(GET(elr_el1));
        item(" SPSR ", GET(spsr_el1));
        if ((vector & 3) == 0 && has_address(esr))
            item(" FAR ", GET(far_el1));
    } else {
        item(": EL2+", vector * 0x80);
        if (!interrupt || (vector & 3) == 3)
            item(" ESR ", esr);
        return_address(GET(elr_el2));
        item(" SPSR ", GET(spsr_el2));
        if (!interrupt && has_address(esr)) {
            item(" FAR ", GET(far_el2));
            if ((esr >> 26 == EC_DATA_LOWER || esr >> 26 == EC_INSTRUCTION_LOWER) && GET(hcr_el2) & 1 && (esr & 0x30) != 0x20)
                item(" HPFAR ", GET(hpfar_el2));
        }
    }
    put('\n');
}

void run_quietly(void *stub, u64 pstate, u64 x0, u64 x1, u64 x2)
{
    for (u64 n = 3; n < 31; n++)
        probe.x[n] = n * 0x0101010101010101;
    probe.x[0] = x0;
    probe.x[1] = x1;
    probe.x[2] = x2;
    probe.pc = (u64)stub;
    probe.spsr = pstate;
    probe.sp_el0 = (u64)(stacks[0] + sizeof stacks[0] / 2);
    probe.sp_el1 = (u64)(stacks[1] + sizeof stacks[1] / 2);
    void enter(struct probe *);
    enter(&probe);
}

void run(const char *label, void *stub, u64 pstate, u64 x0, u64 x1, u64 x2)
{
    run_quietly(stub, pstate, x0, x1, x2);
    report(label);
}

u64 *table(void)
{
    u64 *page = pages[pages_used++];
    for (int k = 0; k < 512; k++)
        page[k] = 0;
    return page;
}

void tlb_flush(void)
{
    DO("dsb sy\n tlbi alle1\n tlbi alle2\n dsb sy\n isb");
}

void el1_mmu_on(void)
{
    el1_level1[0] = BLOCK | AF | ATTR_DEVICE | AP_EL0 | UXN | PXN;
    el1_level1[1] = (u64)el1_level2 | TABLE;
    for (u64 k = 0; k < 512; k++)
        el1_level2[k] = (0x40000000 + k * 0x200000) | BLOCK | AF | INNER | ATTR_NORMAL | AP_EL0;
    el1_level2[1] |= AP_RO; // what EL0 may write, EL1 may not execute
    SET(mair_el1, DEFAULT_MAIR);
    SET(tcr_el1, DEFAULT_TCR_EL1);
    SET(ttbr0_el1, (u64)el1_level1);
    SET(ttbr1_el1, 0);
    tlb_flush();
    SET(sctlr_el1, DEFAULT_SCTLR_EL1);
}

void harness_start(void)
{
    // What an implementation may leave unknown at reset.
    SET(hcr_el2, DEFAULT_HCR);
    SET(hstr_el2, 0);
    SET(mdcr_el2, 0);
    SET(vttbr_el2, 0);
    SET(vtcr_el2, 0x80000000);
    SET(cnthctl_el2, 3);
    SET(cntvoff_el2, 0);
    SET(cntp_ctl_el0, 0);
    SET(cntv_ctl_el0, 0);
    SET(cnthp_ctl_el2, 0);
    SET(cntkctl_el1, 0);
    SET(cpacr_el1, 0x300000);
    SET(sctlr_el2, 0x30c50830);
    SET(sctlr_el1, 0x30d00980);
    SET(tpidr_el0, 0);
    SET(tpidr_el1, 0);
    SET(vpidr_el2, GET(midr_el1));
    SET(vmpidr_el2, GET(mpidr_el1));
    SET(mdscr_el1, 0);
    SET(oslar_el1, 0);
}

void harness_end(void)
{
    text("end\n");
    register u64 x0 __asm__("x0") = 0x84000008; // PSCI SYSTEM_OFF
    __asm__ volatile("smc #0" : : "r"(x0));
    for (;;) {
    }
}
