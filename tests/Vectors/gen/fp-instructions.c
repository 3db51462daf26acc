// Executes whole floating-point instructions on registers and prints what changed. Two steps with the assembler between:
//   fp-instructions expand SEED COUNT < fp-templates.txt > listing.s    COUNT instructions for each alternative
//   fp-instructions run SEED LINES listing.s words.bin                  LINES executions of each
// One line per execution, all numbers hexadecimal, 128-bit values as high_low:
//   instruction ; word control nzcv ; registers before ; registers, nzcv and fpsr that changed
// Registers the instruction does not name were zero before. control: see fp-vectors.c.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

static int run_all(long lines, const char *listing, const char *words)
{
    FILE *texts = fopen(listing, "r"), *binary = fopen(words, "rb");
    uint32_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!texts || !binary || code == MAP_FAILED)
        return 1;
    char text[256];
    uint32_t word;
    while (fgets(text, sizeof text, texts) && fread(&word, 4, 1, binary) == 1) {
        text[strcspn(text, "\n")] = 0;
        code[0] = word;
        code[1] = 0xD65F03C0; // ret
        __builtin___clear_cache((char *)code, (char *)(code + 2));
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
    return argc == 6 ? run_all(atol(argv[3]), argv[4], argv[5]) : 2;
}
