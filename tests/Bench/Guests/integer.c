// Integer kernels: SHA-256 (FIPS 180-4), CRC-32 (IEEE 802.3, by table), quicksort.
#include "bench.h"

static u32 rounds[64];
static u32 initial[8];

// The first 32 bits of the fraction of the root of a small prime, by bisection: FIPS 180-4, 4.2.2 and 5.3.3.
static u32 root_fraction(u32 prime, int degree)
{
    unsigned __int128 target = (unsigned __int128)prime << 32 * degree;
    u64 low = 0;
    u64 high = 1UL << 37;
    while (high - low > 1) {
        u64 middle = (low + high) / 2;
        unsigned __int128 power = (unsigned __int128)middle * middle * (degree == 3 ? middle : 1);
        if (power <= target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (u32)low;
}

void sha256_prepare(void)
{
    u32 found = 0;
    for (u32 n = 2; found < 64; n++) {
        u32 d = 2;
        while (d * d <= n && n % d) {
            d++;
        }
        if (d * d <= n) {
            continue;
        }
        rounds[found] = root_fraction(n, 3);
        if (found < 8) {
            initial[found] = root_fraction(n, 2);
        }
        found++;
    }
}

static u32 rotate(u32 x, int n) { return x >> n | x << (32 - n); }

static void sha256_block(u32 *state, const u32 *block)
{
    u32 w[64];
    u32 s[8];
    for (int t = 0; t < 64; t++) {
        if (t < 16) {
            w[t] = block[t];
        } else {
            u32 a = w[t - 15];
            u32 b = w[t - 2];
            w[t] = w[t - 16] + w[t - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
        }
    }
    for (int i = 0; i < 8; i++) {
        s[i] = state[i];
    }
    for (int t = 0; t < 64; t++) {
        u32 e = s[4];
        u32 a = s[0];
        u32 t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + rounds[t] + w[t];
        u32 t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        for (int i = 7; i > 0; i--) {
            s[i] = s[i - 1];
        }
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) {
        state[i] += s[i];
    }
}

// One unit: one block of 64 bytes.
u64 sha256(u64 units)
{
    u32 state[8];
    u32 block[16] = { 0x61626380, [15] = 24 }; // "abc", padded: FIPS 180-4's first example
    for (int i = 0; i < 8; i++) {
        state[i] = initial[i];
    }
    for (u64 unit = 0; unit < units; unit++) {
        sha256_block(state, block);
        block[unit & 15] ^= state[0];
    }
    return (u64)state[0] << 32 | state[7];
}

static u32 crc_table[256];
static u8 message[1024];

void crc32_prepare(void)
{
    u64 seed = 1;
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int bit = 0; bit < 8; bit++) {
            c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
        }
        crc_table[i] = c;
    }
    for (u32 i = 0; i < sizeof message; i++) {
        message[i] = (u8)next_random(&seed);
    }
}

// One unit: 1 KiB.
u64 crc32(u64 units)
{
    u32 crc = ~0U;
    for (u64 unit = 0; unit < units; unit++) {
        for (u32 i = 0; i < sizeof message; i++) {
            crc = crc_table[(crc ^ message[i]) & 0xff] ^ crc >> 8;
        }
    }
    return ~crc;
}

#define SORTED 4096
static u32 values[SORTED];

static void quicksort(u32 *from, u32 *to)
{
    while (to - from > 1) {
        u32 pivot = from[(to - from) / 2];
        u32 *i = from;
        u32 *j = to - 1;
        for (;;) {
            while (*i < pivot) {
                i++;
            }
            while (*j > pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            u32 t = *i;
            *i++ = *j;
            *j-- = t;
        }
        quicksort(from, i);
        from = i;
    }
}

// One unit: 4096 random words, sorted.
u64 sort(u64 units)
{
    u64 seed = 7;
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        for (u32 i = 0; i < SORTED; i++) {
            values[i] = (u32)next_random(&seed);
        }
        quicksort(values, values + SORTED);
        for (u32 i = 1; i < SORTED; i++) {
            sum += values[i - 1] > values[i]; // stays 0
        }
        sum = mix(sum, values[unit % SORTED]);
    }
    return sum;
}
