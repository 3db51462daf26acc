// Memory kernels: copies, walks with strides, zeroing by DC ZVA and by stores.
#include "bench.h"

// GCC makes calls of these from loops and initializers.
void *memcpy(void *to, const void *from, u64 size);
void *memset(void *to, int value, u64 size);

void *memcpy(void *to, const void *from, u64 size)
{
    u8 *t = to;
    const u8 *f = from;
    for (; size >= 64; size -= 64, t += 64, f += 64) {
        u64 a, b, c, d;
        __asm__ volatile(
            "ldp %0, %1, [%5]\n\tldp %2, %3, [%5, #16]\n\tstp %0, %1, [%4]\n\tstp %2, %3, [%4, #16]\n\t"
            "ldp %0, %1, [%5, #32]\n\tldp %2, %3, [%5, #48]\n\tstp %0, %1, [%4, #32]\n\tstp %2, %3, [%4, #48]"
            : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d) : "r"(t), "r"(f) : "memory");
    }
    for (; size; size--) {
        *t++ = *f++;
    }
    return to;
}

void *memset(void *to, int value, u64 size)
{
    u8 *t = to;
    u64 pattern = (u64)(u8)value * 0x0101010101010101;
    for (; size >= 64; size -= 64, t += 64) {
        __asm__ volatile("stp %1, %1, [%0]\n\tstp %1, %1, [%0, #16]\n\tstp %1, %1, [%0, #32]\n\tstp %1, %1, [%0, #48]"
            : : "r"(t), "r"(pattern) : "memory");
    }
    for (; size; size--) {
        *t++ = (u8)value;
    }
    return to;
}

#define BUFFER 65536
static u64 source[BUFFER / 8];
static u64 target[BUFFER / 8 + 1];

void copy_prepare(void)
{
    u64 seed = 3;
    for (u64 i = 0; i < BUFFER / 8; i++) {
        source[i] = next_random(&seed);
    }
}

// One unit: 64 KiB, every second time to an address that is not aligned.
u64 copy(u64 units)
{
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        source[unit % (BUFFER / 8)] ^= unit;
        memcpy((u8 *)target + (unit & 1) * 3, source, BUFFER);
        sum = mix(sum, target[unit * 7 % (BUFFER / 8)]);
    }
    return sum;
}

#define WALKED (1UL << 22)

// One unit: 4096 loads and stores in 4 MiB, at distances of 8 bytes to just over a page.
u64 strides(u64 units)
{
    static const u64 distances[4] = { 8, 72, 520, 4168 };
    u8 *area = (u8 *)FRAMES;
    u64 at = 0;
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        u64 distance = distances[unit & 3];
        for (int i = 0; i < 4096; i++) {
            u64 *p = (u64 *)(area + at);
            sum += *p;
            *p = sum ^ unit;
            at = (at + distance) & (WALKED - 1);
        }
    }
    return sum;
}

// One unit: 64 KiB written by stores and zeroed by DC ZVA. The A53's block is 64 bytes (DCZID_EL0).
u64 zero(u64 units)
{
    u8 *area = (u8 *)FRAMES;
    u64 sum = READ_SYSREG(dczid_el0);
    for (u64 unit = 0; unit < units; unit++) {
        memset(area, (int)unit | 1, BUFFER);
        sum = mix(sum, area[unit * 97 % BUFFER]);
        for (u8 *p = area; p < area + BUFFER; p += 64) {
            __asm__ volatile("dc zva, %0" : : "r"(p) : "memory");
        }
        sum = mix(sum, area[unit * 89 % BUFFER]);
    }
    return sum;
}
