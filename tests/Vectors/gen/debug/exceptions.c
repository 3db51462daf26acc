// Debug exceptions under many settings of the debug registers; prints tests/Vectors/debug/exceptions.txt. Runs alone on
// qemu-system-aarch64, entered at EL3.
#include <stdint.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SET(name, value) __asm__ volatile("msr " #name ", %0\n isb" : : "r"((uint64_t)(value)))

// The probe and its data lie apart from the program: the test has them at the same places.
#define PROBE 0x400c0000ull
#define DATA 0x400d0000ull

// Translation for what needs Normal memory: 1 GiB of RAM where it is, and once more for EL0.
#define TABLE 0x400f0000ull
#define NORMAL_DATA (DATA + 0x40000000)
#define TRANSLATES .sctlr = 0x30d00801, .tcr = 0x800020, .ttbr = TABLE, .mair = 0xff

enum { MDE = 1 << 15, KDE = 1 << 13, SS = 1 };
enum { TDE = 1 << 8, SDD = 1 << 16 };
enum { RW = 1u << 31, TGE = 1 << 27 };

struct setting {
    uint64_t sctlr, tcr, ttbr, mair;
    uint64_t mdscr, oslar, mdcr2, mdcr3, hcr, contextidr;
    uint64_t bvr0, bcr0, bvr1, bcr1, bvr5, bcr5, wvr0, wcr0, wvr1, wcr1;
};
struct place { int level, nonsecure; };
struct probe { const char *name; uint32_t word; };

static const struct place el0ns = { 0, 1 }, el1ns = { 1, 1 }, el2ns = { 2, 1 }, el0s = { 0, 0 }, el1s = { 1, 0 };
static const struct probe nop = { "nop", 0xd503201f }, ldr = { "ldr_x", 0xf9400001 }, str = { "str_x", 0xf9000001 },
    ldrb = { "ldrb", 0x39400001 }, strb = { "strb", 0x39000001 }, ldrh = { "ldrh", 0x79400001 }, ldrw = { "ldr_w", 0xb9400001 },
    ldp = { "ldp_x", 0xa9400801 }, stp = { "stp_x", 0xa9000801 }, ldtr = { "ldtr_x", 0xf8400801 }, sttr = { "sttr_x", 0xf8000801 },
    zva = { "dc_zva", 0xd50b7420 }, ldxr = { "ldxr_x", 0xc85f7c01 }, brk = { "brk", 0xd4200000 }, cvac = { "dc_cvac", 0xd50b7a20 },
    udf = { "udf", 0x00000000 };

extern volatile uint64_t outcome[6];
void enter(uint64_t address, uint64_t spsr, uint64_t x0);

// The compiler calls these to copy and clear structures.
void *memcpy(void *to, const void *from, unsigned long bytes)
{
    for (unsigned long k = 0; k < bytes; k++)
        ((volatile char *)to)[k] = ((const char *)from)[k];
    return to;
}

void *memset(void *to, int value, unsigned long bytes)
{
    for (unsigned long k = 0; k < bytes; k++)
        ((volatile char *)to)[k] = value;
    return to;
}

static void print(const char *text)
{
    while (*text)
        *(volatile uint32_t *)0x09000000 = (uint8_t)*text++;
}

static void print_hex(uint64_t value)
{
    int shift = 60;
    while (shift > 0 && !(value >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        print((char[]){ "0123456789abcdef"[value >> shift & 15], 0 });
}

static void print_set(const char *name, uint64_t value)
{
    if (!value)
        return;
    print(name);
    print("=");
    print_hex(value);
    print(" ");
}

static void apply(const struct setting *s)
{
    SET(mair_el1, s->mair);
    SET(ttbr0_el1, s->ttbr);
    SET(tcr_el1, s->tcr);
    SET(sctlr_el1, s->sctlr ? s->sctlr : 0x30d00800);
    SET(oslar_el1, s->oslar);
    SET(mdcr_el2, s->mdcr2 | 6);
    SET(mdcr_el3, s->mdcr3);
    SET(hcr_el2, s->hcr | RW);
    SET(contextidr_el1, s->contextidr);
    SET(dbgbvr0_el1, s->bvr0); SET(dbgbcr0_el1, s->bcr0);
    SET(dbgbvr1_el1, s->bvr1); SET(dbgbcr1_el1, s->bcr1);
    SET(dbgbvr5_el1, s->bvr5); SET(dbgbcr5_el1, s->bcr5);
    SET(dbgwvr0_el1, s->wvr0); SET(dbgwcr0_el1, s->wcr0);
    SET(dbgwvr1_el1, s->wvr1); SET(dbgwcr1_el1, s->wcr1);
    SET(mdscr_el1, s->mdscr);
}

static void print_setting(const struct setting *s)
{
    print_set("MAIR_EL1", s->mair);
    print_set("TTBR0_EL1", s->ttbr);
    print_set("TCR_EL1", s->tcr);
    print_set("SCTLR_EL1", s->sctlr);
    print_set("OSLAR_EL1", s->oslar);
    print_set("MDCR_EL2", s->mdcr2);
    print_set("MDCR_EL3", s->mdcr3);
    print_set("HCR_EL2", s->hcr);
    print_set("CONTEXTIDR_EL1", s->contextidr);
    print_set("DBGBVR0_EL1", s->bvr0); print_set("DBGBCR0_EL1", s->bcr0);
    print_set("DBGBVR1_EL1", s->bvr1); print_set("DBGBCR1_EL1", s->bcr1);
    print_set("DBGBVR5_EL1", s->bvr5); print_set("DBGBCR5_EL1", s->bcr5);
    print_set("DBGWVR0_EL1", s->wvr0); print_set("DBGWCR0_EL1", s->wcr0);
    print_set("DBGWVR1_EL1", s->wvr1); print_set("DBGWCR1_EL1", s->wcr1);
    print_set("MDSCR_EL1", s->mdscr);
}

// pstate: PSTATE.D (0x200) and PSTATE.SS (0x200000) of the probe.
static void try(struct setting s, struct place where, struct probe probe, uint64_t x0, uint64_t pstate)
{
    volatile uint32_t *code = (volatile uint32_t *)PROBE;
    code[0] = probe.word;
    code[1] = where.level ? 0xd40000e3 : 0xd40000e1; // SMC #7, SVC #7
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" : : "r"(code) : "memory");
    print_setting(&s);
    print_set("x0", x0);
    print_set("pstate", pstate);
    print((char[]){ "0123"[where.level], where.nonsecure ? 'n' : 's', ' ', 0 });
    print(probe.name);
    print(" ");
    print_hex(probe.word);
    SET(scr_el3, 0x500 | (where.nonsecure ? 0x31 : 0x30));
    apply(&s);
    enter(PROBE, pstate | 0x1c0 | where.level << 2 | (where.level ? 1 : 0), x0);
    apply(&(struct setting){ .mdscr = 0 });
    uint64_t esr = outcome[0], level = outcome[4];
    print(" -> ");
    if (!level || esr == 0x56000007) {
        print("none\n");
        return;
    }
    print((char[]){ "0123"[level], ' ', 0 });
    print_hex(esr);
    print(" elr=");
    if (outcome[2] - PROBE < 16)
        print_hex(outcome[2] - PROBE);
    else
        print("vector");
    if (esr >> 27 == 0x34 >> 1) {
        print(" far=");
        print_hex(outcome[1]);
    }
    print(" ss=");
    print_hex(outcome[3] >> 21 & 1);
    print("\n");
}

// HMC, SSC and PMC or PAC: what is not reserved.
static const uint8_t states[][3] = {
    { 0, 0, 1 }, { 0, 0, 2 }, { 0, 0, 3 }, { 0, 1, 1 }, { 0, 1, 2 }, { 0, 1, 3 }, { 0, 2, 1 }, { 0, 2, 2 }, { 0, 2, 3 },
    { 1, 0, 1 }, { 1, 0, 3 }, { 1, 1, 1 }, { 1, 1, 3 }, { 1, 2, 0 }, { 1, 2, 1 }, { 1, 2, 3 }, { 1, 3, 0 },
};

static uint64_t state(unsigned n)
{
    return states[n][0] << 13 | states[n][1] << 14 | states[n][2] << 1;
}

#define EVERYWHERE (1 << 13 | 3 << 1)
#define BCR(bits) (1 | 0xf << 5 | (bits))
#define WCR(bas, bits) (1 | 3 << 3 | (bas) << 5 | (bits))

static void levels(void)
{
    const struct place places[] = { el0ns, el1ns, el2ns, el0s, el1s };
    for (unsigned n = 0; n < COUNT(states); n++)
        for (unsigned p = 0; p < COUNT(places); p++)
            for (unsigned tde = 0; tde < 2; tde++) {
                struct setting s = { .mdscr = MDE | KDE, .mdcr2 = tde ? TDE : 0, .bvr0 = PROBE, .bcr0 = BCR(state(n)) };
                try(s, places[p], nop, 0, 0);
                struct setting w = { .mdscr = MDE | KDE, .mdcr2 = tde ? TDE : 0, .wvr0 = DATA, .wcr0 = WCR(0xff, state(n)) };
                try(w, places[p], str, DATA, 0);
            }
    for (unsigned n = 0; n < COUNT(states); n++)
        for (unsigned write = 0; write < 2; write++) {
            struct setting w = { .mdscr = MDE | KDE, .wvr0 = DATA, .wcr0 = WCR(0xff, state(n)) };
            try(w, el1ns, write ? sttr : ldtr, DATA, 0);
        }
}

static void gates(void)
{
    const struct place places[] = { el0ns, el1ns, el2ns, el0s, el1s };
    const uint64_t controls[][5] = { // MDSCR, OSLAR, MDCR_EL2, MDCR_EL3, HCR
        { 0, 0, 0, 0, 0 }, { KDE, 0, 0, 0, 0 }, { MDE, 0, 0, 0, 0 }, { MDE | KDE, 0, 0, 0, 0 }, { MDE, 0, TDE, 0, 0 },
        { MDE | KDE, 0, TDE, 0, 0 }, { MDE | KDE, 0, 0, SDD, 0 }, { MDE | KDE, 1, 0, 0, 0 }, { MDE | KDE, 0, 0, 0, TGE },
        { MDE | KDE | SS, 0, 0, 0, 0 }, { MDE | SS, 0, 0, 0, 0 }, { MDE | KDE | SS, 0, TDE, 0, 0 }, { MDE | KDE | SS, 0, 0, SDD, 0 },
        { SS, 0, TDE, 0, 0 }, { MDE | KDE | SS, 1, 0, 0, 0 },
    };
    for (unsigned c = 0; c < COUNT(controls); c++)
        for (unsigned p = 0; p < COUNT(places); p++)
            for (unsigned masked = 0; masked < 2; masked++)
                for (unsigned step = 0; step < ((controls[c][0] & SS) ? 2 : 1); step++) {
                    struct setting s = { .mdscr = controls[c][0], .oslar = controls[c][1], .mdcr2 = controls[c][2],
                        .mdcr3 = controls[c][3], .hcr = controls[c][4], .bvr0 = PROBE, .bcr0 = BCR(EVERYWHERE) };
                    uint64_t pstate = masked * 0x200 | step * 0x200000;
                    if ((s.hcr & TGE) && places[p].level == 1 && places[p].nonsecure)
                        continue; // an illegal return
                    try(s, places[p], nop, 0, pstate);
                    s.bcr0 = 0;
                    s.wvr0 = DATA;
                    s.wcr0 = WCR(0xff, EVERYWHERE);
                    try(s, places[p], ldr, DATA, pstate);
                    s.wcr0 = 0;
                    try(s, places[p], brk, 0, pstate);
                }
}

static void ranges(void)
{
    const uint8_t bas[] = { 0x01, 0x02, 0x0c, 0x0f, 0x10, 0x3c, 0x80, 0xf0, 0xff };
    const struct probe probes[] = { ldrb, ldrh, ldrw, ldr, ldp, strb, stp };
    const int8_t offsets[] = { -16, -9, -8, -4, -1, 0, 1, 2, 3, 4, 6, 7, 8 };
    for (unsigned b = 0; b < COUNT(bas); b++)
        for (unsigned high = 0; high < 2; high++)
            for (unsigned p = 0; p < COUNT(probes); p++)
                for (unsigned o = 0; o < COUNT(offsets); o++) {
                    uint64_t at = NORMAL_DATA + 0x100;
                    struct setting s = { TRANSLATES, .mdscr = MDE, .wvr0 = at + 4 * high, .wcr0 = WCR(bas[b], 3 << 1) };
                    if ((b + p + o + high) % 3 == 0)
                        try(s, el0ns, probes[p], at + offsets[o], 0);
                }
    const uint8_t masks[] = { 3, 4, 6, 12, 31 };
    const int64_t distances[] = { -16, -1, 0, 7, 8, 15, 16, 63, 64, 4095, 4096 };
    for (unsigned m = 0; m < COUNT(masks); m++)
        for (unsigned d = 0; d < COUNT(distances); d++) {
            uint64_t at = NORMAL_DATA + 0x2000;
            struct setting s = { TRANSLATES, .mdscr = MDE, .wvr0 = masks[m] == 31 ? 0x80000000 : at, .wcr0 = WCR(0xff, 3 << 1 | masks[m] << 24) };
            try(s, el0ns, d & 1 ? strb : ldrb, at + distances[d], 0);
            try(s, el0ns, stp, at + distances[d], 0);
        }
    for (unsigned lsc = 0; lsc < 4; lsc++) {
        const struct probe kinds[] = { ldr, str, ldxr, zva, cvac };
        for (unsigned k = 0; k < COUNT(kinds); k++) {
            struct setting s = { TRANSLATES, .mdscr = MDE | KDE, .wvr0 = NORMAL_DATA + 0x108, .wcr0 = 1 | lsc << 3 | 0xff << 5 | 3 << 1 };
            try(s, el1ns, kinds[k], NORMAL_DATA + 0x108, 0);
        }
    }
    // Across a page; DC ZVA of the line before; two watchpoints at once.
    struct setting s = { TRANSLATES, .mdscr = MDE, .wvr0 = NORMAL_DATA + 0x1000, .wcr0 = WCR(0xff, 3 << 1) };
    try(s, el0ns, ldr, NORMAL_DATA + 0xffc, 0);
    try(s, el0ns, stp, NORMAL_DATA + 0xff8, 0);
    s.wvr0 = NORMAL_DATA + 0x110;
    s.mdscr = MDE | KDE;
    try(s, el1ns, zva, NORMAL_DATA + 0x13f, 0);
    try(s, el1ns, zva, NORMAL_DATA + 0xff, 0);
    s.wvr1 = NORMAL_DATA + 0x100;
    s.wcr1 = WCR(0x0f, 3 << 1);
    try(s, el1ns, ldr, NORMAL_DATA + 0x100, 0);
}

static void linked(void)
{
    const struct place places[] = { el0ns, el1ns, el2ns, el1s };
    const uint8_t types[] = { 0, 2, 3 };
    for (unsigned t = 0; t < COUNT(types); t++)
        for (unsigned lbn = 3; lbn < 6; lbn++)
            for (unsigned p = 0; p < COUNT(places); p++)
                for (unsigned match = 0; match < 2; match++)
                    for (unsigned enabled = 0; enabled < 2; enabled++) {
                        if (types[t] == 2 && enabled)
                            continue; // an unlinked context match of its own: QEMU does not have it
                        uint64_t link = EVERYWHERE | 1 << 20 | lbn << 16;
                        struct setting s = { .mdscr = MDE | KDE, .contextidr = 0x1234, .bvr0 = PROBE, .bcr0 = BCR(link),
                            .bvr5 = match ? 0x1234 : 0x1235, .bcr5 = (enabled ? 1 : 0) | 0xf << 5 | EVERYWHERE | types[t] << 20 };
                        try(s, places[p], nop, 0, 0);
                        s.bcr0 = 0;
                        s.wvr0 = DATA;
                        s.wcr0 = WCR(0xff, link);
                        try(s, places[p], str, DATA, 0);
                    }
}

static void order(void)
{
    // A breakpoint comes before what its instruction would raise; BAS; an address beside it.
    struct setting s = { .mdscr = MDE | KDE, .bvr0 = PROBE, .bcr0 = BCR(EVERYWHERE), .wvr0 = DATA, .wcr0 = WCR(0xff, EVERYWHERE) };
    try(s, el1ns, brk, 0, 0);
    try(s, el1ns, udf, 0, 0);
    try(s, el1ns, str, DATA, 0);
    s.bcr0 = 0;
    try(s, el1ns, str, DATA, 0);
    s.wcr0 = 0;
    for (unsigned bas = 0; bas < 16; bas++) {
        if (bas != 0 && bas != 3 && bas != 12 && bas != 15)
            continue;
        s.bcr0 = 1 | bas << 5 | EVERYWHERE;
        try(s, el1ns, nop, 0, 0);
    }
    s.bcr0 = BCR(EVERYWHERE);
    s.bvr0 = PROBE + 4;
    try(s, el1ns, nop, 0, 0);
    s.bvr0 = PROBE - 4;
    try(s, el1ns, nop, 0, 0);
    s.bvr1 = PROBE;
    s.bcr1 = BCR(2 << 1);
    try(s, el0ns, nop, 0, 0);
    try(s, el1ns, nop, 0, 0);
}

void main(void)
{
    volatile uint64_t *table = (volatile uint64_t *)TABLE;
    table[1] = 0x40000701;
    table[2] = 0x40000741;
    levels();
    gates();
    ranges();
    linked();
    order();
}
