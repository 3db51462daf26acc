// Executes floating-point instructions on chosen and pseudo-random operands and prints what they did.
// One line per execution, all numbers hexadecimal:
//   operation control operands... = result flags
// control is FPCR[26:22] (AHP DN FZ RMode), plus 0x20 when FPSR.IXC was set before; flags is FPSR[7:0] afterwards.
// Usage: fp-vectors FAMILY SEED LINES_PER_OPERATION, or fp-vectors corners: every operation, every kind of number as every operand
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fp-values.h"

struct state { u64 fpcr, fpsr; };
typedef u64 (*operation)(struct state *s, u64 a, u64 b, u64 c);

#define RUN(insn, out, ...) \
    asm volatile("msr fpcr, %[cr]\n\tmsr fpsr, %[sr]\n\t" insn "\n\tmrs %[sr], fpsr\n\tmsr fpcr, xzr" \
        : out, [sr] "+&r"(s->fpsr) : [cr] "r"(s->fpcr), __VA_ARGS__ : "cc")

// Operands go through d registers whole, so that one function shape serves every format.
#define VECTOR_OUT [r] "=&w"(r)
#define GENERAL_OUT [r] "=&r"(r)
#define VECTOR_IN [a] "w"(x), [b] "w"(y), [c] "w"(z)
#define GENERAL_IN [a] "r"(a)

static double bits(u64 v) { double d; memcpy(&d, &v, 8); return d; }
static u64 raw(double d) { u64 v; memcpy(&v, &d, 8); return v; }

#define FP_OP(name, insn) static u64 name(struct state *s, u64 a, u64 b, u64 c) \
    { double x = bits(a), y = bits(b), z = bits(c), r; RUN(insn, VECTOR_OUT, VECTOR_IN); return raw(r); }
#define TO_GENERAL(name, insn) static u64 name(struct state *s, u64 a, u64 b, u64 c) \
    { double x = bits(a), y = bits(b), z = bits(c); u64 r; RUN(insn, GENERAL_OUT, VECTOR_IN); return r; }
#define FROM_GENERAL(name, insn) static u64 name(struct state *s, u64 a, u64 b, u64 c) \
    { double r; (void)b; (void)c; RUN(insn, VECTOR_OUT, GENERAL_IN); return raw(r); }

#define BINARY(name) FP_OP(name##_s, #name " %s[r], %s[a], %s[b]") FP_OP(name##_d, #name " %d[r], %d[a], %d[b]")
#define UNARY(name) FP_OP(name##_s, #name " %s[r], %s[a]") FP_OP(name##_d, #name " %d[r], %d[a]")
#define COMPARE(name) TO_GENERAL(name##_s, #name " %s[a], %s[b]\n\tmrs %[r], nzcv") \
    TO_GENERAL(name##_d, #name " %d[a], %d[b]\n\tmrs %[r], nzcv")
#define TO_INT(name) \
    TO_GENERAL(name##_w_s, #name " %w[r], %s[a]") TO_GENERAL(name##_x_s, #name " %x[r], %s[a]") \
    TO_GENERAL(name##_w_d, #name " %w[r], %d[a]") TO_GENERAL(name##_x_d, #name " %x[r], %d[a]")
#define TO_FIXED(name, w, fmt, bits) TO_GENERAL(name##_##w##_##fmt##_##bits, #name " %" #w "[r], %" #fmt "[a], #" #bits)
#define FROM_INT(name) \
    FROM_GENERAL(name##_s_w, #name " %s[r], %w[a]") FROM_GENERAL(name##_s_x, #name " %s[r], %x[a]") \
    FROM_GENERAL(name##_d_w, #name " %d[r], %w[a]") FROM_GENERAL(name##_d_x, #name " %d[r], %x[a]")
#define FROM_FIXED(name, fmt, w, bits) FROM_GENERAL(name##_##fmt##_##w##_##bits, #name " %" #fmt "[r], %" #w "[a], #" #bits)

BINARY(fadd) BINARY(fsub) BINARY(fmul) BINARY(fmulx) BINARY(fdiv)
BINARY(fmax) BINARY(fmin) BINARY(fmaxnm) BINARY(fminnm) BINARY(frecps) BINARY(frsqrts)
BINARY(fcmeq) BINARY(fcmge) BINARY(fcmgt)
COMPARE(fcmp) COMPARE(fcmpe)
FP_OP(fmadd_s, "fmadd %s[r], %s[a], %s[b], %s[c]") FP_OP(fmadd_d, "fmadd %d[r], %d[a], %d[b], %d[c]")
UNARY(fsqrt) UNARY(frecpe) UNARY(frsqrte) UNARY(frecpx)
UNARY(frintn) UNARY(frintp) UNARY(frintm) UNARY(frintz) UNARY(frinta) UNARY(frintx) UNARY(frinti)
FP_OP(urecpe, "urecpe %[r].2s, %[a].2s") FP_OP(ursqrte, "ursqrte %[r].2s, %[a].2s")
FP_OP(fcvt_d_s, "fcvt %d[r], %s[a]") FP_OP(fcvt_h_s, "fcvt %h[r], %s[a]") FP_OP(fcvt_s_d, "fcvt %s[r], %d[a]")
FP_OP(fcvt_h_d, "fcvt %h[r], %d[a]") FP_OP(fcvt_s_h, "fcvt %s[r], %h[a]") FP_OP(fcvt_d_h, "fcvt %d[r], %h[a]")
FP_OP(fcvtxn_s_d, "fcvtxn %s[r], %d[a]")
TO_INT(fcvtns) TO_INT(fcvtnu) TO_INT(fcvtps) TO_INT(fcvtpu) TO_INT(fcvtms) TO_INT(fcvtmu)
TO_INT(fcvtzs) TO_INT(fcvtzu) TO_INT(fcvtas) TO_INT(fcvtau)
TO_FIXED(fcvtzs, w, s, 1) TO_FIXED(fcvtzs, w, d, 32) TO_FIXED(fcvtzs, x, s, 40) TO_FIXED(fcvtzs, x, d, 64)
TO_FIXED(fcvtzu, w, s, 32) TO_FIXED(fcvtzu, w, d, 7) TO_FIXED(fcvtzu, x, s, 64) TO_FIXED(fcvtzu, x, d, 13)
FROM_INT(scvtf) FROM_INT(ucvtf)
FROM_FIXED(scvtf, s, w, 32) FROM_FIXED(scvtf, d, w, 5) FROM_FIXED(scvtf, s, x, 17) FROM_FIXED(scvtf, d, x, 64)
FROM_FIXED(ucvtf, s, w, 3) FROM_FIXED(ucvtf, d, w, 32) FROM_FIXED(ucvtf, s, x, 64) FROM_FIXED(ucvtf, d, x, 21)

// kind: the operands' format; i and I are general registers of 32 and 64 bits, u an unsigned 32-bit vector element.
struct row { const char *family, *name; operation run; char kind; int operands; int resultDigits; };

#define ROW2(family, op, n) {family, #op "_s", op##_s, 's', n, 8}, {family, #op "_d", op##_d, 'd', n, 16}
#define ROWI(op) {"toint", #op "_w_s", op##_w_s, 's', 1, 8}, {"toint", #op "_x_s", op##_x_s, 's', 1, 16}, \
    {"toint", #op "_w_d", op##_w_d, 'd', 1, 8}, {"toint", #op "_x_d", op##_x_d, 'd', 1, 16}
#define ROWF(op) {"fromint", #op "_s_w", op##_s_w, 'i', 1, 8}, {"fromint", #op "_s_x", op##_s_x, 'I', 1, 8}, \
    {"fromint", #op "_d_w", op##_d_w, 'i', 1, 16}, {"fromint", #op "_d_x", op##_d_x, 'I', 1, 16}
#define ROW(family, op, kind, digits) {family, #op, op, kind, 1, digits}

static const struct row rows[] = {
    ROW2("arithmetic", fadd, 2), ROW2("arithmetic", fsub, 2), ROW2("arithmetic", fmul, 2), ROW2("arithmetic", fmulx, 2),
    ROW2("arithmetic", fdiv, 2), ROW2("arithmetic", fsqrt, 1),
    ROW2("fused", fmadd, 3), ROW2("fused", frecps, 2), ROW2("fused", frsqrts, 2),
    ROW2("compare", fcmp, 2), ROW2("compare", fcmpe, 2), ROW2("compare", fcmeq, 2), ROW2("compare", fcmge, 2),
    ROW2("compare", fcmgt, 2),
    ROW2("minmax", fmax, 2), ROW2("minmax", fmin, 2), ROW2("minmax", fmaxnm, 2), ROW2("minmax", fminnm, 2),
    ROW2("estimate", frecpe, 1), ROW2("estimate", frsqrte, 1), ROW2("estimate", frecpx, 1),
    ROW("estimate", urecpe, 'u', 8), ROW("estimate", ursqrte, 'u', 8),
    ROW2("integral", frintn, 1), ROW2("integral", frintp, 1), ROW2("integral", frintm, 1), ROW2("integral", frintz, 1),
    ROW2("integral", frinta, 1), ROW2("integral", frintx, 1), ROW2("integral", frinti, 1),
    ROW("convert", fcvt_d_s, 's', 16), ROW("convert", fcvt_h_s, 's', 4), ROW("convert", fcvt_s_d, 'd', 8),
    ROW("convert", fcvt_h_d, 'd', 4), ROW("convert", fcvt_s_h, 'h', 8), ROW("convert", fcvt_d_h, 'h', 16),
    ROW("convert", fcvtxn_s_d, 'd', 8),
    ROWI(fcvtns), ROWI(fcvtnu), ROWI(fcvtps), ROWI(fcvtpu), ROWI(fcvtms), ROWI(fcvtmu), ROWI(fcvtzs), ROWI(fcvtzu),
    ROWI(fcvtas), ROWI(fcvtau),
    ROW("toint", fcvtzs_w_s_1, 's', 8), ROW("toint", fcvtzs_w_d_32, 'd', 8), ROW("toint", fcvtzs_x_s_40, 's', 16),
    ROW("toint", fcvtzs_x_d_64, 'd', 16), ROW("toint", fcvtzu_w_s_32, 's', 8), ROW("toint", fcvtzu_w_d_7, 'd', 8),
    ROW("toint", fcvtzu_x_s_64, 's', 16), ROW("toint", fcvtzu_x_d_13, 'd', 16),
    ROWF(scvtf), ROWF(ucvtf),
    ROW("fromint", scvtf_s_w_32, 'i', 8), ROW("fromint", scvtf_d_w_5, 'i', 16), ROW("fromint", scvtf_s_x_17, 'I', 8),
    ROW("fromint", scvtf_d_x_64, 'I', 16), ROW("fromint", ucvtf_s_w_3, 'i', 8), ROW("fromint", ucvtf_d_w_32, 'i', 16),
    ROW("fromint", ucvtf_s_x_64, 'I', 8), ROW("fromint", ucvtf_d_x_21, 'I', 16),
};

// The kinds of number there are, the nine first for operations of three operands.
static u64 corner(struct format f, int n)
{
    u64 ones = (1ull << (f.width - 1 - f.fraction)) - 1, bias = ones >> 1, quiet = 1ull << (f.fraction - 1);
    switch (n) {
    case 0: return assemble(f, 0, 0, 0);
    case 1: return assemble(f, 1, 0, 0);
    case 2: return assemble(f, 0, ones, 0);
    case 3: return assemble(f, 1, ones, 0);
    case 4: return assemble(f, 0, ones, quiet | 5);
    case 5: return assemble(f, 1, ones, 9);
    case 6: return assemble(f, 1, 0, 1);
    case 7: return assemble(f, 0, ones - 1, ~0ull);
    case 8: return assemble(f, 0, bias, 0);
    case 9: return assemble(f, 0, 0, ~0ull);
    case 10: return assemble(f, 0, 1, 0);
    case 11: return assemble(f, 1, 1, 1);
    case 12: return assemble(f, 1, bias, ~0ull);
    case 13: return assemble(f, 1, ones, quiet);
    case 14: return assemble(f, 0, ones, 1);
    default: return assemble(f, 1, bias + f.fraction - 1, ~0ull << 1 | 1);
    }
}

// The ends of the ranges, and what does not fit into the fraction.
static u64 integer_corner(int width, int n)
{
    static const u64 values[16] = {
        0, 1, ~0ull, 1ull << 63, ~0ull >> 1, 0x80000000, 0x7fffffff, 0xffffffff, 0x1000001, 0x1ffffff, 0x20000000000001, 0x3fffffffffffff,
        0x7fffff7f, 0x7fffffffffffff00, 0x8000008000000001, 0xfffffffffffffc00,
    };
    return width == 32 ? (uint32_t)values[n] : values[n];
}

static void execute(const struct row *r, u64 control, const u64 *v)
{
    struct state s = {(control & 0x1F) << 22, (control & 0x20) >> 1};
    u64 result = r->run(&s, v[0], v[1], v[2]);
    result &= ~0ull >> (64 - 4 * r->resultDigits);
    if (strncmp(r->name, "fcmp", 4) == 0)
        result = result >> 28 & 0xF;
    printf("%s %02x", r->name, (unsigned)control);
    for (int i = 0; i < r->operands; i++)
        printf(" %llx", (unsigned long long)v[i]);
    printf(" = %llx %02x\n", (unsigned long long)result, (unsigned)s.fpsr & 0xFF);
}

static void line(const struct row *r)
{
    u64 control = below(4) == 0 ? next() & 0x3F : (next() & 0x20) | below(4) | (below(8) == 0 ? 4 : 0);
    u64 v[3] = {0, 0, 0};
    struct format f = format_of(r->kind);
    switch (r->kind) {
    case 'i': case 'u': v[0] = integer(32); break;
    case 'I': v[0] = integer(64); break;
    default:
        v[0] = number(f);
        v[1] = partner(f, v[0]);
        v[2] = below(2) ? number(f) : partner(f, below(2) ? v[0] : v[1]);
        break;
    }
    execute(r, control, v);
}

// Every kind of number as every operand, under each rounding mode, FZ, DN and AHP in turn; for one operand under all of them.
static void corners(const struct row *r)
{
    static const u64 controls[] = {0, 1, 2, 3, 4, 8, 16, 12, 5};
    enum { CONTROLS = sizeof controls / sizeof *controls };
    u64 kinds[16];
    int most = r->operands == 3 ? 9 : 16, integers = r->kind == 'i' || r->kind == 'I' || r->kind == 'u';
    for (int n = 0; n < 16; n++)
        kinds[n] = integers ? integer_corner(r->kind == 'I' ? 64 : 32, n) : corner(format_of(r->kind), n);
    unsigned count = 0;
    for (int a = 0; a < most; a++)
        for (int b = 0; b < (r->operands > 1 ? most : 1); b++)
            for (int c = 0; c < (r->operands > 2 ? most : 1); c++) {
                u64 v[3] = {kinds[a], kinds[b], kinds[c]};
                if (r->operands > 1)
                    execute(r, controls[count++ % CONTROLS], v);
                for (int n = 0; r->operands == 1 && n < CONTROLS; n++)
                    execute(r, controls[n], v);
            }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "corners") == 0) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            corners(&rows[i]);
        return 0;
    }
    if (argc != 4)
        return 2;
    long lines = atol(argv[3]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].family, argv[1]) != 0)
            continue;
        seed = strtoull(argv[2], 0, 0) * 0x9E3779B97F4A7C15ull + i + 1;
        for (long n = 0; n < lines; n++)
            line(&rows[i]);
    }
    return 0;
}
