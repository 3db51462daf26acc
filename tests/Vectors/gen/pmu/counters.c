// Runs the cases of cases.S and prints tests/Vectors/debug/counters.txt. Runs alone on qemu-system-aarch64 with -icount,
// entered at EL3.
#include <stdint.h>

#define SET(name, value) __asm__ volatile("msr " #name ", %0\n isb" : : "r"((uint64_t)(value)))
#define PROBE 0x400c0000ull

extern const char __start_cases[];
extern volatile uint64_t outcome[6];
void enter(uint64_t address, uint64_t spsr);

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

static void reset(void)
{
    SET(pmcr_el0, 6);
    SET(pmcntenclr_el0, 0xffffffff);
    SET(pmovsclr_el0, 0xffffffff);
    SET(pmevtyper0_el0, 0); SET(pmevtyper1_el0, 0); SET(pmevtyper2_el0, 0); SET(pmccfiltr_el0, 0);
    SET(pmevcntr0_el0, 0); SET(pmevcntr1_el0, 0); SET(pmevcntr2_el0, 0);
}

void main(void)
{
    const char *at = __start_cases;
    SET(mdcr_el2, 6);
    SET(mdcr_el3, 1 << 17); // SPME
    SET(hcr_el2, 1u << 31);
    while (*at) {
        const char *name = at;
        while (*at)
            at++;
        int secure = at[-1] == 's';
        at = (const char *)(((uintptr_t)at + 4) & ~3ul);
        volatile uint32_t *code = (volatile uint32_t *)PROBE;
        print(name);
        print(" ");
        for (unsigned n = 0; *(const uint32_t *)at != 0xffffffff; at += 4, n++) {
            code[n] = *(const uint32_t *)at;
            if (n)
                print("+");
            print_hex(code[n]);
        }
        at += 4;
        __asm__ volatile("dsb ish\n ic iallu\n dsb ish\n isb");
        SET(scr_el3, secure ? 0x530 : 0x531);
        reset();
        enter(PROBE, 0x3c5);
        print(" ->");
        for (int n = 0; n < 6; n++) {
            print(" ");
            print_hex(outcome[n]);
        }
        print("\n");
    }
}
