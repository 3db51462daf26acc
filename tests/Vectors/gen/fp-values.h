// Pseudo-random floating-point and integer operands that lean to the edges: shared by the generators of this folder.
#include <stdint.h>

typedef uint64_t u64;

static u64 seed;

static u64 next(void) // xorshift64*
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545F4914F6CDD1Dull;
}

static u64 below(u64 n) { return (next() >> 16) % n; }

struct format { int width, fraction; };
static struct format format_of(char kind)
{
    return kind == 'h' ? (struct format){16, 10} : kind == 's' ? (struct format){32, 23} : (struct format){64, 52};
}

static u64 assemble(struct format f, u64 sign, u64 exponent, u64 fraction)
{
    return sign << (f.width - 1) | exponent << f.fraction | (fraction & ((1ull << f.fraction) - 1));
}

// Fractions with long runs and few bits sit at the edges of rounding; uniform ones hardly ever do.
static u64 fraction(struct format f)
{
    switch (below(6)) {
    case 0: return 0;
    case 1: return ~0ull << below(f.fraction);
    case 2: return 1ull << below(f.fraction);
    case 3: return (1ull << below(f.fraction)) | (1ull << below(f.fraction));
    case 4: return ~(1ull << below(f.fraction));
    default: return next();
    }
}

static u64 number(struct format f)
{
    u64 ones = (1ull << (f.width - 1 - f.fraction)) - 1, bias = ones >> 1, sign = below(2);
    switch (below(12)) {
    case 0: return assemble(f, sign, 0, 0);
    case 1: return assemble(f, sign, 0, fraction(f) | 1);
    case 2: return assemble(f, sign, 1 + below(3), fraction(f));
    case 3: return assemble(f, sign, ones - 1 - below(3), fraction(f));
    case 4: return below(3) ? assemble(f, sign, ones, 0) : assemble(f, sign, ones, next() | 1);
    case 5: return assemble(f, sign, ones, 1ull << (f.fraction - 1) | (below(2) ? next() : 0));
    case 6: return assemble(f, sign, bias + f.fraction - 2 + below(5), fraction(f));
    case 7: return assemble(f, sign, bias + f.width - 4 + below(6), fraction(f));
    case 8: return assemble(f, sign, below(ones + 1), fraction(f));
    default: return assemble(f, sign, bias - 3 + below(7), fraction(f));
    }
}

static u64 within(struct format f, u64 v) { return v & ~0ull >> (64 - f.width); }

// A second operand that brings the sum, product or quotient close to the interesting ends.
static u64 partner(struct format f, u64 a)
{
    u64 ones = (1ull << (f.width - 1 - f.fraction)) - 1, bias = ones >> 1, sign = below(2);
    int64_t e = (a >> f.fraction) & ones, target;
    switch (below(8)) {
    case 0: return a ^ (below(2) << (f.width - 1));
    case 1: return within(f, (a ^ (1ull << (f.width - 1))) + below(5) - 2);
    case 2: target = bias + 1 - e + below(4) - 2; break;                       // product near the least normal
    case 3: target = 2 * (int64_t)bias + ones - bias - e + below(4) - 3; break; // product near overflow
    case 4: target = e + bias - 1 + below(4) - 2; break;                       // quotient near the least normal
    case 5: target = e + below(2 * f.fraction + 6) - f.fraction - 3; break;    // sum with cancellation or sticky bits
    default: return number(f);
    }
    return target > 0 && target < (int64_t)ones ? assemble(f, sign, target, fraction(f)) : number(f);
}

static u64 integer(int width)
{
    u64 v = below(3) ? next() >> below(64) : (1ull << below(64)) + below(5) - 2;
    v = below(2) ? v : 0 - v;
    return width == 32 ? (uint32_t)v : v;
}
