// Every kind of exception, from every level: which level takes it, by which vector, with which syndrome and PSTATE.
#include "harness.h"

STUB(stub_svc, "svc #0x1234");
STUB(stub_hvc, "hvc #0x42");
STUB(stub_smc, "smc #0x11");
STUB(stub_brk, "brk #0x77");
STUB(stub_hlt, "hlt #0x5");
STUB(stub_udf, "udf #0x9");
STUB(stub_nothing, "nop");
STUB(stub_eret, "mrs x3, spsr_el1\n msr elr_el1, x1\n msr spsr_el1, x0\n isb\n eret");
STUB(stub_eret_el2, "msr elr_el2, x1\n msr spsr_el2, x0\n isb\n eret");
STUB(stub_br, "br x0");
STUB(stub_blr, "blr x0");
STUB(stub_ret, "ret x0");
STUB(stub_sp, "mov sp, x0\n ldr x3, [sp]");
STUB(stub_sp_store, "mov sp, x0\n str x3, [sp, #-16]!");
STUB(stub_sp_no_access, "mov sp, x0\n add x3, sp, #1\n mov sp, x1");
STUB(stub_load, "ldr x3, [x0]");
STUB(stub_load_w, "ldr w3, [x0]");
STUB(stub_load_h, "ldrsh x3, [x0]");
STUB(stub_load_pair, "ldp x3, x4, [x0]");
STUB(stub_load_q, "ldr q0, [x0]");
STUB(stub_store, "str x1, [x0]");
STUB(stub_store_q, "str q0, [x0]");
STUB(stub_ldxr, "ldxr x3, [x0]");
STUB(stub_ldxp, "ldxp x3, x4, [x0]");
STUB(stub_ldar, "ldar w3, [x0]");
STUB(stub_stlr, "stlr w1, [x0]");
STUB(stub_structure, "ld4 {v0.4s-v3.4s}, [x0]");
STUB(stub_fp, "fmov d0, #1.0");
STUB(stub_fp_load, "ldr q0, [x0]");
STUB(stub_fpcr, "mrs x3, fpcr");
STUB(stub_daif, "mrs x3, daif");
STUB(stub_mask, "msr daifclr, #15\n mrs x0, daif");
STUB(stub_spsel, "msr spsel, #0");
STUB(stub_priv, "mrs x3, sctlr_el1");
STUB(stub_el2_register, "mrs x3, hcr_el2");
STUB(stub_el3_register, "mrs x3, scr_el3");
// MSR MIDR_EL1, X0, which the assembler does not like.
STUB(stub_read_only, ".inst 0xd5180000");
STUB(stub_no_register, "mrs x3, s3_3_c15_c15_7");
STUB(stub_currentel, "mrs x0, currentel");
STUB(stub_wide, "nop\n b .+4\n nop");

static const struct {
    const char *name;
    void *stub;
} everywhere[] = {
    { "svc", stub_svc }, { "brk", stub_brk }, { "hlt", stub_hlt }, { "udf", stub_udf }, { "hvc", stub_hvc },
    { "read sctlr_el1", stub_priv }, { "read hcr_el2", stub_el2_register },
    { "read scr_el3", stub_el3_register }, { "write midr_el1", stub_read_only }, { "no such register", stub_no_register },
    { "read daif", stub_daif }, { "write spsel", stub_spsel }, { "read currentel", stub_currentel },
};

static const struct {
    const char *name;
    u64 pstate;
} levels[] = { { "EL0t ", EL0T }, { "EL1t ", EL1T }, { "EL1h ", EL1H }, { "EL2t ", EL2T }, { "EL2h ", EL2H } };

enum { LEVELS = sizeof levels / sizeof *levels, LEVELS_WITH_EL1 = 3 };

static void some_levels(u32 count, const char *name, void *stub, u64 x0, u64 x1)
{
    for (u32 k = 0; k < count; k++) {
        text(levels[k].name);
        run(name, stub, levels[k].pstate | 0xa0000000, x0, x1, 0);
    }
}

static void all_levels(const char *name, void *stub, u64 x0, u64 x1)
{
    some_levels(LEVELS, name, stub, x0, x1);
}

static void calls(void)
{
    for (u32 n = 0; n < sizeof everywhere / sizeof *everywhere; n++)
        all_levels(everywhere[n].name, everywhere[n].stub, 0, 0);
    run("EL0 smc", stub_smc, EL0T, 0, 0, 0);
    text("HCR_EL2.HCD ");
    SET(hcr_el2, DEFAULT_HCR | 1ul << 29);
    run("EL2 hvc", stub_hvc, EL2H, 0, 0, 0);
    SET(hcr_el2, DEFAULT_HCR | 1ul << 19);
    run("TSC EL1 smc", stub_smc, EL1H, 0, 0, 0);
    SET(hcr_el2, DEFAULT_HCR);
}

static void returns(void)
{
    static const u64 from_el1[] = { 0x3c9, 0x3cd, 0x3c1, 0x3c2, 0x3d3, 0x3c8, 0x3c6, 0x1003c5 | 0xf0000000 };
    static const u64 from_el2[] = { 0x3cd, 0x3ca, 0x3c1, 0x3da, 0x1003c5, 0x1003c0, 0x6000036a };
    for (u32 n = 0; n < sizeof from_el1 / sizeof *from_el1; n++) {
        text("ERET to ");
        hex(from_el1[n]);
        run(" from EL1", stub_eret, EL1H, from_el1[n], (u64)stub_nothing, 0);
    }
    for (u32 n = 0; n < sizeof from_el2 / sizeof *from_el2; n++) {
        text("ERET to ");
        hex(from_el2[n]);
        run(" from EL2", stub_eret_el2, EL2H, from_el2[n], (u64)stub_nothing, 0);
    }
    run("ERET from EL1 to EL0", stub_eret, EL1H, 0x3c0, (u64)stub_nothing, 0);
    run("ERET from EL1 to a misaligned PC", stub_eret, EL1H, 0x3c0, (u64)stub_nothing + 2, 0);
    run("ERET from EL2 to a misaligned PC", stub_eret_el2, EL2H, 0x3c5, (u64)stub_nothing + 1, 0);
    SET(hcr_el2, DEFAULT_HCR | 1ul << 27);
    run("TGE: ERET to EL1", stub_eret_el2, EL2H, 0x3c5, (u64)stub_nothing, 0);
    run("TGE: ERET to EL0", stub_eret_el2, EL2H, 0x3c0, (u64)stub_nothing, 0);
    run("TGE: svc", stub_svc, EL0T, 0, 0, 0);
    run("TGE: udf", stub_udf, EL0T, 0, 0, 0);
    run("TGE: brk", stub_brk, EL0T, 0, 0, 0);
    run("TGE: PC", stub_br, EL0T, (u64)stub_nothing + 2, 0, 0);
    run("TGE: read sctlr_el1", stub_priv, EL0T, 0, 0, 0);
    SET(hcr_el2, DEFAULT_HCR);
}

static void alignment(void)
{
    static u64 words[8] __attribute__((aligned(64)));
    static const struct {
        const char *name;
        void *stub;
        u64 offset;
    } accesses[] = {
        { "ldr x +4", stub_load, 4 }, { "ldr w +2", stub_load_w, 2 }, { "ldr w +4", stub_load_w, 4 }, { "ldrsh +1", stub_load_h, 1 },
        { "ldp x +4", stub_load_pair, 4 }, { "ldp x +8", stub_load_pair, 8 }, { "ldr q +8", stub_load_q, 8 },
        { "str x +1", stub_store, 1 }, { "str q +4", stub_store_q, 4 }, { "ldxr +4", stub_ldxr, 4 }, { "ldxp +8", stub_ldxp, 8 },
        { "ldar w +2", stub_ldar, 2 }, { "stlr w +2", stub_stlr, 2 }, { "ld4 +4", stub_structure, 4 }, { "ld4 +2", stub_structure, 2 },
    };
    all_levels("br +2", stub_br, (u64)stub_nothing + 2, 0);
    all_levels("blr +1", stub_blr, (u64)stub_nothing + 1, 0);
    all_levels("ret +3", stub_ret, (u64)stub_nothing + 3, 0);
    el1_mmu_on();
    for (int checked = 0; checked < 2; checked++) {
        SET(sctlr_el1, DEFAULT_SCTLR_EL1 | (checked ? 2 : 0));
        text(checked ? "SCTLR_EL1.A\n" : "no SCTLR_EL1.A\n");
        for (u32 n = 0; n < sizeof accesses / sizeof *accesses; n++) {
            run(accesses[n].name, accesses[n].stub, EL0T, (u64)words + accesses[n].offset, 5, 0);
            run(accesses[n].name, accesses[n].stub, EL1H, (u64)words + accesses[n].offset, 5, 0);
        }
    }
    SET(sctlr_el1, DEFAULT_SCTLR_EL1);
}

static void floating_point(void)
{
    static u64 words[2] __attribute__((aligned(16)));
    static const struct {
        const char *name;
        u64 cpacr, cptr, hcr;
    } settings[] = {
        { "CPACR 0", 0, 0, 0 }, { "CPACR 1", 1, 0, 0 }, { "CPACR 2", 2, 0, 0 }, { "CPACR 3", 3, 0, 0 }, { "TFP", 3, 1, 0 },
        { "TFP and CPACR 0", 0, 1, 0 }, { "TGE and CPACR 0", 0, 0, 1 }, { "TGE and TFP", 0, 1, 1 },
    };
    for (u32 n = 0; n < sizeof settings / sizeof *settings; n++) {
        SET(cpacr_el1, settings[n].cpacr << 20);
        SET(cptr_el2, settings[n].cptr << 10);
        SET(hcr_el2, DEFAULT_HCR | settings[n].hcr << 27);
        text(settings[n].name);
        text("\n");
        for (u32 k = 0; k < LEVELS; k += 2) {
            if (settings[n].hcr && k == 2)
                continue;
            text(levels[k].name);
            run("fmov", stub_fp, levels[k].pstate, 0, 0, 0);
            text(levels[k].name);
            run("ldr q", stub_fp_load, levels[k].pstate, (u64)words, 0, 0);
            text(levels[k].name);
            run("fpcr", stub_fpcr, levels[k].pstate, 0, 0, 0);
        }
    }
    SET(cpacr_el1, 3 << 20);
    SET(cptr_el2, 0);
    SET(hcr_el2, DEFAULT_HCR);
}

static void virtual_interrupts(void)
{
    static const struct {
        const char *name;
        u64 hcr;
    } pending[] = {
        { "VI", 1ul << 7 | 1ul << 4 }, { "VF", 1ul << 6 | 1ul << 3 }, { "VSE", 1ul << 8 | 1ul << 5 },
        { "VI VF VSE", 7ul << 6 | 7ul << 3 }, { "VI without IMO", 1ul << 7 }, { "VSE without AMO", 1ul << 8 },
        { "VI and TGE", 1ul << 7 | 1ul << 4 | 1ul << 27 },
    };
    static const u64 pstates[] = { 0x000, 0x005, 0x085, 0x0c5, 0x145, 0x3c5, 0x3c0, 0x0c0, 0x004 };
    for (u32 n = 0; n < sizeof pending / sizeof *pending; n++)
        for (u32 k = 0; k < sizeof pstates / sizeof *pstates; k++) {
            if (pending[n].hcr >> 27 & 1 && (pstates[k] & 4))
                continue;
            text(pending[n].name);
            text(" PSTATE ");
            hex(pstates[k]);
            SET(hcr_el2, DEFAULT_HCR | pending[n].hcr);
            run("", stub_wide, pstates[k], 0, 0, 0);
            text(" left ");
            hex(GET(hcr_el2) >> 6 & 7);
            text(" ISR ");
            hex(GET(isr_el1));
            text("\n");
            SET(hcr_el2, DEFAULT_HCR);
        }
    SET(hcr_el2, DEFAULT_HCR | 7ul << 3 | 1ul << 7);
    run("unmasking lets the virtual IRQ in", stub_mask, EL1H, 0, 0, 0);
    SET(hcr_el2, DEFAULT_HCR);
}

void program(void)
{
    calls();
    returns();
    alignment();
    some_levels(LEVELS_WITH_EL1, "sp load", stub_sp, GET(sp_el0) + 8, 0);
    some_levels(LEVELS_WITH_EL1, "sp store", stub_sp_store, GET(sp_el0) + 4, 0);
    some_levels(LEVELS_WITH_EL1, "sp not used", stub_sp_no_access, GET(sp_el0) + 8, GET(sp_el0));
    floating_point();
    virtual_interrupts();
}
