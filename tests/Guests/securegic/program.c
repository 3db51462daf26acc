// A GICv3 with two Security states, from EL3 and the levels below in both: what registers show, what traps, who is sent an SGI, who
// takes and ends what, and whether it is an IRQ or an FIQ. IHI 0069: Interrupt grouping; AArch64 System register descriptions.

typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BIT(n) (1ul << (n))
#define SET(name, value) __asm__ volatile("msr " #name ", %0\n isb" : : "r"((u64)(value)) : "memory")
#define GET(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory"); value_; })
#define GICD(offset) (*(volatile u32 *)(0x08000000ul + (offset)))
#define GICR(offset) (*(volatile u32 *)(0x080b0000ul + (offset)))
#define GICR_PRIORITY(id) (*(volatile u8 *)(0x080b0400ul + (id)))
#define STUB(name, text) \
    __asm__(".pushsection .stubs, \"ax\"\n .balign 16\n .global " #name "\n" #name ": " text "\n smc #0x7ff\n .popsection"); \
    extern char name[]

#define READABLE(X) \
    X(pmr, icc_pmr_el1) X(iar0, icc_iar0_el1) X(hppir0, icc_hppir0_el1) X(bpr0, icc_bpr0_el1) X(ap0r0, S3_0_C12_C8_4) \
    X(ap1r0, S3_0_C12_C9_0) X(rpr, icc_rpr_el1) X(iar1, icc_iar1_el1) X(hppir1, icc_hppir1_el1) X(bpr1, icc_bpr1_el1) \
    X(ctlr, icc_ctlr_el1) X(sre, icc_sre_el1) X(igrpen0, icc_igrpen0_el1) X(igrpen1, icc_igrpen1_el1) X(isr, isr_el1) \
    X(hcr, S3_4_C12_C11_0) X(sre2, S3_4_C12_C9_5) X(sre3, S3_6_C12_C12_5) X(igrpen1_el3, S3_6_C12_C12_7)
#define WRITABLE(X) \
    X(pmr, icc_pmr_el1) X(eoir0, icc_eoir0_el1) X(bpr0, icc_bpr0_el1) X(ap0r0, S3_0_C12_C8_4) X(dir, icc_dir_el1) \
    X(sgi1r, icc_sgi1r_el1) X(asgi1r, icc_asgi1r_el1) X(sgi0r, icc_sgi0r_el1) X(eoir1, icc_eoir1_el1) X(bpr1, icc_bpr1_el1) \
    X(ctlr, icc_ctlr_el1) X(igrpen0, icc_igrpen0_el1) X(igrpen1, icc_igrpen1_el1) X(igrpen1_el3, S3_6_C12_C12_7)
#define STUB_READ(name, reg) STUB(read_##name, "mrs x3, " #reg);
#define STUB_WRITE(name, reg) STUB(write_##name, "msr " #reg ", x0");
READABLE(STUB_READ)
WRITABLE(STUB_WRITE)

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

static struct probe {
    u64 pc, spsr, x0, x3, vector, esr;
} probe;
void enter(struct probe *p);
void program(void) __attribute__((noreturn));

// Where a stub can be. NS, RW and HCE of SCR_EL3; all below EL3 is AArch64.
static const struct {
    const char *name;
    u64 scr, spsr;
} places[] = {
    { "EL3", 0x430, 0x3cd }, { "EL3 NS", 0x531, 0x3cd }, { "S-EL1", 0x430, 0x3c5 }, { "EL2", 0x531, 0x3c9 }, { "EL1", 0x531, 0x3c5 },
};
enum { PLACES = COUNT(places), FIQ = 1 << 2, IRQ = 1 << 1 };

static void put(char c)
{
    volatile u32 *const uart = (volatile u32 *)0x09000000;
    while (uart[0x18 / 4] & 1 << 5) {
    }
    uart[0] = (u32)c;
}

static void text(const char *s)
{
    while (*s)
        put(*s++);
}

static void hex(u64 value)
{
    int shift = 60;
    text(" ");
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put("0123456789abcdef"[(value >> shift) & 15]);
}

// Runs a stub somewhere; gives the value that it read.
static u64 at(u32 place, u64 more, void *stub, u64 x0)
{
    SET(scr_el3, places[place].scr | more);
    probe.pc = (u64)stub;
    probe.spsr = places[place].spsr;
    probe.x0 = x0;
    enter(&probe);
    SET(scr_el3, places[0].scr);
    return probe.x3;
}

// How it ended: at its end, by an exception to EL1 or EL2, which come here by SMC, or to EL3.
static void outcome(void)
{
    u64 imm = probe.esr & 0xffff;
    if (probe.esr >> 26 != 0x17) {
        text(" EL3");
        hex(probe.vector);
        hex(probe.esr);
    } else if (imm != 0x7ff) {
        text(" EL");
        put((char)('0' + (imm >> 8)));
        hex(imm & 15);
        hex(probe.x3);
    } else {
        hex(probe.x3);
    }
    text("\n");
}

static u64 drawn;

static u32 draw(u32 below)
{
    drawn = drawn * 6364136223846793005 + 1442695040888963407;
    return (u32)(drawn >> 33) % below;
}

static void quiet(void)
{
    GICR(0x180) = ~0u;
    GICR(0x280) = ~0u;
    GICR(0x380) = ~0u;
    GICR(0x80) = GICR(0xd00) = GICR(0xe00) = 0;
    for (u32 id = 0; id < 32; id++)
        GICR_PRIORITY(id) = 0x80;
    GICD(0) = 7;
    for (u32 place = 0; place < 2; place++) {
        at(place, 0, write_ap0r0, 0);
        SET(scr_el3, places[place].scr);
        SET(S3_0_C12_C9_0, 0);
        SET(icc_bpr1_el1, 0);
        SET(icc_ctlr_el1, 0);
        SET(icc_igrpen1_el1, 1);
    }
    SET(scr_el3, places[0].scr);
    SET(S3_6_C12_C12_4, 0);
    SET(icc_pmr_el1, 0xff);
    SET(icc_bpr0_el1, 0);
    SET(icc_igrpen0_el1, 1);
}

static void make(u32 id, u32 group) // 0, 1: Non-secure Group 1, 2: Secure Group 1
{
    GICR(0x80) = (u32)((GICR(0x80) & ~BIT(id)) | (group == 1 ? BIT(id) : 0));
    GICR(0xd00) = (u32)((GICR(0xd00) & ~BIT(id)) | (group == 2 ? BIT(id) : 0));
}

static void fixed(void)
{
    text("after reset");
    hex(GICD(0));
    hex(GICD(4));
    hex(GET(S3_6_C12_C12_4));
    hex(GET(S3_6_C12_C12_5));
    hex(GET(S3_6_C12_C12_7));
    text("\n");
    static const u64 controls[] = { ~0ul, 0, 2, 5 };
    for (u32 n = 0; n < 3; n++) {
        GICD(0) = (u32)(controls[n] & ~BIT(6));
        hex(GICD(0));
    }
    SET(S3_6_C12_C12_4, 0);
    hex(GET(S3_6_C12_C12_4));
    SET(S3_6_C12_C12_4, 0x1f);
    hex(GET(S3_6_C12_C12_4));
    for (u32 place = 0; place < PLACES; place++)
        hex(at(place, 0, read_ctlr, 0));
    text("\n");
    SET(S3_6_C12_C12_4, 0);
}

// Each place writes, then all read: what is banked, shared or shifted.
static void banks(void)
{
    static void *const written[] = { write_pmr, write_bpr0, write_bpr1, write_ctlr, write_igrpen0, write_igrpen1, write_igrpen1_el3 };
    static void *const read[] = { read_pmr, read_bpr0, read_bpr1, read_ctlr, read_igrpen0, read_igrpen1, read_rpr };
    static const u64 values[] = { 0xff, 0, 0x98, 5, 2, 1, 7 };
    for (u32 common = 0; common < 2; common++)
        for (u32 n = 0; n < COUNT(written); n++)
            for (u32 place = 0; place < PLACES; place++)
                for (u32 v = 0; v < COUNT(values); v++) {
                    u64 value = written[n] == write_bpr0 || written[n] == write_bpr1 ? values[v] & 7 : values[v];
                    quiet();
                    SET(S3_6_C12_C12_4, common * 3);
                    for (u32 more = 0; more <= FIQ; more += FIQ) {
                        at(place, more, written[n], value);
                        text(places[place].name);
                        hex(n);
                        hex(value);
                        for (u32 from = 0; from < PLACES; from++)
                            for (u32 r = 0; r < COUNT(read); r++)
                                hex(at(from, r == 0 || r == 6 ? more : 0, read[r], 0));
                        text("\n");
                    }
                }
}

static void traps(void)
{
    static const u64 routes[] = { 0, FIQ, IRQ, FIQ | IRQ };
    static const u64 hcrs[] = { 0, BIT(3), BIT(4) };
    for (u32 place = 0; place < PLACES; place++)
        for (u32 route = 0; route < COUNT(routes); route++)
            for (u32 h = 0; h < COUNT(hcrs); h++) {
                quiet();
                SET(hcr_el2, BIT(31) | hcrs[h]);
                text(places[place].name);
                hex(routes[route]);
                hex(hcrs[h]);
                text("\n");
                for (u32 n = 0; n < COUNT(reads); n++) {
                    at(place, routes[route], reads[n].stub, 0);
                    text(reads[n].name);
                    outcome();
                }
                for (u32 n = 0; n < COUNT(writes); n++) {
                    at(place, routes[route], writes[n].stub, 1023);
                    text(writes[n].name);
                    outcome();
                }
            }
    SET(hcr_el2, BIT(31));
}

static void sgis(void)
{
    static void *const senders[] = { write_sgi0r, write_sgi1r, write_asgi1r };
    for (u32 place = 0; place < PLACES; place++)
        for (u32 sender = 0; sender < COUNT(senders); sender++)
            for (u32 access = 0; access < 4; access++) {
                quiet();
                for (u32 id = 0; id < 3; id++)
                    make(id, id);
                GICR(0xe00) = 0x55555555u * access;
                for (u64 id = 0; id < 3; id++)
                    at(place, 0, senders[sender], id << 24 | 1);
                text("SGI from ");
                text(places[place].name);
                hex(sender);
                hex(access);
                hex(GICR(0x200));
                text("\n");
            }
}

// Interrupts of all groups, taken and ended anywhere.
static void traffic(u64 seed)
{
    static void *const ways[] = { read_hppir0, read_hppir1, read_isr, read_rpr, read_pmr, read_ap0r0, read_ap1r0 };
    drawn = seed;
    quiet();
    for (u32 step = 0; step < 150; step++) {
        u32 id = draw(32), place = draw(PLACES);
        u64 more = (u64)draw(4) << 1;
        if ((places[place].scr & 1) == 0 || place == 1)
            more = 0;
        switch (draw(9)) {
        case 0:
            make(id, draw(3));
            break;
        case 1:
            GICR_PRIORITY(id) = (u8)(draw(32) << 3);
            break;
        case 2:
        case 3:
            GICR(0x100) = BIT(id);
            GICR(0x200) = BIT(id);
            break;
        case 4:
            at(place, more, write_pmr, 0x40 + draw(0xc0));
            break;
        case 5:
            if (GET(icc_rpr_el1) == 0xff)
                at(place, more, write_bpr1, draw(8));
            break;
        case 6:
            if (GET(icc_rpr_el1) == 0xff)
                SET(S3_6_C12_C12_4, draw(8) << 2);
            break;
        default: {
            u32 group = draw(2);
            u64 taken = at(place, more, group ? read_iar1 : read_iar0, 0);
            text(places[place].name);
            hex(more);
            hex(group);
            outcome();
            if (draw(3)) {
                u32 other = draw(4) ? place : draw(PLACES);
                at(other, 0, group ? write_eoir1 : write_eoir0, taken & 0xffffff);
                if (draw(2))
                    at(other, 0, write_dir, taken & 0xffffff);
            }
            break;
        }
        }
        if (draw(12) == 0) { // nothing stays for ever
            SET(S3_0_C12_C8_4, 0);
            SET(S3_0_C12_C9_0, 0);
            SET(scr_el3, places[1].scr);
            SET(icc_eoir1_el1, 5);
            SET(scr_el3, places[0].scr);
            GICR(0x380) = ~0u;
        }
        for (u32 from = 0; from < PLACES; from++)
            for (u32 n = 0; n < COUNT(ways); n++)
                hex(at(from, 0, ways[n], 0));
        hex(GICR(0x200));
        hex(GICR(0x300));
        text("\n");
    }
    quiet();
}

void program(void)
{
    SET(scr_el3, places[0].scr);
    SET(hcr_el2, BIT(31));
    fixed();
    banks();
    traps();
    sgis();
    for (u64 seed = 1; seed < 7; seed++)
        traffic(seed);
    text("end\n");
    // gpio-poweroff of the Secure PL061.
    *(volatile u32 *)0x090b0400 = 1;
    *(volatile u32 *)(0x090b0000 + 4) = 1;
    for (;;)
        __asm__ volatile("wfi");
}
