// Executes random words of the Advanced SIMD encoding classes on random registers and memory and prints what changed.
//   simd-instructions SEED
// One line per execution, all numbers hexadecimal, 128-bit values as high_low, memory (m, 64 bytes from the base register on)
// byte by byte:
//   word ; what was there before ; what changed, or undefined
// Registers that are not listed were zero before.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

typedef uint64_t u64;

enum { RUN = 64, PAGE = 4096 };

static u64 seed;

static u64 next(void) // xorshift64*
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545F4914F6CDD1Dull;
}

static u64 below(u64 n) { return (next() >> 16) % n; }

struct state { u64 x[16]; u64 v[32][2]; u64 fpsr; };

void run(struct state *s, void *code);

asm(".text\n.globl run\nrun:\n"
    "stp x29, x30, [sp, #-96]!\n stp x19, x20, [sp, #16]\n stp d8, d9, [sp, #32]\n stp d10, d11, [sp, #48]\n"
    "stp d12, d13, [sp, #64]\n stp d14, d15, [sp, #80]\n mov x19, x0\n mov x20, x1\n"
    ".irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30\n ldr q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    ".irp n, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31\n ldr q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    "ldr x0, [x19, #640]\n msr fpsr, x0\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n ldr x\\n, [x19, #8 * \\n]\n .endr\n"
    "blr x20\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n str x\\n, [x19, #8 * \\n]\n .endr\n"
    "mrs x0, fpsr\n str x0, [x19, #640]\n"
    ".irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30\n str q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    ".irp n, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31\n str q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    "ldp d14, d15, [sp, #80]\n ldp d12, d13, [sp, #64]\n ldp d10, d11, [sp, #48]\n ldp d8, d9, [sp, #32]\n"
    "ldp x19, x20, [sp, #16]\n ldp x29, x30, [sp], #96\n ret\n");

// What an encoding class uses beside the vector registers that Rd, Rn and Rm name.
enum use { VECTORS, GENERAL, TABLE, MEMORY, MEMORY_BY_REGISTER };

// Fixed bits, their values, and the opcode bits: each value of these gets its share of words.
static const struct { uint32_t mask, value, opcode; enum use use; int count; } classes[] = {
    {0x9F200400, 0x0E200400, 0x20C0F800, VECTORS, 4}, // three same
    {0xDF200400, 0x5E200400, 0x20C0F800, VECTORS, 4},
    {0x9F200C00, 0x0E200000, 0x20C0F000, VECTORS, 4}, // three different
    {0xDF200C00, 0x5E200000, 0x20C0F000, VECTORS, 4},
    {0x9F3E0C00, 0x0E200800, 0x20C1F000, VECTORS, 4}, // two-register miscellaneous
    {0xDF3E0C00, 0x5E200800, 0x20C1F000, VECTORS, 4},
    {0x9F3E0C00, 0x0E300800, 0x20C1F000, VECTORS, 6}, // across lanes, scalar pairwise
    {0xDF3E0C00, 0x5E300800, 0x20C1F000, VECTORS, 6},
    {0x9F000400, 0x0F000000, 0x20C0F000, VECTORS, 5}, // by element
    {0xDF000400, 0x5F000000, 0x20C0F000, VECTORS, 4},
    {0x9F800400, 0x0F000400, 0x2000F800, VECTORS, 15}, // shift by immediate
    {0xDF800400, 0x5F000400, 0x2000F800, VECTORS, 18},
    {0x9FF80400, 0x0F000400, 0x2000F800, VECTORS, 3}, // modified immediate
    {0x9FE08400, 0x0E000400, 0x20007800, GENERAL, 24}, // copy
    {0xDFE08400, 0x5E000400, 0x20007800, GENERAL, 10},
    {0xBF208C00, 0x0E000800, 0x00C07000, VECTORS, 4}, // permute
    {0xBF208400, 0x2E000000, 0x40C00000, VECTORS, 16}, // extract
    {0xBF208C00, 0x0E000000, 0x00C07000, TABLE, 8}, // table lookup
    {0xFF3E0C00, 0x4E280800, 0x00C1F000, VECTORS, 16}, // cryptography
    {0xFF208C00, 0x5E000000, 0x00C07000, VECTORS, 16},
    {0xFF3E0C00, 0x5E280800, 0x00C1F000, VECTORS, 16},
    {0xBFBF0000, 0x0C000000, 0x0040F000, MEMORY, 12}, // structures
    {0xBFA00000, 0x0C800000, 0x0040F000, MEMORY_BY_REGISTER, 12},
    {0xBF9F0000, 0x0D000000, 0x0060E000, MEMORY, 14},
    {0xBF800000, 0x0D800000, 0x0060E000, MEMORY_BY_REGISTER, 14},
    {0x9E000000, 0x0E000000, 0x00000000, GENERAL, 600}, // any
};

// Elements at the edges of every width: saturation and rounding happen there, and shift amounts are small numbers.
static u64 element(int width)
{
    switch (below(6)) {
    case 0: return next();
    case 1: return 1ull << (width - 1);
    case 2: return (1ull << (width - 1)) - 1;
    case 3: return (1ull << (width - 1)) + below(5) - 2;
    case 4: return below(5) - 2;
    default: return below(2 * width + 2) - width - 1;
    }
}

static void fill(u64 *v)
{
    int width = 8 << below(5);
    for (int half = 0; half < 2; half++) {
        v[half] = next();
        if (width > 64)
            continue;
        v[half] = 0;
        for (int bit = 0; bit < 64; bit += width)
            v[half] |= (width == 64 ? element(64) : element(width) & ((1ull << width) - 1)) << bit;
    }
}

static volatile sig_atomic_t undefined;

static void skip(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    undefined = 1;
    ((ucontext_t *)context)->uc_mcontext.pc += 4;
}

static uint32_t candidate(int class, uint32_t opcode)
{
    uint32_t word = (next() & ~(classes[class].mask | classes[class].opcode)) | classes[class].value | opcode;
    enum use use = classes[class].use;
    if (use == GENERAL) {
        word &= ~0x210u; // only X0 to X15 are at hand
        int size = below(5); // of imm5, whose lowest one gives it
        word = size < 4 ? (word & (~0u << 16 << size)) | (word & 0xFFFF) | 0x10000u << size : word;
    }
    if (use == MEMORY || use == MEMORY_BY_REGISTER)
        word &= ~0x200u;
    if (use == MEMORY_BY_REGISTER)
        word = below(3) ? word & ~0x100000u : word | 0x1F0000u;
    return word;
}

static int is_undefined(uint32_t word, uint32_t *code, unsigned char *page)
{
    struct state s = {0};
    for (int n = 0; n < 16; n++)
        s.x[n] = (u64)page;
    code[0] = word;
    code[1] = 0xD65F03C0; // ret
    __builtin___clear_cache((char *)code, (char *)(code + 2));
    undefined = 0;
    run(&s, code);
    return undefined;
}

static void print_memory(const char *head, const unsigned char *m)
{
    printf("%s", head);
    for (int i = 0; i < RUN; i++)
        printf("%02x", m[i]);
}

static void execute(int class, uint32_t word, uint32_t *code, unsigned char *page)
{
    unsigned rd = word & 31, rn = word >> 5 & 31, rm = word >> 16 & 31;
    enum use use = classes[class].use;
    int memory = use == MEMORY || use == MEMORY_BY_REGISTER;
    struct state before = {.fpsr = below(4) ? 0 : 1 << 27}, after;
    unsigned named = 1u << rd | 1u << rn | 1u << rm;
    for (int k = 0; k < 4; k++)
        named |= memory ? 1u << (rd + k) % 32 : use == TABLE ? 1u << (rn + k) % 32 : 0;
    if (memory)
        named &= ~(1u << rn | 1u << rm) | 15u << rd | 15u >> (32 - rd) % 32;
    for (int n = 0; n < 32; n++)
        if (named >> n & 1)
            fill(before.v[n]);
    unsigned char *data = page + below(PAGE - RUN);
    unsigned char data_before[RUN];
    for (int i = 0; i < RUN; i++)
        data_before[i] = data[i] = next() >> 56;
    if (use == GENERAL)
        before.x[rn & 15] = next();
    if (use == MEMORY_BY_REGISTER && rm < 16)
        before.x[rm] = next();
    if (memory)
        before.x[rn] = (u64)data;

    after = before;
    run(&after, code);

    printf("%08x ;", word);
    for (int n = 0; n < 16; n++)
        if (before.x[n])
            printf(" x%d=%llx", n, (unsigned long long)before.x[n]);
    for (int n = 0; n < 32; n++)
        if (before.v[n][0] | before.v[n][1])
            printf(" v%d=%llx_%llx", n, (unsigned long long)before.v[n][1], (unsigned long long)before.v[n][0]);
    if (before.fpsr)
        printf(" fpsr=%x", (unsigned)before.fpsr);
    if (memory)
        print_memory(" m=", data_before);
    printf(" ;");
    for (int n = 0; n < 16; n++)
        if (after.x[n] != before.x[n])
            printf(" x%d=%llx", n, (unsigned long long)after.x[n]);
    for (int n = 0; n < 32; n++)
        if (memcmp(after.v[n], before.v[n], 16) != 0)
            printf(" v%d=%llx_%llx", n, (unsigned long long)after.v[n][1], (unsigned long long)after.v[n][0]);
    if (after.fpsr != before.fpsr)
        printf(" fpsr=%x", (unsigned)after.fpsr);
    if (memory && memcmp(data, data_before, RUN) != 0)
        print_memory(" m=", data);
    putchar('\n');
}

// Words that are UNDEFINED are many: one line for each opcode that has any will do.
static void execute_all(int class, uint32_t opcode, uint32_t *code, unsigned char *page)
{
    int refused = 0;
    for (int n = 0; n < classes[class].count; n++) {
        uint32_t word = candidate(class, opcode);
        if (!is_undefined(word, code, page))
            execute(class, word, code, page);
        else if (refused++ == 0 || opcode == 0)
            printf("%08x ; ; undefined\n", word);
    }
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
    uint32_t *code = mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *page = mmap((void *)0x10000000, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (argc != 2 || code == MAP_FAILED || page == MAP_FAILED || sigaction(SIGILL, &action, 0) != 0)
        return 1;
    seed = strtoull(argv[1], 0, 0) * 0x9E3779B97F4A7C15ull + 1;
    for (size_t class = 0; class < sizeof classes / sizeof classes[0]; class++)
        for (uint32_t opcode = classes[class].opcode, last = 0; !last; last = opcode == classes[class].opcode) {
            opcode = (opcode - classes[class].opcode) & classes[class].opcode; // the next value of these bits
            execute_all(class, opcode, code, page);
        }
    return 0;
}
