// The board: QEMU's virt with a GICv2. DDI 0183 (UART), IHI 0048 (GIC), PCI Local Bus Specification 3.0 (configuration space).
#include "smmu.h"

#define UART 0x09000000ul
#define ECAM 0x4010000000ul
#define WINDOW 0x10000000ul
#define DISTRIBUTOR 0x08000000ul
#define CPU_INTERFACE 0x08010000ul

static int wrong, total_wrong;
static u64 wrong_got, wrong_want;
static const char *shown_name[8];
static u64 shown_value[8];
static unsigned shown;

u32 read32(u64 at) { return *(volatile u32 *)at; }
u64 read64(u64 at) { return *(volatile u64 *)at; }
void write32(u64 at, u32 value) { *(volatile u32 *)at = value; }
void write64(u64 at, u64 value) { *(volatile u64 *)at = value; }

void text(const char *t)
{
    for (; *t; t++) {
        write32(UART, (u8)*t);
    }
}

void hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    text("0x");
    for (; shift >= 0; shift -= 4) {
        write32(UART, (u8)"0123456789abcdef"[value >> shift & 15]);
    }
}

void same(u64 got, u64 want)
{
    if (got != want && !wrong) {
        wrong = 1;
        wrong_got = got;
        wrong_want = want;
    }
}

void shows(const char *what, u64 value)
{
    if (shown < LENGTH(shown_name)) {
        shown_name[shown] = what;
        shown_value[shown++] = value;
    }
}

void done(const char *section, const char *what)
{
    text(section);
    text(" ");
    text(what);
    text(": ");
    for (unsigned i = 0; i < shown; i++) {
        text(shown_name[i]);
        text(" ");
        hex(shown_value[i]);
        text(", ");
    }
    text(wrong ? "FAILED, got " : "ok\n");
    if (wrong) {
        hex(wrong_got);
        text(", want ");
        hex(wrong_want);
        text("\n");
    }
    total_wrong += wrong;
    wrong = 0;
    shown = 0;
}

int failures(void) { return total_wrong; }

u64 config_of(u32 sid) { return ECAM + ((u64)sid << 12); }

u64 region_of(u32 sid) { return WINDOW + ((u64)sid << 17); }

u32 find_function(u32 id, int index)
{
    for (u32 sid = 8; sid < 256; sid += 8) {
        if (read32(config_of(sid)) == id && index-- == 0) {
            write32(config_of(sid) + 0x10, (u32)region_of(sid));
            write32(config_of(sid) + 0x04, 6);
            return sid;
        }
    }
    return 0;
}

u32 find_capability(u32 sid, u32 id)
{
    u32 at = 0x100;
    while (at && (read32(config_of(sid) + at) & 0xffff) != id) {
        at = read32(config_of(sid) + at) >> 20;
    }
    return at;
}

// An SPI of an edge: what a pulse makes pending stays so.
void enable_interrupt(u32 id)
{
    u64 edge = DISTRIBUTOR + 0xc00 + (id / 16) * 4;
    write32(DISTRIBUTOR, 1);
    write32(CPU_INTERFACE, 1);
    write32(CPU_INTERFACE + 4, 0xff);
    write32(edge, read32(edge) | (2u << (id % 16 * 2)));
    *(volatile u8 *)(DISTRIBUTOR + 0x800 + id) = 1;
    write32(DISTRIBUTOR + 0x100 + (id / 32) * 4, 1u << (id % 32));
}

int is_pending(u32 id) { return read32(DISTRIBUTOR + 0x200 + (id / 32) * 4) >> (id % 32) & 1; }

void clear_pending(u32 id) { write32(DISTRIBUTOR + 0x280 + (id / 32) * 4, 1u << (id % 32)); }

void nap(void)
{
    const u32 timer = 27;
    u64 frequency;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    enable_interrupt(timer);
    clear_pending(timer);
    __asm__ volatile("msr cntv_tval_el0, %0\n msr cntv_ctl_el0, %1\n isb\n wfi\n msr cntv_ctl_el0, xzr\n isb" : : "r"(frequency / 10), "r"(1ul) : "memory");
}

void unexpected(void)
{
    text("an exception that nobody expects\n");
    off();
}
