// The generic timers and the GIC: which interrupt comes first, at which level, and the arithmetic of CVAL, TVAL and CNTVOFF.
// Counts themselves are never printed.
#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define GICD(offset) (*(volatile u32 *)(0x08000000ul + (offset)))
#define GICC(offset) (*(volatile u32 *)(0x08010000ul + (offset)))
#define GICH(offset) (*(volatile u32 *)(0x08030000ul + (offset)))
enum { PPI_CNTHP = 26, PPI_CNTV = 27, PPI_CNTP = 30, PPI_MAINTENANCE = 25 };
#define BIT(n) (1ul << (n))
#define FAR_AWAY 0x7fffffffffffffff

STUB(stub_wait, "1: wfi\n b 1b");
STUB(stub_spin, "1: b 1b");
STUB(stub_nothing, "nop");
STUB(stub_read_cntvct, "mrs x3, cntvct_el0");
STUB(stub_read_cntpct, "mrs x3, cntpct_el0");
STUB(stub_read_cntv_ctl, "mrs x3, cntv_ctl_el0");
STUB(stub_read_cntp_ctl, "mrs x3, cntp_ctl_el0");
STUB(stub_write_cntv_cval, "msr cntv_cval_el0, x0");
STUB(stub_write_cntp_tval, "msr cntp_tval_el0, x0");
STUB(stub_read_cntfrq, "mrs x3, cntfrq_el0");
STUB(stub_write_cntfrq, "msr cntfrq_el0, x0");
STUB(stub_wfi, "wfi");
STUB(stub_wfe_with_event, "sevl\n wfe");
STUB(stub_wfe, "wfe\n wfe"); // the first for the event that the exception return was
STUB(stub_vgic, "ldr w3, [x0, #0xc]\n ldr w4, [x0, #0xc]\n str w3, [x0, #0x10]\n ldr w5, [x0, #0x14]");
STUB(stub_take, "wfi\n mov x5, #1\n msr daifclr, #2\n nop");

static u64 now(void)
{
    DO("isb");
    return GET(cntpct_el0);
}

static void gic_on(void)
{
    GICD(0) = 1;
    GICD(0x180) = 0xffffffff; // GICD_ICENABLER0
    GICD(0x280) = 0xffffffff; // GICD_ICPENDR0
    for (u32 n = 0; n < 32; n += 4)
        GICD(0x400 + n) = 0xa0a0a0a0;
    GICC(4) = 0xff;
    GICC(0) = 1;
}

static void timers_off(void)
{
    SET(cntp_ctl_el0, 0);
    SET(cntv_ctl_el0, 0);
    SET(cnthp_ctl_el2, 0);
    SET(cntvoff_el2, 0);
}

// Acknowledges what is pending, in order of priority.
static void drain(int most)
{
    u32 id;
    for (; most && (id = GICC(0xc) & 0x3ff) < 1020; most--) {
        text(" ");
        hex(id);
        if (id == PPI_CNTP)
            SET(cntp_ctl_el0, 0);
        else if (id == PPI_CNTV)
            SET(cntv_ctl_el0, 0);
        else if (id == PPI_CNTHP)
            SET(cnthp_ctl_el2, 0);
        else if (id == PPI_MAINTENANCE)
            GICH(0) = 0;
        GICC(0x10) = id;
    }
    text("\n");
}

static void conditions(void)
{
    static const struct {
        const char *name;
        u64 cval_past, ctl;
    } settings[] = { { "past, off", 1, 0 }, { "past, on", 1, 1 }, { "past, masked", 1, 3 }, { "future, on", 0, 1 }, { "future, off", 0, 0 } };
    for (u32 n = 0; n < COUNT(settings); n++) {
        u64 cval = settings[n].cval_past ? 0 : FAR_AWAY;
        SET(cntp_cval_el0, cval);
        SET(cntv_cval_el0, cval);
        SET(cnthp_cval_el2, cval);
        SET(cntp_ctl_el0, settings[n].ctl);
        SET(cntv_ctl_el0, settings[n].ctl);
        SET(cnthp_ctl_el2, settings[n].ctl);
        text(settings[n].name);
        text(": CTL ");
        // ISTATUS is UNKNOWN where ENABLE is 0.
        hex(settings[n].ctl & 1 ? GET(cntp_ctl_el0) : GET(cntp_ctl_el0) & 3);
        text(" ");
        hex(settings[n].ctl & 1 ? GET(cntv_ctl_el0) : GET(cntv_ctl_el0) & 3);
        text(" ");
        hex(settings[n].ctl & 1 ? GET(cnthp_ctl_el2) : GET(cnthp_ctl_el2) & 3);
        line(" pending", GICD(0x200) & (BIT(PPI_CNTHP) | BIT(PPI_CNTV) | BIT(PPI_CNTP)));
        timers_off();
    }
    SET(cntp_ctl_el0, 0xff);
    line("CNTP_CTL written with ones", GET(cntp_ctl_el0) & 3);
    timers_off();
}

static void arithmetic(void)
{
    // TVAL is CVAL - count, 32 bits, signed: as differences from what was there a moment before.
    static const u64 values[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 0x123456789a };
    for (u32 n = 0; n < COUNT(values); n++) {
        u64 before = now();
        SET(cntp_tval_el0, values[n]);
        u64 after = now();
        u64 base = GET(cntp_cval_el0) - (u64)(long)(int)(u32)values[n];
        text("TVAL ");
        hex(values[n]);
        text(base >= before && base <= after ? " adds to the count\n" : " does not\n");
        u64 tval = GET(cntp_tval_el0);
        text(tval >> 32 ? " more than 32 bits\n" : " 32 bits\n");
    }
    SET(cntvoff_el2, 0x1000000000);
    u64 first = now(), counted = GET(cntvct_el0) + 0x1000000000, last = now();
    text(counted >= first && counted <= last ? "CNTVCT is CNTPCT - CNTVOFF\n" : "CNTVCT differs\n");
    SET(cntv_tval_el0, 0x10000);
    text(GET(cntv_cval_el0) + 0x1000000000 - now() <= 0x10000 ? "CNTV_CVAL is virtual\n" : "CNTV_CVAL differs\n");
    SET(cntv_cval_el0, GET(cntvct_el0) - 1);
    SET(cntv_ctl_el0, 1);
    line("CNTV expired by offset", GET(cntv_ctl_el0));
    SET(cntvoff_el2, 0x2000000000); // the virtual count jumps back: not any more
    DO("isb");
    line("CNTV after the offset grew", GET(cntv_ctl_el0));
    SET(cntvoff_el2, 0);
    DO("isb");
    line("CNTV after the offset went", GET(cntv_ctl_el0));
    timers_off();
    SET(cnthp_tval_el2, 0xffffffff);
    SET(cnthp_ctl_el2, 1);
    line("CNTHP -1", GET(cnthp_ctl_el2));
    SET(cnthp_cval_el2, ~0ul);
    line("CNTHP far", GET(cnthp_ctl_el2));
    timers_off();
}

static void order(void)
{
    // Three timers, far enough apart that no machine confuses them; the order in which they come, and what they interrupt.
    static const struct {
        const char *name;
        u64 cntp, cntv, cnthp;
    } orders[] = { { "P V HP", 1, 2, 3 }, { "V HP P", 3, 1, 2 }, { "HP P V", 2, 3, 1 }, { "P HP V", 1, 3, 2 } };
    const u64 step = 100000; // 1.6 ms
    GICD(0x100) = BIT(PPI_CNTHP) | BIT(PPI_CNTV) | BIT(PPI_CNTP);
    SET(hcr_el2, DEFAULT_HCR | 1ul << 4);
    for (u32 n = 0; n < COUNT(orders); n++) {
        for (int spins = 0; spins < 2; spins++) {
            u64 start = now();
            SET(cntp_cval_el0, start + orders[n].cntp * step);
            SET(cntv_cval_el0, start + orders[n].cntv * step);
            SET(cnthp_cval_el2, start + orders[n].cnthp * step);
            SET(cntp_ctl_el0, 1);
            SET(cntv_ctl_el0, 1);
            SET(cnthp_ctl_el2, 1);
            for (int k = 0; k < 3; k++) {
                run_quietly(spins ? (void *)stub_spin : (void *)stub_wait, 0x305, 0, 0, 0);
                text(orders[n].name);
                text(now() >= start + (u64)(k + 1) * step ? " not early, vector " : " early, vector ");
                hex(probe.vector * 0x80);
                drain(1);
            }
            timers_off();
        }
    }
    // All at once: by priority, then by number.
    static const u32 priorities[][3] = { { 0xa0, 0xa0, 0xa0 }, { 0x80, 0x90, 0x70 }, { 0xa0, 0x10, 0xa0 } };
    for (u32 n = 0; n < COUNT(priorities); n++) {
        *(volatile u8 *)(0x08000400ul + PPI_CNTP) = (u8)priorities[n][0];
        *(volatile u8 *)(0x08000400ul + PPI_CNTV) = (u8)priorities[n][1];
        *(volatile u8 *)(0x08000400ul + PPI_CNTHP) = (u8)priorities[n][2];
        SET(cntp_cval_el0, 0);
        SET(cntv_cval_el0, 0);
        SET(cnthp_cval_el2, 0);
        SET(cntp_ctl_el0, 1);
        SET(cntv_ctl_el0, 1);
        SET(cnthp_ctl_el2, 1);
        DO("dsb sy\n isb");
        text("at once:");
        drain(8);
        timers_off();
    }
    GICC(4) = 0x80;
    SET(cntp_cval_el0, 0);
    SET(cntp_ctl_el0, 1);
    run("masked by priority", stub_nothing, 0x305, 0, 0, 0);
    GICC(4) = 0xff;
    run("not masked any more", stub_nothing, 0x305, 0, 0, 0);
    timers_off();
}

static void routing(void)
{
    static const u64 hcrs[] = { 0, 1ul << 4, 1ul << 27, 1ul << 27 | 1ul << 4 };
    static const u64 pstates[] = { 0x300, 0x305, 0x3c0, 0x3c5, 0x304, 0x309, 0x3c9 };
    for (u32 h = 0; h < COUNT(hcrs); h++)
        for (u32 n = 0; n < COUNT(pstates); n++) {
            if ((hcrs[h] >> 27 & 1) && (pstates[n] & 0xc) == 4)
                continue;
            SET(hcr_el2, DEFAULT_HCR | hcrs[h]);
            SET(cntp_cval_el0, 0);
            SET(cntp_ctl_el0, 1);
            DO("dsb sy\n isb");
            text("HCR ");
            hex(hcrs[h]);
            text(" PSTATE ");
            hex(pstates[n]);
            run("", stub_nothing, pstates[n], 0, 0, 0);
            timers_off();
            drain(8);
        }
    SET(hcr_el2, DEFAULT_HCR | 1ul << 4);
    // SGIs: to oneself, by list and by filter; edge: acknowledged once.
    for (u32 id = 0; id < 16; id += 5) {
        GICD(0xf00) = id % 2 ? 2ul << 24 | id : 1ul << 16 | id;
        DO("dsb sy\n isb");
        run("SGI", stub_nothing, 0x305, 0, 0, 0);
        drain(8);
    }
    GICD(0xf00) = 1ul << 24 | 3; // all but oneself
    DO("dsb sy\n isb");
    run("SGI to others", stub_nothing, 0x305, 0, 0, 0);
    SET(hcr_el2, DEFAULT_HCR);
}

// Group 0 as FIQ, group 1 as IRQ: by GICC_CTLR.FIQEn.
static void groups(void)
{
    static const u64 hcrs[] = { 0, 1ul << 3, 1ul << 4, 3ul << 3 };
    static const u64 pstates[] = { 0x300, 0x305, 0x345, 0x385, 0x3c5, 0x304 };
    for (u32 group = 0; group < 2; group++)
        for (u32 fiq = 0; fiq < 2; fiq++)
            for (u32 h = 0; h < COUNT(hcrs); h++)
                for (u32 n = 0; n < COUNT(pstates); n++) {
                    GICD(0x080) = group ? 0xffffffff : 0;
                    GICD(0) = 3;
                    GICC(0) = 3 | fiq << 3;
                    SET(hcr_el2, DEFAULT_HCR | hcrs[h]);
                    SET(cntp_cval_el0, 0);
                    SET(cntp_ctl_el0, 1);
                    DO("dsb sy\n isb");
                    text(group ? "group 1" : "group 0");
                    text(fiq ? " FIQEn HCR " : " HCR ");
                    hex(hcrs[h]);
                    text(" PSTATE ");
                    hex(pstates[n]);
                    run("", stub_nothing, pstates[n], 0, 0, 0);
                    line(" ISR", GET(isr_el1));
                    line(" HPPIR", GICC(0x18) & 0x3ff);
                    line(" IAR", GICC(0xc) & 0x3ff);
                    timers_off();
                    GICC(0x10) = PPI_CNTP;
                    GICC(0x10) = 1022;
                    GICC(0) = 3 | 4; // AckCtl: group 1 by the same registers
                    drain(8);
                }
    GICD(0x080) = 0;
    GICD(0) = 1;
    GICC(0) = 1;
    SET(hcr_el2, DEFAULT_HCR);
}

static void traps(void)
{
    static const struct {
        const char *name;
        void *stub;
    } reads[] = {
        { "cntvct", stub_read_cntvct }, { "cntpct", stub_read_cntpct }, { "cntv_ctl", stub_read_cntv_ctl }, { "cntp_ctl", stub_read_cntp_ctl },
        { "cntv_cval write", stub_write_cntv_cval }, { "cntp_tval write", stub_write_cntp_tval }, { "cntfrq", stub_read_cntfrq },
        { "cntfrq write", stub_write_cntfrq },
    };
    for (u64 kernel = 0; kernel < 5; kernel++)
        for (u64 hyp = 0; hyp < 4; hyp++) {
            SET(cntkctl_el1, kernel == 0 ? 0 : kernel == 1 ? 1 : kernel == 2 ? 2 : kernel == 3 ? 0x100 : 0x303);
            SET(cnthctl_el2, hyp);
            for (u32 n = 0; n < COUNT(reads); n++) {
                // The oracle looks at another bit for EL0's physical count (README.md).
                text(reads[n].stub == (void *)stub_read_cntpct ? "~CNTKCTL " : "CNTKCTL ");
                hex(GET(cntkctl_el1));
                text(" CNTHCTL ");
                hex(hyp);
                text(" EL0 ");
                run(reads[n].name, reads[n].stub, EL0T, 0, 0, 0);
                text(" EL1 ");
                run(reads[n].name, reads[n].stub, EL1H, 0, 0, 0);
            }
            timers_off();
        }
    SET(cnthctl_el2, 3);
    SET(cntkctl_el1, 0);
    for (u32 n = 0; n < 4; n++) {
        SET(hcr_el2, DEFAULT_HCR | (n & 1) << 13 | (n & 2) << 13);
        SET(sctlr_el1, 0x30d00980 | (n & 1 ? 0 : 5ul << 16));
        // Something is pending, or WFI would wait for good.
        SET(cntp_cval_el0, 0);
        SET(cntp_ctl_el0, 1);
        text("TWI TWE ");
        hex(n);
        text("\n");
        run("EL0 wfi", stub_wfi, EL0T, 0, 0, 0);
        run("EL1 wfi", stub_wfi, EL1H, 0, 0, 0);
        run("EL2 wfi", stub_wfi, EL2H, 0, 0, 0);
        run("EL0 sevl, wfe", stub_wfe_with_event, EL0T, 0, 0, 0);
        run("EL1 sevl, wfe", stub_wfe_with_event, EL1H, 0, 0, 0);
        run("EL1 take", stub_take, EL1H, 0, 0, 0);
        timers_off();
        // WFE never waits on the oracle, and is never trapped.
        if (n)
            run("~EL0 wfe", stub_wfe, EL0T, 0, 0, 0);
        if (n & 2)
            run("~EL1 wfe", stub_wfe, EL1H, 0, 0, 0);
        drain(8);
    }
    SET(hcr_el2, DEFAULT_HCR);
    SET(sctlr_el1, 0x30d00980);
}

static void virtual_gic(void)
{
    static const struct {
        const char *name;
        u32 lr[2];
    } lists[] = {
        { "one", { 0x10000000 | 0x14 << 23 | 40, 0 } }, { "two, second first", { 0x10000000 | 0x14 << 23 | 40, 0x10000000 | 0x10 << 23 | 41 } },
        { "equal priorities", { 0x10000000 | 0x14 << 23 | 50, 0x10000000 | 0x14 << 23 | 41 } },
        { "active", { 0x20000000 | 0x14 << 23 | 40, 0x10000000 | 0x10 << 23 | 41 } },
        { "group 1", { 0x50000000 | 0x14 << 23 | 40, 0 } }, { "masked", { 0x10000000u | 0x1f << 23 | 40, 0 } },
        { "with EOI interrupt", { 0x10080000 | 0x14 << 23 | 40, 0 } }, { "hardware", { 0x90000000 | 0x14 << 23 | 30 << 10 | 30, 0 } },
    };
    volatile u8 *const virtual = (volatile u8 *)0x08040000;
    GICD(0x100) = BIT(PPI_MAINTENANCE);
    for (u32 n = 0; n < COUNT(lists); n++) {
        GICH(0) = 1;
        GICH(8) = 0xf8000000 | 3; // VMCR: priority mask, both groups on
        GICH(0xf0) = 0;
        GICH(0x100) = lists[n].lr[0];
        GICH(0x104) = lists[n].lr[1];
        SET(hcr_el2, DEFAULT_HCR | 1ul << 4);
        DO("dsb sy\n isb");
        text(lists[n].name);
        run(" taken", stub_nothing, 0x305, 0, 0, 0);
        run_quietly(stub_vgic, EL1H, (u64)virtual, 0, 0);
        text(" IAR ");
        hex(probe.x[3]);
        text(" again ");
        hex(probe.x[4]);
        text(" RPR ");
        hex(probe.x[5] & 0xff);
        text(" LR ");
        hex(GICH(0x100));
        text(" ");
        hex(GICH(0x104));
        text(" MISR ");
        hex(GICH(0x10));
        text(" ELRSR ");
        hex(GICH(0x30));
        text(" APR ");
        hex(GICH(0xf0));
        text(" EISR ");
        hex(GICH(0x20));
        text(" pending");
        drain(8);
        GICH(0) = 0;
        GICH(0x100) = GICH(0x104) = 0;
    }
    SET(hcr_el2, DEFAULT_HCR);
}

void program(void)
{
    gic_on();
    conditions();
    arithmetic();
    order();
    routing();
    groups();
    traps();
    virtual_gic();
}
