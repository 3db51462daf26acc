// Reads which kernel to run and how long, runs it, prints its checksum, powers off.
#include "bench.h"

u64 boot_level;

void bench_main(void);
_Noreturn void bench_fault(void);
_Noreturn void power_off(void);

const struct kernel kernels[] = {
    { "empty", 0, 0, 0 },
    { "sha256", sha256_prepare, sha256, 100 },
    { "crc32", crc32_prepare, crc32, 10 },
    { "sort", 0, sort, 2 },
    { "copy", copy_prepare, copy, 20 },
    { "strides", 0, strides, 4 },
    { "zero", 0, zero, 20 },
    { "bytecode", 0, bytecode, 100 },
    { "indirect-calls", 0, indirect_calls, 1000 },
    { "fp-double", 0, fp_double, 10 },
    { "neon-float", neon_float_prepare, neon_float, 4 },
    { "neon-integer", neon_integer_prepare, neon_integer, 10 },
    { "aes", 0, aes, 10 },
    { "svc", 0, svc_round_trips, 1000 },
    { "hvc", 0, hvc_round_trips, 1000 },
    { "stage2-abort", 0, stage2_aborts, 1000 },
    { "random-pages", window_prepare, random_pages, 65536 },
    { "change-pte", window_prepare, change_pte, 1000 },
    { "flush-all", window_prepare, flush_all, 100 },
    { "mmio-read", 0, mmio_reads, 1000 },
    { "modified-code", 0, modified_code, 100 },
    { "timer", timer_prepare, timer_interrupts, 10 },
};
const u64 kernel_count = sizeof kernels / sizeof kernels[0];

static void put(char c) { *device(UART_BASE) = (u32)c; }

static void text(const char *s)
{
    for (; *s; s++) {
        put(*s);
    }
}

static void hexadecimal(u64 value)
{
    text("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[value >> shift & 15]);
    }
}

// The next word of the parameters, ended in place.
static char *word(char **from)
{
    char *start = *from;
    char *end = start;
    while (*end > ' ') {
        end++;
    }
    *from = *end ? end + 1 : end;
    *end = 0;
    return start;
}

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static u64 number(const char *s)
{
    u64 value = 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        value = value * 10 + (u64)(*s - '0');
    }
    return value;
}

void bench_fault(void)
{
    text("BENCH unexpected exception ESR_EL1=");
    hexadecimal(READ_SYSREG(esr_el1));
    text(" ELR_EL1=");
    hexadecimal(READ_SYSREG(elr_el1));
    text("\n");
    power_off();
}

// QEMU doubles its TLB at a flush and at no other time, and a real system flushes now and then: without these flushes
// its first, small size would be measured.
static u64 warm(const struct kernel *k)
{
    u64 sum = 0;
    for (int flush = 0; flush < 8; flush++) {
        sum = mix(sum, k->run(k->warm_up));
        __asm__ volatile("tlbi vmalle1\n\tdsb sy\n\tisb" : : : "memory");
    }
    return sum;
}

void bench_main(void)
{
    char *parameters = (char *)PARAMETERS;
    const char *name = word(&parameters);
    const char *units = word(&parameters);
    for (const struct kernel *k = kernels; k < kernels + kernel_count; k++) {
        if (!same(k->name, name)) {
            continue;
        }

        u64 sum = 0;
        if (k->prepare) {
            k->prepare();
        }
        if (k->run) {
            sum = warm(k);
            sum = mix(sum, k->run(number(units)));
        }
        text("BENCH ");
        text(name);
        text(" ");
        text(units);
        text(" ");
        hexadecimal(sum);
        text("\n");
        return;
    }

    text("BENCH no such kernel: ");
    text(name);
    text("\n");
}
