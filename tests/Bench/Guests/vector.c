// Floating-point, NEON and crypto kernels.
#include <arm_neon.h>
#include "bench.h"

static u64 bits_of(double value)
{
    union { double d; u64 u; } both = { value };
    return both.u;
}

// One unit: 256 steps of add, multiply, divide, square root and compare; the values stay between 0 and 4.
u64 fp_double(u64 units)
{
    double x = 0.3;
    double y = 0.7;
    double sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        for (int i = 0; i < 256; i++) {
            x = 3.9 * x * (1.0 - x);
            y = y * 0.5 + x / (1.0 + y);
            double root;
            __asm__("fsqrt %d0, %d1" : "=w"(root) : "w"(x + y));
            sum = sum > 1000.0 ? sum - 1000.0 : sum + root;
        }
    }
    return bits_of(x) ^ bits_of(y) ^ bits_of(sum);
}

#define SIDE 32
static float left[SIDE][SIDE];
static float right[SIDE][SIDE];
static float product[SIDE][SIDE];

void neon_float_prepare(void)
{
    u64 seed = 11;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            left[i][j] = (float)(next_random(&seed) & 0xffff) / 65536.0f;
            right[i][j] = (float)(next_random(&seed) & 0xffff) / 65536.0f;
        }
    }
}

// One unit: one product of 32 x 32 matrices of single precision, by FMLA.
u64 neon_float(u64 units)
{
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        left[unit % SIDE][unit / SIDE % SIDE] += 0.125f;
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j += 16) {
                float32x4_t c[4] = { vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0) };
                for (int k = 0; k < SIDE; k++) {
                    float32x4_t a = vdupq_n_f32(left[i][k]);
                    for (int q = 0; q < 4; q++) {
                        c[q] = vfmaq_f32(c[q], a, vld1q_f32(&right[k][j + 4 * q]));
                    }
                }
                for (int q = 0; q < 4; q++) {
                    vst1q_f32(&product[i][j + 4 * q], c[q]);
                }
            }
        }
        union { float f; u32 u; } element = { product[unit % SIDE][unit / SIDE % SIDE] };
        sum = mix(sum, element.u);
    }
    return sum;
}

static u8 bytes[4096 + 16];

void neon_integer_prepare(void)
{
    u64 seed = 13;
    for (u64 i = 0; i < sizeof bytes; i++) {
        bytes[i] = (u8)next_random(&seed);
    }
}

// One unit: 4 KiB through additions, absolute differences, saturation, widening, multiplication, shifts and a table.
u64 neon_integer(u64 units)
{
    uint32x4_t total = vdupq_n_u32(0);
    uint16x8_t wide = vdupq_n_u16(1);
    uint8x16_t table = vld1q_u8(bytes);
    for (u64 unit = 0; unit < units; unit++) {
        for (int i = 0; i < 4096; i += 16) {
            uint8x16_t a = vld1q_u8(bytes + i);
            uint8x16_t b = vld1q_u8(bytes + i + 1);
            uint8x16_t d = vabdq_u8(a, b);
            uint8x16_t s = vqaddq_u8(a, d);
            uint8x16_t t = vqtbl1q_u8(table, vandq_u8(s, vdupq_n_u8(15)));
            wide = vmlaq_n_u16(vpadalq_u8(wide, d), vmovl_u8(vget_low_u8(t)), 3);
            wide = veorq_u16(wide, vshrq_n_u16(vreinterpretq_u16_u8(vmaxq_u8(s, b)), 3));
            total = vaddq_u32(vpadalq_u16(total, wide), vreinterpretq_u32_u8(vcgtq_u8(a, b)));
        }
        table = veorq_u8(table, vreinterpretq_u8_u32(total));
    }
    return vgetq_lane_u64(vreinterpretq_u64_u32(total), 0) ^ vgetq_lane_u64(vreinterpretq_u64_u16(wide), 1);
}

// One unit: 64 blocks through the ten rounds of AES-128 (FIPS 197), with round keys that are no secret.
u64 aes(u64 units)
{
    uint8x16_t keys[11];
    u64 seed = 17;
    for (int i = 0; i < 11; i++) {
        u64 low = next_random(&seed);
        keys[i] = vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(next_random(&seed))));
    }
    uint8x16_t block = vdupq_n_u8(0);
    for (u64 unit = 0; unit < units; unit++) {
        for (int n = 0; n < 64; n++) {
            for (int round = 0; round < 9; round++) {
                block = vaesmcq_u8(vaeseq_u8(block, keys[round]));
            }
            block = veorq_u8(vaeseq_u8(block, keys[9]), keys[10]);
        }
    }
    return vgetq_lane_u64(vreinterpretq_u64_u8(block), 0) ^ vgetq_lane_u64(vreinterpretq_u64_u8(block), 1);
}
