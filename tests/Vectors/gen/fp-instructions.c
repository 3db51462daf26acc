// Executes whole floating-point instructions on registers and prints what changed, in two steps with the assembler between;
// or tries words of the floating-point and Advanced SIMD space and prints which are UNDEFINED.
//   fp-instructions expand SEED COUNT < fp-templates.txt > listing.s    COUNT instructions for each alternative
//   fp-instructions run SEED LINES listing.s words.bin                  LINES executions of each
//   fp-instructions allocate SEED COUNT
// One line per execution, all numbers hexadecimal, 128-bit values as high_low:
//   instruction ; word control nzcv ; registers before ; registers, nzcv and fpsr that changed
// Registers the instruction does not name were zero before. control: see fp-vectors.c.
#define _GNU_SOURCE
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "fp-values.h"

struct state { u64 x[16]; u64 v[32][2]; u64 nzcv, fpcr, fpsr; };

void run(struct state *s, void *code);

asm(".text\n.globl run\nrun:\n"
    "stp x29, x30, [sp, #-96]!\n stp x19, x20, [sp, #16]\n stp d8, d9, [sp, #32]\n stp d10, d11, [sp, #48]\n"
    "stp d12, d13, [sp, #64]\n stp d14, d15, [sp, #80]\n mov x19, x0\n mov x20, x1\n"
    ".irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30\n ldr q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    ".irp n, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31\n ldr q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    "ldr x0, [x19, #640]\n msr nzcv, x0\n ldr x0, [x19, #648]\n msr fpcr, x0\n ldr x0, [x19, #656]\n msr fpsr, x0\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n ldr x\\n, [x19, #8 * \\n]\n .endr\n"
    "blr x20\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n str x\\n, [x19, #8 * \\n]\n .endr\n"
    "mrs x0, nzcv\n str x0, [x19, #640]\n mrs x0, fpsr\n str x0, [x19, #656]\n msr fpcr, xzr\n"
    ".irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30\n str q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    ".irp n, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31\n str q\\n, [x19, #128 + 16 * \\n]\n .endr\n"
    "ldp d14, d15, [sp, #80]\n ldp d12, d13, [sp, #64]\n ldp d10, d11, [sp, #48]\n ldp d8, d9, [sp, #32]\n"
    "ldp x19, x20, [sp, #16]\n ldp x29, x30, [sp], #96\n ret\n");

// Alternatives first, so that what they leave is plain text.
static void alternatives(const char *from, int choice, char *to)
{
    while (*from) {
        if (*from != '[') {
            *to++ = *from++;
            continue;
        }
        int n = 0;
        for (from++; *from != ']'; from++) {
            if (*from == '|')
                n++;
            else if (n == choice)
                *to++ = *from;
        }
        from++;
    }
    *to = 0;
}

static int alternative_count(const char *line)
{
    const char *open = strchr(line, '[');
    int n = 1;
    for (; open && *open != ']'; open++)
        n += *open == '|';
    return n;
}

// Few registers, so that sources and destinations often coincide.
static unsigned vector_register(void) { return below(4) ? 30 + below(2) : below(32); }

static void expand(const char *from)
{
    static const char *conditions[] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};
    for (; *from; from++) {
        if (*from == '%') {
            printf("%u", vector_register());
        } else if (*from == '^') {
            unsigned n = below(17);
            n == 16 ? printf("zr") : printf("%u", n);
        } else if (*from == '{' || *from == '}') {
            putchar(*from == '{' ? '[' : ']');
        } else if (*from != '<') {
            putchar(*from);
        } else {
            unsigned low, high;
            if (sscanf(from, "<%u-%u>", &low, &high) == 2)
                printf("%u", low + (unsigned)below(high - low + 1));
            else if (strncmp(from, "<cond>", 6) == 0)
                printf("%s", conditions[below(16)]);
            else
                printf("%s%.9f", below(2) ? "-" : "", (16 + below(16)) / 16.0 * (1 << below(8)) / 8);
            from = strchr(from, '>');
        }
    }
}

static void expand_all(long count)
{
    char line[256], plain[256];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '#')
            continue;
        for (int choice = 0; choice < alternative_count(line); choice++) {
            alternatives(line, choice, plain);
            for (long n = 0; n < count; n++) {
                expand(plain);
                putchar('\n');
            }
        }
    }
}

// A register of the instruction: its bank, x or v, its number, and the format of its elements.
struct name { char bank; unsigned number; char format; };

static int parse(const char *text, struct name *names)
{
    int count = 0;
    const char *p = strchr(text, ' ');
    for (; p && *p; p++) {
        if (!strchr(" ,", p[-1]) || !strchr("hsdvwx", *p) || !isdigit(p[1]))
            continue;
        struct name n = {strchr("wx", *p) ? 'x' : 'v', strtoul(p + 1, 0, 10), *p};
        const char *dot = p + 1 + strspn(p + 1, "0123456789");
        if (*p == 'v')
            n.format = dot[1 + strspn(dot + 1, "0123456789")];
        int known = 0;
        for (int i = 0; i < count; i++)
            known |= names[i].bank == n.bank && names[i].number == n.number;
        if (!known)
            names[count++] = n;
    }
    return count;
}

static void fill(u64 *v, const u64 *like, char kind, int integers)
{
    struct format f = format_of(kind);
    v[0] = v[1] = 0;
    for (int bit = 0; bit < 128; bit += f.width) {
        u64 other = within(f, like[bit / 64] >> bit % 64);
        u64 value = integers ? within(f, integer(f.width == 64 ? 64 : 32)) : below(2) ? number(f) : partner(f, other);
        v[bit / 64] |= within(f, value) << bit % 64;
    }
}

static void execute(const char *text, uint32_t word, void *code)
{
    struct name names[4];
    int count = parse(text, names);
    int integers = strncmp(text + 1, "cvtf", 4) == 0 || strncmp(text, "ur", 2) == 0;
    u64 control = below(4) == 0 ? next() & 0x3F : (next() & 0x20) | below(4) | (below(8) == 0 ? 4 : 0);
    struct state before = {.nzcv = below(16) << 28, .fpcr = (control & 0x1F) << 22, .fpsr = (control & 0x20) >> 1};
    u64 *last = before.v[0];
    for (int i = 0; i < count; i++) {
        if (names[i].bank == 'x') {
            before.x[names[i].number] = integer(64);
            continue;
        }
        u64 *v = before.v[names[i].number];
        fill(v, last, names[i].format, integers);
        last = v;
    }

    struct state after = before;
    run(&after, code);
    printf("%s ; %08x %02x %x ;", text, word, (unsigned)control, (unsigned)(before.nzcv >> 28));
    for (int i = 0; i < count; i++) {
        unsigned n = names[i].number;
        if (names[i].bank == 'x')
            printf(" x%u=%llx", n, (unsigned long long)before.x[n]);
        else
            printf(" v%u=%llx_%llx", n, (unsigned long long)before.v[n][1], (unsigned long long)before.v[n][0]);
    }
    printf(" ;");
    for (int n = 0; n < 16; n++)
        if (after.x[n] != before.x[n])
            printf(" x%d=%llx", n, (unsigned long long)after.x[n]);
    for (int n = 0; n < 32; n++)
        if (memcmp(after.v[n], before.v[n], 16) != 0)
            printf(" v%d=%llx_%llx", n, (unsigned long long)after.v[n][1], (unsigned long long)after.v[n][0]);
    if (after.nzcv != before.nzcv)
        printf(" nzcv=%x", (unsigned)(after.nzcv >> 28));
    if (after.fpsr != before.fpsr)
        printf(" fpsr=%x", (unsigned)after.fpsr);
    putchar('\n');
}

static uint32_t *code_page(void)
{
    void *page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? 0 : page;
}

static void put_word(uint32_t *code, uint32_t word)
{
    code[0] = word;
    code[1] = 0xD65F03C0; // ret
    __builtin___clear_cache((char *)code, (char *)(code + 2));
}

static volatile sig_atomic_t undefined;

static void skip(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    undefined = 1;
    ((ucontext_t *)context)->uc_mcontext.pc += 4;
}

// Skeletons of the encoding classes; random bits elsewhere. Rd stays below 16 where it can name a general register.
static uint32_t candidate(void)
{
    static const struct { uint32_t mask, value; } classes[] = {
        {0x7F20FC10, 0x1E200000}, // conversion between floating-point and integer
        {0x7F200010, 0x1E000000}, // conversion between floating-point and fixed-point
        {0x5F207C10, 0x1E204000}, // floating-point data-processing (1 source)
        {0x5F203C07, 0x1E202000}, // floating-point compare
        {0x5F201FF0, 0x1E201000}, // floating-point immediate
        {0x5F200C00, 0x1E200400}, // floating-point conditional compare
        {0x5F200C10, 0x1E200800}, // floating-point data-processing (2 source)
        {0x5F200C10, 0x1E200C00}, // floating-point conditional select
        {0x5F000010, 0x1F000000}, // floating-point data-processing (3 source)
        {0x5E000010, 0x1E000000}, // any of these
        {0x9F20C410, 0x0E20C400}, // Advanced SIMD three same, floating-point
        {0xDF20C410, 0x5E20C400}, // the same, scalar
        {0x9F3E0C10, 0x0E200800}, // two-register miscellaneous
        {0xDF3E0C10, 0x5E200800}, // the same, scalar
        {0x9F3E0C10, 0x0E300800}, // across lanes
        {0xDF3E0C10, 0x5E300800}, // scalar pairwise
        {0x9F000410, 0x0F000000}, // by element
        {0xDF000410, 0x5F000000}, // the same, scalar
        {0x9F800410, 0x0F000400}, // shift by immediate
        {0x9FF80410, 0x0F000400}, // modified immediate
        {0xDF800410, 0x5F000400}, // scalar shift by immediate
        {0x9E000010, 0x0E000000}, // any Advanced SIMD
    };
    size_t n = below(sizeof classes / sizeof classes[0]);
    uint32_t word = (next() & ~classes[n].mask) | classes[n].value;
    int isScalar = (classes[n].value & 0x5E000000) == 0x1E000000;
    return isScalar && below(4) ? word & ~0x20000000u : word; // bit 29, S, is set in no allocated scalar word
}

static int allocate(long count)
{
    uint32_t *code = code_page();
    struct sigaction action = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
    if (!code || sigaction(SIGILL, &action, 0) != 0)
        return 1;
    for (long n = 0; n < count; n++) {
        struct state s = {0};
        uint32_t word = candidate();
        put_word(code, word);
        undefined = 0;
        run(&s, code);
        printf("%08x %c\n", word, undefined ? 'u' : 'a');
    }
    return 0;
}

static int run_all(long lines, const char *listing, const char *words)
{
    FILE *texts = fopen(listing, "r"), *binary = fopen(words, "rb");
    uint32_t *code = code_page();
    if (!texts || !binary || !code)
        return 1;
    char text[256];
    uint32_t word;
    while (fgets(text, sizeof text, texts) && fread(&word, 4, 1, binary) == 1) {
        text[strcspn(text, "\n")] = 0;
        put_word(code, word);
        for (long n = 0; n < lines; n++)
            execute(text, word, code);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    seed = strtoull(argv[2], 0, 0) * 0x9E3779B97F4A7C15ull + 1;
    if (strcmp(argv[1], "expand") == 0) {
        expand_all(atol(argv[3]));
        return 0;
    }
    if (strcmp(argv[1], "allocate") == 0)
        return allocate(atol(argv[3]));
    return argc == 6 ? run_all(atol(argv[3]), argv[4], argv[5]) : 2;
}
