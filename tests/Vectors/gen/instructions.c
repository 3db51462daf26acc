// Executes the words that tests/InstructionWords prints, each from a random state, and prints what changed.
//
// Input:  [row], or WORD[+WORD]... SEED [REGISTER=VALUE]..., hexadecimal, v3=high_low; seed 0: all zero
// Output: the same line, " -> ", then what is not as it was: x0..x30, sp, nzcv, fpcr, fpsr, v0..v31 (high_low), memory
//         (m and the offset in the window, bytes as in memory), pc if it is not behind the words; or ill, segv, bus, trap first
//         where the last word raised that signal.
//
// State goes in and out through the frame of a signal handler: every run ends with the UNDEFINED word behind its words.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

typedef uint64_t u64;
typedef uint32_t u32;

// As in tests/InstructionWords/Arena.cs.
#define START 0x48000000ull
#define SIZE 0x4000
#define CODE START
#define WINDOW (START + 0x2000)
#define WINDOW_BYTES 512
#define CODE_BYTES 256

struct state {
    u64 x[31], sp, pc;
    u32 nzcv, fpcr, fpsr;
    u64 v[32][2];
    unsigned char memory[WINDOW_BYTES];
};

static struct state before, after;
static char line[4096];
static int words, running;

// Random state: as in tests/Machine.Tests/Isa/VectorState.cs.

static u64 seed;

static u64 next(void) // SplitMix64
{
    u64 z = seed += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static const u64 edges[16] = {
    0, 1, 2, 0x7f, 0x80, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
    0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff, 0x5555555555555555,
};

static u64 general(void)
{
    u64 how = next(), value = next();
    switch (how & 7) {
    case 0: return edges[(how >> 8) & 15];
    case 1: return value & 0xff;
    case 2: return (u64)(int64_t)(int32_t)value;
    case 3: return 1ull << (value & 63);
    case 4: return (u32)value;
    default: return value;
    }
}

static void randomize(struct state *s, u64 start)
{
    memset(s, 0, sizeof *s);
    if (start == 0)
        return;
    seed = start;
    for (int n = 0; n < 31; n++)
        s->x[n] = general();
    s->sp = general();
    s->nzcv = next() & 15;
    u64 control = next();
    s->fpcr = control & 3 ? 0 : ((control >> 8) & 31) << 22;
    s->fpsr = next() & 3 ? 0 : 0x08000010;
    for (int n = 0; n < 32; n++) {
        s->v[n][0] = general();
        s->v[n][1] = general();
    }
    for (int n = 0; n < WINDOW_BYTES; n += 8) {
        u64 value = next();
        memcpy(s->memory + n, &value, 8);
    }
}

static struct fpsimd_context *vectors_of(ucontext_t *frame)
{
    struct _aarch64_ctx *record = (struct _aarch64_ctx *)frame->uc_mcontext.__reserved;
    while (record->magic != FPSIMD_MAGIC)
        record = (struct _aarch64_ctx *)((char *)record + record->size);
    return (struct fpsimd_context *)record;
}

static void enter(ucontext_t *frame, const struct state *s)
{
    mcontext_t *m = &frame->uc_mcontext;
    struct fpsimd_context *v = vectors_of(frame);
    memcpy(m->regs, s->x, sizeof s->x);
    m->sp = s->sp;
    m->pc = s->pc;
    m->pstate = (u64)s->nzcv << 28;
    v->fpcr = s->fpcr;
    v->fpsr = s->fpsr;
    memcpy(v->vregs, s->v, sizeof s->v);
    memcpy((void *)WINDOW, s->memory, WINDOW_BYTES);
}

static void leave(ucontext_t *frame, struct state *s)
{
    mcontext_t *m = &frame->uc_mcontext;
    struct fpsimd_context *v = vectors_of(frame);
    memcpy(s->x, m->regs, sizeof s->x);
    s->sp = m->sp;
    s->pc = m->pc;
    s->nzcv = m->pstate >> 28;
    s->fpcr = v->fpcr;
    s->fpsr = v->fpsr;
    memcpy(s->v, v->vregs, sizeof s->v);
    memcpy(s->memory, (void *)WINDOW, WINDOW_BYTES);
}

// Reads lines until there is something to run. Returns 0 at the end of the input.
static int prepare(void)
{
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '[') {
            puts(line);
            continue;
        }
        u32 *code = (u32 *)CODE;
        memset(code, 0, CODE_BYTES);
        char *at = line;
        words = 0;
        do {
            code[words++] = strtoul(at, &at, 16);
        } while (*at++ == '+');
        __builtin___clear_cache((char *)code, (char *)(code + CODE_BYTES / 4));
        randomize(&before, strtoull(at, &at, 16));
        while (*at++ == ' ') {
            u64 *target = *at == 's' ? &before.sp : *at == 'v' ? before.v[atoi(at + 1)] : &before.x[atoi(at + 1)];
            at = strchr(at, '=') + 1;
            *target = strtoull(at, &at, 16);
            if (*at == '_') { // of a vector register the high half comes first
                target[1] = *target;
                *target = strtoull(at + 1, &at, 16);
            }
        }
        before.pc = CODE;
        return 1;
    }
    return 0;
}

static void report(int signal)
{
    int inside = after.pc >= CODE && after.pc < CODE + 4ull * words;
    printf("%s ->", line);
    if (inside)
        printf(" %s", signal == SIGILL ? "ill" : signal == SIGBUS ? "bus" : signal == SIGTRAP ? "trap" : "segv");
    for (int n = 0; n < 31; n++)
        if (before.x[n] != after.x[n])
            printf(" x%d=%llx", n, (unsigned long long)after.x[n]);
    if (before.sp != after.sp)
        printf(" sp=%llx", (unsigned long long)after.sp);
    if (!inside && after.pc != CODE + 4ull * words)
        printf(" pc=%llx", (unsigned long long)after.pc);
    if (before.nzcv != after.nzcv)
        printf(" nzcv=%x", after.nzcv);
    if (before.fpcr != after.fpcr)
        printf(" fpcr=%x", after.fpcr);
    if (before.fpsr != after.fpsr)
        printf(" fpsr=%x", after.fpsr);
    for (int n = 0; n < 32; n++)
        if (memcmp(before.v[n], after.v[n], 16))
            printf(" v%d=%llx_%llx", n, (unsigned long long)after.v[n][1], (unsigned long long)after.v[n][0]);
    for (int n = 0; n < WINDOW_BYTES; n++) {
        if (before.memory[n] == after.memory[n])
            continue;
        printf(" m%x=", n);
        for (; n < WINDOW_BYTES && before.memory[n] != after.memory[n]; n++)
            printf("%02x", after.memory[n]);
    }
    putchar('\n');
}

static void handler(int signal, siginfo_t *info, void *frame)
{
    (void)info;
    if (running) {
        leave(frame, &after);
        report(signal);
    }
    running = prepare();
    if (!running) {
        fflush(stdout);
        _Exit(0);
    }
    enter(frame, &before);
}

int main(void)
{
    static char stack[1 << 16];
    stack_t alternative = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    void *arena = mmap((void *)START, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (arena != (void *)START || sigaltstack(&alternative, NULL))
        return 1;
    static const int signals[] = { SIGILL, SIGSEGV, SIGBUS, SIGTRAP };
    for (unsigned n = 0; n < sizeof signals / sizeof *signals; n++)
        sigaction(signals[n], &action, NULL);
    ((void (*)(void))CODE)();
    return 1;
}
