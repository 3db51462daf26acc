// The CPU interface of a GICv3: ICC registers with SGIs, PPIs and LPIs behind them, ICH and ICV registers with list registers, and
// the traps of both. IHI 0069: AArch64 System register descriptions, The ITS.
#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define GICD(offset) (*(volatile u32 *)(0x08000000ul + (offset)))
#define GICR(offset) (*(volatile u32 *)(0x080a0000ul + (offset)))
#define GICR_WIDE(offset) (*(volatile u64 *)(0x080a0000ul + (offset)))
#define GICR_PRIORITY(id) (*(volatile u8 *)(0x080b0400ul + (id)))
#define GITS(offset) (*(volatile u32 *)(0x08080000ul + (offset)))
#define GITS_WIDE(offset) (*(volatile u64 *)(0x08080000ul + (offset)))
#define BIT(n) (1ul << (n))
enum { SGI_FRAME = 0x10000, SPURIOUS = 1023, PPI_MAINTENANCE = 25 };
enum { IMO = 1 << 4, FMO = 1 << 3 };

// Registers of EL1, by short names: a stub to read and a stub to write each.
#define READABLE(X) \
    X(pmr, icc_pmr_el1) X(iar0, icc_iar0_el1) X(hppir0, icc_hppir0_el1) X(bpr0, icc_bpr0_el1) X(ap0r0, S3_0_C12_C8_4) \
    X(ap1r0, S3_0_C12_C9_0) X(rpr, icc_rpr_el1) X(iar1, icc_iar1_el1) X(hppir1, icc_hppir1_el1) X(bpr1, icc_bpr1_el1) \
    X(ctlr, icc_ctlr_el1) X(sre, icc_sre_el1) X(igrpen0, icc_igrpen0_el1) X(igrpen1, icc_igrpen1_el1) X(ap0r1, S3_0_C12_C8_5) \
    X(ap1r1, S3_0_C12_C9_1) X(hcr, S3_4_C12_C11_0) X(lr0, S3_4_C12_C12_0) X(sre2, S3_4_C12_C9_5)
#define WRITABLE(X) \
    X(pmr, icc_pmr_el1) X(eoir0, icc_eoir0_el1) X(bpr0, icc_bpr0_el1) X(ap0r0, S3_0_C12_C8_4) X(ap1r0, S3_0_C12_C9_0) \
    X(dir, icc_dir_el1) X(sgi1r, icc_sgi1r_el1) X(asgi1r, icc_asgi1r_el1) X(sgi0r, icc_sgi0r_el1) X(eoir1, icc_eoir1_el1) \
    X(bpr1, icc_bpr1_el1) X(ctlr, icc_ctlr_el1) X(igrpen0, icc_igrpen0_el1) X(igrpen1, icc_igrpen1_el1) X(iar1, S3_0_C12_C12_0) \
    X(hcr, S3_4_C12_C11_0)
#define STUB_READ(name, reg) STUB(read_##name, "mrs x3, " #reg);
#define STUB_WRITE(name, reg) STUB(write_##name, "msr " #reg ", x0");
READABLE(STUB_READ)
WRITABLE(STUB_WRITE)
STUB(stub_nothing, "nop");
STUB(stub_take, "msr daifclr, #3\n nop");

static const struct {
    const char *name;
    void *stub;
} reads[] = {
#define ROW_READ(name, reg) { "read " #name, read_##name },
    READABLE(ROW_READ)
}, writes[] = {
#define ROW_WRITE(name, reg) { "write " #name, write_##name },
    WRITABLE(ROW_WRITE)
};

static u64 drawn;

static u32 draw(u32 below)
{
    drawn = drawn * 6364136223846793005 + 1442695040888963407;
    return (u32)(drawn >> 33) % below;
}

static void value(u64 v)
{
    text(" ");
    hex(v);
}

static void physical_off(void)
{
    SET(hcr_el2, DEFAULT_HCR);
    SET(S3_4_C12_C11_0, 0);
    for (int n = 0; n < 64 && GET(icc_rpr_el1) != 0xff; n++) {
        SET(S3_0_C12_C8_4, 0);
        SET(S3_0_C12_C9_0, 0);
    }
    GICR(SGI_FRAME + 0x180) = ~0u;
    GICR(SGI_FRAME + 0x280) = ~0u;
    GICR(SGI_FRAME + 0x380) = ~0u;
    for (u32 id = 0; id < 32; id++)
        GICR_PRIORITY(id) = 0xa0;
    GICR(SGI_FRAME + 0x80) = ~0u;
    GICD(0) = 3;
    GICR(0x14) = 0;
    SET(icc_pmr_el1, 0xff);
    SET(icc_bpr0_el1, 0);
    SET(icc_bpr1_el1, 0);
    SET(icc_ctlr_el1, 0);
    SET(icc_igrpen0_el1, 1);
    SET(icc_igrpen1_el1, 1);
}

static void fixed(void)
{
    line("ID_AA64PFR0_EL1.GIC", GET(id_aa64pfr0_el1) >> 24 & 15);
    line("ICC_CTLR_EL1", GET(icc_ctlr_el1));
    line("ICC_SRE_EL1", GET(icc_sre_el1));
    line("ICC_SRE_EL2", GET(S3_4_C12_C9_5));
    line("ICC_PMR_EL1", GET(icc_pmr_el1));
    line("ICC_BPR0_EL1", GET(icc_bpr0_el1));
    line("ICC_BPR1_EL1", GET(icc_bpr1_el1));
    line("ICC_RPR_EL1", GET(icc_rpr_el1));
    line("ICH_VTR_EL2", GET(S3_4_C12_C11_1));
    line("ICH_VMCR_EL2", GET(S3_4_C12_C11_7));
    line("ICH_ELRSR_EL2", GET(S3_4_C12_C11_5));
}

#define PROBE(name, reg, v) \
    SET(reg, v); \
    line(name, GET(reg))

// What the oracle does not do by the document: tests/Guests/lockstep/by-the-document.txt.
static void documented(void)
{
    PROBE("~PMR of all ones", icc_pmr_el1, ~0ul);
    PROBE("~BPR1 of 0xaa", icc_bpr1_el1, 0xaaul);
    PROBE("~ICH_VMCR of all ones", S3_4_C12_C11_7, ~0ul);
    PROBE("~ICH_LR0 of all ones", S3_4_C12_C12_0, ~0ul);
    SET(S3_4_C12_C12_0, 0);
    SET(S3_4_C12_C11_0, 1 | BIT(5));
    for (u64 groups = 0; groups < 4; groups++) {
        SET(S3_4_C12_C11_7, groups);
        line("~ICH_MISR with VGrp0DIE", GET(S3_4_C12_C11_2));
    }
    SET(S3_4_C12_C11_7, 0);
    SET(S3_4_C12_C11_0, 0);
    SET(icc_pmr_el1, 0);
    SET(icc_bpr1_el1, 0);
}

static void patterns(void)
{
    static const u64 values[] = { ~0ul, 0, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 7, 3 };
    for (u32 n = 0; n < COUNT(values); n++) {
        line("written", values[n]);
        PROBE("PMR", icc_pmr_el1, values[n] & 0xff);
        PROBE("BPR0", icc_bpr0_el1, values[n] & 7);
        PROBE("BPR1", icc_bpr1_el1, values[n] & 7);
        PROBE("CTLR", icc_ctlr_el1, values[n]);
        PROBE("BPR1 with CTLR", icc_bpr1_el1, values[n] & 7);
        PROBE("IGRPEN0", icc_igrpen0_el1, values[n]);
        PROBE("IGRPEN1", icc_igrpen1_el1, values[n]);
        PROBE("AP0R0", S3_0_C12_C8_4, values[n]);
        PROBE("AP1R0", S3_0_C12_C9_0, values[n]);
        line("RPR", GET(icc_rpr_el1));
        PROBE("SRE_EL1", icc_sre_el1, values[n]);
        PROBE("ICH_AP0R0", S3_4_C12_C8_0, values[n]);
        PROBE("ICH_AP1R0", S3_4_C12_C9_0, values[n]);
        PROBE("ICH_VMCR", S3_4_C12_C11_7, values[n] & ~0x07000000ul);
        PROBE("ICH_HCR", S3_4_C12_C11_0, values[n]);
        PROBE("ICH_LR0", S3_4_C12_C12_0, values[n] & 0xf0ff1ffffffffffful);
        PROBE("ICH_LR3", S3_4_C12_C12_3, values[n] & 0xf0ff1ffffffffffful);
        line("ICH_EISR", GET(S3_4_C12_C11_3));
        line("ICH_ELRSR", GET(S3_4_C12_C11_5));
    }
    SET(S3_4_C12_C12_0, 0);
    SET(S3_4_C12_C12_3, 0);
    SET(S3_4_C12_C11_0, 0);
    SET(S3_4_C12_C8_0, 0);
    SET(S3_4_C12_C9_0, 0);
    SET(icc_ctlr_el1, 0);
}

// SGIs and software-pended PPIs of both groups, with all that decides their order. An end is of what is the most urgent: all
// else is UNPREDICTABLE.
static void traffic(u64 seed)
{
    u32 active[64], depth = 0, split[64], splits = 0;
    drawn = seed;
    physical_off();
    for (u32 step = 0; step < 220; step++) {
        u32 id = draw(32);
        switch (draw(14)) {
        case 0:
            GICR_PRIORITY(id) = (u8)(draw(32) << 3);
            break;
        case 1:
            GICR(SGI_FRAME + 0x100) = BIT(id) | BIT(draw(32));
            break;
        case 2:
            SET(icc_sgi1r_el1, (u64)(id & 15) << 24 | 1);
            break;
        case 3:
            SET(icc_sgi0r_el1, (u64)(id & 15) << 24 | 1);
            break;
        case 4:
            GICR(SGI_FRAME + 0x200) = BIT(id);
            break;
        case 5:
            GICR(SGI_FRAME + 0x80) = draw(2) ? GICR(SGI_FRAME + 0x80) | BIT(id) : GICR(SGI_FRAME + 0x80) & ~BIT(id);
            break;
        case 6:
            if (GET(icc_rpr_el1) == 0xff) {
                SET(icc_bpr0_el1, draw(8));
                SET(icc_bpr1_el1, draw(8));
                SET(icc_ctlr_el1, draw(4));
            }
            break;
        case 7:
            SET(icc_pmr_el1, 0x40 + draw(0xc0));
            break;
        case 8:
            for (; splits; splits--)
                SET(icc_dir_el1, split[splits - 1]);
            break;
        default: {
            u64 taken0 = GET(icc_iar0_el1);
            value(taken0);
            u64 taken1 = GET(icc_iar1_el1);
            value(taken1);
            if (taken0 < 1020)
                active[depth++] = (u32)taken0;
            if (taken1 < 1020)
                active[depth++] = (u32)taken1 | 0x100;
            if (depth && (draw(2) || depth > 60)) {
                u32 last = active[--depth];
                // The group may have changed meanwhile; the one whose priority is active counts.
                if (last & 0x100) {
                    SET(icc_eoir1_el1, last & 0xff);
                } else {
                    SET(icc_eoir0_el1, last);
                }
                if (splits < 63)
                    split[splits++] = last & 0xff;
            }
            break;
        }
        }
        value(GET(icc_hppir0_el1));
        value(GET(icc_hppir1_el1));
        value(GET(icc_rpr_el1));
        value(GET(S3_0_C12_C8_4));
        value(GET(S3_0_C12_C9_0));
        value(GET(isr_el1));
        value(GICR(SGI_FRAME + 0x200));
        value(GICR(SGI_FRAME + 0x300));
        text("\n");
    }
    physical_off();
}

static void routing(void)
{
    static const u64 hcrs[] = { 0, FMO, IMO, FMO | IMO };
    static const u64 pstates[] = { 0x300, 0x305, 0x345, 0x385, 0x3c5, 0x304, 0x309 };
    for (u32 group = 0; group < 2; group++)
        for (u32 h = 0; h < COUNT(hcrs); h++)
            for (u32 n = 0; n < COUNT(pstates); n++) {
                physical_off();
                GICR(SGI_FRAME + 0x80) = group ? ~0u : 0;
                GICR(SGI_FRAME + 0x100) = BIT(5);
                if (group) {
                    SET(icc_sgi1r_el1, 5ul << 24 | 1);
                } else {
                    SET(icc_sgi0r_el1, 5ul << 24 | 1);
                }
                SET(hcr_el2, DEFAULT_HCR | hcrs[h]);
                DO("dsb sy\n isb");
                text(group ? "group 1 HCR " : "group 0 HCR ");
                hex(hcrs[h]);
                text(" PSTATE ");
                hex(pstates[n]);
                run("", stub_nothing, pstates[n], 0, 0, 0);
            }
    // Targets: by list and cluster, and all but oneself.
    static const u64 targets[] = { 1, 2, 1ul << 16 | 1, 1ul << 40, 1ul << 40 | 1, 1ul << 32 | 1, 1ul << 48 | 1, 0xffff };
    for (u32 n = 0; n < COUNT(targets); n++) {
        physical_off();
        SET(icc_sgi1r_el1, 7ul << 24 | targets[n]);
        line("SGI pending", GICR(SGI_FRAME + 0x200));
        SET(icc_asgi1r_el1, 8ul << 24 | targets[n]);
        SET(icc_sgi0r_el1, 9ul << 24 | targets[n]);
        line("of other groups", GICR(SGI_FRAME + 0x200));
        GICR(SGI_FRAME + 0x80) = 0;
        SET(icc_asgi1r_el1, 10ul << 24 | targets[n]);
        SET(icc_sgi0r_el1, 11ul << 24 | targets[n]);
        line("with group 0", GICR(SGI_FRAME + 0x200));
    }
    physical_off();
}

static void traps(void)
{
    static const u64 controls[] = { 0, BIT(10), BIT(11), BIT(12), BIT(14), BIT(10) | BIT(11) | BIT(12) | BIT(14) };
    static const u64 hcrs[] = { 0, IMO, FMO };
    for (u32 c = 0; c < COUNT(controls); c++)
        for (u32 h = 0; h < COUNT(hcrs); h++) {
            physical_off();
            SET(S3_4_C12_C11_0, controls[c]);
            SET(hcr_el2, DEFAULT_HCR | hcrs[h]);
            text("ICH_HCR ");
            hex(controls[c]);
            line(" HCR", hcrs[h]);
            for (u32 n = 0; n < COUNT(reads); n++) {
                run(reads[n].name, reads[n].stub, EL1H, 0, 0, 0);
                if (ended())
                    line(" value", probe.x[3]);
            }
            for (u32 n = 0; n < COUNT(writes); n++)
                run(writes[n].name, writes[n].stub, EL1H, SPURIOUS, 0, 0);
        }
    for (u32 n = 0; n < COUNT(reads); n++)
        run(reads[n].name, reads[n].stub, EL0T, 0, 0, 0);
    for (u32 n = 0; n < COUNT(writes); n++)
        run(writes[n].name, writes[n].stub, EL0T, SPURIOUS, 0, 0);
    physical_off();
}

static u64 list_register(u32 n)
{
    switch (n) {
    case 0: return GET(S3_4_C12_C12_0);
    case 1: return GET(S3_4_C12_C12_1);
    case 2: return GET(S3_4_C12_C12_2);
    default: return GET(S3_4_C12_C12_3);
    }
}

static void set_list_register(u32 n, u64 v)
{
    switch (n) {
    case 0: SET(S3_4_C12_C12_0, v); break;
    case 1: SET(S3_4_C12_C12_1, v); break;
    case 2: SET(S3_4_C12_C12_2, v); break;
    default: SET(S3_4_C12_C12_3, v); break;
    }
}

static u64 guest_reads(void *stub)
{
    run_quietly(stub, EL1H, 0, 0, 0);
    return probe.x[3];
}

static void guest_writes(void *stub, u64 v) { run_quietly(stub, EL1H, v, 0, 0); }

// A hypervisor that fills list registers, and a guest that takes what is in them. VGrp0DIE is left out: the oracle looks at the
// wrong group.
static void virtual_traffic(u64 seed)
{
    u32 active[64], depth = 0;
    drawn = seed;
    physical_off();
    SET(S3_4_C12_C8_0, 0);
    SET(S3_4_C12_C9_0, 0);
    SET(S3_4_C12_C11_7, 0xf8ul << 24 | 3);
    SET(S3_4_C12_C11_0, 1);
    for (u32 n = 0; n < 4; n++)
        set_list_register(n, 0);
    GICR(SGI_FRAME + 0x100) = BIT(PPI_MAINTENANCE);
    SET(hcr_el2, DEFAULT_HCR | IMO | FMO);
    for (u32 step = 0; step < 160; step++) {
        u32 n = draw(4);
        switch (draw(10)) {
        case 0:
        case 1:
        case 2:
            if (list_register(n) >> 62 == 0) {
                u64 lr = (u64)(40 + n * 100 + draw(50)) | (u64)draw(32) << 51 | (u64)draw(2) << 60 | BIT(62);
                u32 kind = draw(3); // with a physical interrupt, with a wish to hear of the end, plain
                lr |= kind == 0 ? BIT(61) | (u64)(20 + n) << 32 : kind == 1 ? BIT(41) : 0;
                if (kind == 0)
                    GICR(SGI_FRAME + 0x300) = (u32)BIT(20 + n);
                set_list_register(n, lr);
            }
            break;
        case 3:
            SET(S3_4_C12_C11_0, 1 | (u64)(draw(128) << 1 & ~0x20u) | (u64)draw(3) << 27);
            break;
        case 4:
            guest_writes(write_pmr, 0x60 + draw(0xa0));
            break;
        case 5:
            if (depth == 0 && guest_reads(read_rpr) == 0xff) {
                guest_writes(write_bpr0, draw(8));
                guest_writes(write_bpr1, draw(8));
                guest_writes(write_ctlr, draw(4));
            }
            break;
        case 6:
            guest_writes(draw(2) ? write_igrpen0 : write_igrpen1, draw(4) != 0);
            break;
        default: {
            u64 taken0 = guest_reads(read_iar0), taken1 = guest_reads(read_iar1);
            value(taken0);
            value(taken1);
            if (taken0 < 1020)
                active[depth++] = (u32)taken0;
            if (taken1 < 1020)
                active[depth++] = (u32)taken1 | 0x10000;
            if (depth && (draw(2) || depth > 60)) {
                u32 last = active[--depth];
                guest_writes(last & 0x10000 ? write_eoir1 : write_eoir0, last & 0xffff);
                if (draw(4))
                    guest_writes(write_dir, last & 0xffff);
            }
            break;
        }
        }
        value(guest_reads(read_hppir0));
        value(guest_reads(read_hppir1));
        value(guest_reads(read_rpr));
        value(guest_reads(read_pmr));
        value(guest_reads(read_bpr0));
        value(guest_reads(read_bpr1));
        value(guest_reads(read_ctlr));
        value(guest_reads(read_ap0r0));
        value(guest_reads(read_ap1r0));
        for (u32 i = 0; i < 4; i++)
            value(list_register(i));
        value(GET(S3_4_C12_C11_0));
        value(GET(S3_4_C12_C11_7));
        value(GET(S3_4_C12_C11_2));
        value(GET(S3_4_C12_C11_3));
        value(GET(S3_4_C12_C11_5));
        value(GICR(SGI_FRAME + 0x200) & BIT(PPI_MAINTENANCE));
        value(GICR(SGI_FRAME + 0x300));
        text("\n");
        if (draw(8) == 0) {
            run("guest takes", stub_nothing, 0x305, 0, 0, 0);
            run("guest takes FIQ", stub_nothing, 0x385, 0, 0, 0);
        }
    }
    for (u32 n = 0; n < 4; n++)
        set_list_register(n, 0);
    SET(S3_4_C12_C8_0, 0);
    SET(S3_4_C12_C9_0, 0);
    physical_off();
}

// LPIs, by commands of the ITS: properties that change, priorities, and a table that was pending before LPIs were on.
enum { QUEUE = 0, DEVICES = 0x10000, COLLECTIONS = 0x20000, TRANSLATIONS = 0x30000, PROPERTIES = 0x40000, PENDING = 0x50000, FIRST = 8192 };
#define TABLES (AREA + 0x100000)
static u32 commands;

static void command(u64 w0, u64 w1, u64 w2, u64 w3)
{
    volatile u64 *const at = (volatile u64 *)(TABLES + QUEUE + commands * 32);
    at[0] = w0;
    at[1] = w1;
    at[2] = w2;
    at[3] = w3;
    commands++;
    DO("dsb sy");
    GITS_WIDE(0x88) = commands * 32;
    while (GITS(0x90) != commands * 32) {
    }
}

static void property(u32 lpi, u8 v)
{
    *(volatile u8 *)(TABLES + PROPERTIES + lpi - FIRST) = v;
    DO("dsb sy");
}

static void drain(void)
{
    for (int n = 0; n < 12; n++) {
        u64 id = GET(icc_iar1_el1);
        value(id);
        if (id == SPURIOUS)
            break;
        value(GET(icc_rpr_el1));
        SET(icc_eoir1_el1, id);
    }
    text("\n");
}

static void lpis(void)
{
    physical_off();
    GICR_WIDE(0x70) = (TABLES + PROPERTIES) | 15;
    GICR_WIDE(0x78) = TABLES + PENDING;
    for (u32 n = 0; n < 64; n++)
        property(FIRST + n, (u8)(0x81 + (n % 8) * 8));
    *(volatile u64 *)(TABLES + PENDING + FIRST / 8) = 0x24;
    DO("dsb sy");
    GICR(0) = 1;
    text("pending before:");
    drain();
    GITS_WIDE(0x100) = (TABLES + DEVICES) | BIT(63);
    GITS_WIDE(0x108) = (TABLES + COLLECTIONS) | BIT(63);
    GITS_WIDE(0x80) = (TABLES + QUEUE) | BIT(63) | 1;
    GITS(0) = 1;
    command(0x08 | 1ul << 32, 5, (TABLES + TRANSLATIONS) | BIT(63), 0); // MAPD
    command(0x09, 0, BIT(63), 0);                                       // MAPC
    for (u64 n = 0; n < 64; n++)
        command(0x0a | 1ul << 32, n | (FIRST + n) << 32, 0, 0); // MAPTI
    for (u64 n = 0; n < 24; n += 3)
        command(0x03 | 1ul << 32, n, 0, 0); // INT
    line("highest", GET(icc_hppir1_el1));
    text("by priority:");
    drain();
    property(FIRST + 4, 0);
    command(0x0c | 1ul << 32, 4, 0, 0); // INV
    command(0x03 | 1ul << 32, 4, 0, 0);
    line("not enabled", GET(icc_hppir1_el1));
    property(FIRST + 4, 0x41);
    command(0x0d, 0, 0, 0); // INVALL
    line("enabled", GET(icc_hppir1_el1));
    command(0x04 | 1ul << 32, 4, 0, 0); // CLEAR
    line("cleared", GET(icc_hppir1_el1));
    command(0x03 | 1ul << 32, 9, 0, 0);
    command(0x0f | 1ul << 32, 9, 0, 0); // DISCARD
    command(0x03 | 1ul << 32, 9, 0, 0);
    line("discarded", GET(icc_hppir1_el1));
    command(0x03 | 1ul << 32, 10, 0, 0);
    GICR(SGI_FRAME + 0x100) = BIT(3);
    GICR_PRIORITY(3) = 0x40;
    SET(icc_sgi1r_el1, 3ul << 24 | 1);
    text("beside an SGI:");
    drain();
    command(0x03 | 1ul << 32, 11, 0, 0);
    SET(hcr_el2, DEFAULT_HCR);
    run("LPI taken", stub_nothing, 0x305, 0, 0, 0);
    SET(icc_ctlr_el1, 2);
    text("with EOImode:");
    drain();
    SET(icc_ctlr_el1, 0);
    GICD(0) = 1;
    command(0x03 | 1ul << 32, 12, 0, 0);
    line("group 1 off", GET(icc_hppir1_el1));
    GICD(0) = 3;
    line("group 1 on", GET(icc_hppir1_el1));
    text("left:");
    drain();
}

void program(void)
{
    fixed();
    documented();
    patterns();
    for (u64 seed = 1; seed < 6; seed++)
        traffic(seed);
    routing();
    traps();
    for (u64 seed = 11; seed < 15; seed++)
        virtual_traffic(seed);
    lpis();
}
