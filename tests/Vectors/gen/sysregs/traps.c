// Tries every register and system instruction of registers.h from EL0 and EL1 under every control of controls[], and
// prints tests/Vectors/sysregs/traps.txt. Runs alone on qemu-system-aarch64, entered at EL2.
#include <stdint.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0\n isb" : : "r"((uint64_t)(value)))

struct reg { const char *name; uint32_t id; };
static const struct reg registers[] = {
#include "registers.h"
};

struct controls { uint64_t hcr, cptr, mdcr, cnthctl, sctlr, cntkctl, cpacr, pmuserenr, mdscr; };
#define RW 0x80000000u
#define TGE 0x88000000u
#define SCTLR 0x34d5c200u
#define BASE .hcr = RW, .cptr = 0x33ff, .mdcr = 6, .cnthctl = 3, .sctlr = SCTLR, .cntkctl = 0x303, .cpacr = 0x300000, .pmuserenr = 1

static const struct { const char *heading; struct controls set; } controls[] = {
    { "[base] HCR_EL2=80000000 CPTR_EL2=33ff MDCR_EL2=6 CNTHCTL_EL2=3 SCTLR_EL1=34d5c200 CNTKCTL_EL1=303 CPACR_EL1=300000 "
      "PMUSERENR_EL0=1 MDSCR_EL1=0", { BASE } },
    { "[HCR_EL2.TID1] HCR_EL2=80010000", { BASE, .hcr = RW | 1 << 16 } },
    { "[HCR_EL2.TID2] HCR_EL2=80020000", { BASE, .hcr = RW | 1 << 17 } },
    { "[HCR_EL2.TID3] HCR_EL2=80040000", { BASE, .hcr = RW | 1 << 18 } },
    { "[HCR_EL2.TACR] HCR_EL2=80200000", { BASE, .hcr = RW | 1 << 21 } },
    { "[HCR_EL2.TSW] HCR_EL2=80400000", { BASE, .hcr = RW | 1 << 22 } },
    { "[HCR_EL2.TPC] HCR_EL2=80800000", { BASE, .hcr = RW | 1 << 23 } },
    { "[HCR_EL2.TPU] HCR_EL2=81000000", { BASE, .hcr = RW | 1 << 24 } },
    { "[HCR_EL2.TTLB] HCR_EL2=82000000", { BASE, .hcr = RW | 1 << 25 } },
    { "[HCR_EL2.TVM] HCR_EL2=84000000", { BASE, .hcr = RW | 1 << 26 } },
    { "[HCR_EL2.TDZ] HCR_EL2=90000000", { BASE, .hcr = RW | 1 << 28 } },
    { "[HCR_EL2.TRVM] HCR_EL2=c0000000", { BASE, .hcr = RW | 1 << 30 } },
    { "[HCR_EL2.TGE] HCR_EL2=88000000", { BASE, .hcr = TGE } },
    { "[CPTR_EL2.TCPAC] CPTR_EL2=800033ff", { BASE, .cptr = 0x800033ff } },
    { "[CPTR_EL2.TFP] CPTR_EL2=37ff", { BASE, .cptr = 0x37ff } },
    { "[MDCR_EL2.TPM] MDCR_EL2=46", { BASE, .mdcr = 0x46 } },
    { "[MDCR_EL2.TDE] MDCR_EL2=106", { BASE, .mdcr = 0x106 } },
    { "[MDCR_EL2.TDA] MDCR_EL2=206", { BASE, .mdcr = 0x206 } },
    { "[MDCR_EL2.TDOSA] MDCR_EL2=406", { BASE, .mdcr = 0x406 } },
    { "[MDCR_EL2.TDRA] MDCR_EL2=806", { BASE, .mdcr = 0x806 } },
    { "[CNTHCTL_EL2=0] CNTHCTL_EL2=0", { BASE, .cnthctl = 0 } },
    { "[CNTHCTL_EL2=1] CNTHCTL_EL2=1", { BASE, .cnthctl = 1 } },
    { "[CNTHCTL_EL2=2] CNTHCTL_EL2=2", { BASE, .cnthctl = 2 } },
    { "[SCTLR_EL1.UMA=0] SCTLR_EL1=34d5c000", { BASE, .sctlr = SCTLR & ~(1u << 9) } },
    { "[SCTLR_EL1.DZE=0] SCTLR_EL1=34d58200", { BASE, .sctlr = SCTLR & ~(1u << 14) } },
    { "[SCTLR_EL1.UCT=0] SCTLR_EL1=34d54200", { BASE, .sctlr = SCTLR & ~(1u << 15) } },
    { "[SCTLR_EL1.UCI=0] SCTLR_EL1=30d5c200", { BASE, .sctlr = SCTLR & ~(1u << 26) } },
    { "[CNTKCTL_EL1=0] CNTKCTL_EL1=0", { BASE, .cntkctl = 0 } },
    { "[CNTKCTL_EL1=1] CNTKCTL_EL1=1", { BASE, .cntkctl = 1 } },
    { "[CNTKCTL_EL1=2] CNTKCTL_EL1=2", { BASE, .cntkctl = 2 } },
    { "[CNTKCTL_EL1=100] CNTKCTL_EL1=100", { BASE, .cntkctl = 0x100 } },
    { "[CNTKCTL_EL1=200] CNTKCTL_EL1=200", { BASE, .cntkctl = 0x200 } },
    { "[CPACR_EL1.FPEN=0] CPACR_EL1=0", { BASE, .cpacr = 0 } },
    { "[CPACR_EL1.FPEN=1] CPACR_EL1=100000", { BASE, .cpacr = 0x100000 } },
    { "[CPACR_EL1.FPEN=2] CPACR_EL1=200000", { BASE, .cpacr = 0x200000 } },
    { "[PMUSERENR_EL0=0] PMUSERENR_EL0=0", { BASE, .pmuserenr = 0 } },
    { "[PMUSERENR_EL0=2] PMUSERENR_EL0=2", { BASE, .pmuserenr = 2 } },
    { "[PMUSERENR_EL0=4] PMUSERENR_EL0=4", { BASE, .pmuserenr = 4 } },
    { "[PMUSERENR_EL0=8] PMUSERENR_EL0=8", { BASE, .pmuserenr = 8 } },
    { "[HCR_EL2.TGE+CNTKCTL_EL1=0] HCR_EL2=88000000 CNTKCTL_EL1=0", { BASE, .hcr = TGE, .cntkctl = 0 } },
    { "[HCR_EL2.TGE+SCTLR_EL1.UMA=0] HCR_EL2=88000000 SCTLR_EL1=34d5c000", { BASE, .hcr = TGE, .sctlr = SCTLR & ~(1u << 9) } },
    { "[HCR_EL2.TGE+CPACR_EL1.FPEN=0] HCR_EL2=88000000 CPACR_EL1=0", { BASE, .hcr = TGE, .cpacr = 0 } },
    { "[HCR_EL2.TGE+PMUSERENR_EL0=0] HCR_EL2=88000000 PMUSERENR_EL0=0", { BASE, .hcr = TGE, .pmuserenr = 0 } },
};

// Exception class and immediate with which a probe says that it went through, and with which EL1's vectors report.
#define HVC_DONE 0x5a000007u
#define SVC_DONE 0x56000007u
#define HVC_FROM_VECTOR 0x5a000008u
#define UNDEFINED 0x02000000u
#define MRS_X1_ESR_EL1_TRAPPED 0x62301425u

extern volatile uint64_t outcome[2];
extern uint32_t read_word[], probe_el1[], probe_el0[];
uint64_t read_at_el2(void);
void enter(uint64_t address, uint64_t spsr, uint64_t x0);

static uint8_t buffer[256] __attribute__((aligned(64)));
static uint64_t first[2][2][ARRAY_LENGTH(registers)];

static void print(const char *text)
{
    while (*text)
        *(volatile uint32_t *)0x09000000 = (uint8_t)*text++;
}

static void print_hex(uint32_t value, int digits)
{
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        print((char[]){ "0123456789abcdef"[value >> shift & 15], 0 });
}

static void apply(const struct controls *c)
{
    WRITE_REGISTER(hcr_el2, c->hcr);
    WRITE_REGISTER(cptr_el2, c->cptr);
    WRITE_REGISTER(mdcr_el2, c->mdcr);
    WRITE_REGISTER(cnthctl_el2, c->cnthctl);
    WRITE_REGISTER(sctlr_el1, c->sctlr);
    WRITE_REGISTER(cntkctl_el1, c->cntkctl);
    WRITE_REGISTER(cpacr_el1, c->cpacr);
    WRITE_REGISTER(pmuserenr_el0, c->pmuserenr);
    WRITE_REGISTER(mdscr_el1, c->mdscr);
}

static void patch(uint32_t *place, uint32_t word)
{
    *(volatile uint32_t *)place = word;
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" : : "r"(place) : "memory");
}

static uint32_t word_of(uint32_t id, int is_write)
{
    return (is_write ? 0xd5000000u : 0xd5200000u) | id << 5;
}

// Level and ESR of the exception, or 0.
static uint64_t try_access(uint32_t id, int is_write, int level, uint64_t value)
{
    uint32_t *probe = level ? probe_el1 : probe_el0;
    patch(probe, word_of(id, is_write));
    enter((uint64_t)probe, level ? 0x3c5 : 0x3c0, value);
    uint32_t esr_el2 = (uint32_t)outcome[0], esr_el1 = (uint32_t)outcome[1];
    if (esr_el2 == HVC_DONE || esr_el2 == SVC_DONE)
        return 0;
    if (esr_el2 == HVC_FROM_VECTOR)
        return esr_el1 == SVC_DONE ? 0 : 1ull << 32 | esr_el1;
    // With TRVM the vectors at EL1 cannot read ESR_EL1: nothing is known of that probe.
    return esr_el2 == MRS_X1_ESR_EL1_TRAPPED ? ~0ull : 2ull << 32 | esr_el2;
}

static void try_register(unsigned control, int level, int is_write, unsigned index)
{
    const struct reg *reg = &registers[index];
    int is_operation = reg->id >> 14 == 1;
    if (is_operation && !is_write)
        return;
    // A write puts back what the register holds.
    patch(read_word, word_of(reg->id, 0));
    uint64_t value = is_operation ? (uint64_t)buffer : is_write ? read_at_el2() : 0;
    apply(&controls[control].set);
    uint64_t got = try_access(reg->id, is_write, level, value);
    apply(&controls[0].set);
    uint64_t before = control ? first[level][is_write][index] : 0;
    if (!control)
        first[level][is_write][index] = got;
    if (got == before || got == ~0ull || ((uint32_t)got == UNDEFINED && (uint32_t)before == UNDEFINED))
        return;
    print(level ? "1 " : "0 ");
    print(is_write ? "W " : "R ");
    print(reg->name);
    print(got >> 32 == 2 ? " 2 " : " 1 ");
    print_hex((uint32_t)got, 8);
    print("\n");
}

int main(void)
{
    apply(&controls[0].set);
    for (unsigned control = 0; control < ARRAY_LENGTH(controls); control++) {
        print(controls[control].heading);
        print("\n");
        // With TGE there is no EL1.
        int levels = controls[control].set.hcr == TGE ? 1 : 2;
        for (int level = 0; level < levels; level++)
            for (int is_write = 0; is_write < 2; is_write++)
                for (unsigned index = 0; index < ARRAY_LENGTH(registers); index++)
                    try_register(control, level, is_write, index);
    }
    __asm__ volatile("mov x0, %0\n smc #0" : : "r"(0x84000008ull) : "x0");
    return 0;
}
