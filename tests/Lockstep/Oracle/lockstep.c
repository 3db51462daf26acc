// Executes the programs that tests/Lockstep sends, block by block, and sends back the whole state after each block.
//
// Input, little-endian: words, blocks (u32 each); address of each block (u64); the code; the state; the data.
// Output for each block: the state, the data. A block ends where it raises a signal; the next begins with what it left.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

typedef uint64_t u64;
typedef uint32_t u32;

// As in tests/Lockstep/Layout.cs.
#define CODE 0x48000000ull
#define CODE_BYTES 0x10000
#define DATA 0x48020000ull
#define DATA_BYTES 0x4000
#define MAX_BLOCKS 64
#define SECONDS_PER_PROGRAM 60

// As in tests/Lockstep/UserState.cs.
struct state {
    u64 x[31], sp, pc;
    u64 v[32][2];
    u32 nzcv, fpcr, fpsr, outcome;
};

static struct { u32 words, blocks; } head;
static u64 entries[MAX_BLOCKS];
static struct state start;
static u32 block;

static void get(void *to, size_t bytes)
{
    for (ssize_t got; bytes; bytes -= got, to = (char *)to + got)
        if ((got = read(0, to, bytes)) <= 0)
            _exit(0);
}

static void put(const void *from, size_t bytes)
{
    for (ssize_t gone; bytes; bytes -= gone, from = (const char *)from + gone)
        if ((gone = write(1, from, bytes)) <= 0)
            _exit(0);
}

static struct fpsimd_context *vectors_of(ucontext_t *frame)
{
    struct _aarch64_ctx *record = (struct _aarch64_ctx *)frame->uc_mcontext.__reserved;
    while (record->magic != FPSIMD_MAGIC)
        record = (struct _aarch64_ctx *)((char *)record + record->size);
    return (struct fpsimd_context *)record;
}

static void enter(ucontext_t *frame)
{
    mcontext_t *m = &frame->uc_mcontext;
    struct fpsimd_context *v = vectors_of(frame);
    memcpy(m->regs, start.x, sizeof start.x);
    m->sp = start.sp;
    m->pstate = (u64)start.nzcv << 28;
    v->fpcr = start.fpcr;
    v->fpsr = start.fpsr;
    memcpy(v->vregs, start.v, sizeof start.v);
}

static void report(ucontext_t *frame, int signal)
{
    static struct state s;
    mcontext_t *m = &frame->uc_mcontext;
    struct fpsimd_context *v = vectors_of(frame);
    memcpy(s.x, m->regs, sizeof s.x);
    s.sp = m->sp;
    s.pc = m->pc;
    s.nzcv = m->pstate >> 28;
    s.fpcr = v->fpcr;
    s.fpsr = v->fpsr;
    s.outcome = signal;
    memcpy(s.v, v->vregs, sizeof s.v);
    put(&s, sizeof s);
    put((void *)DATA, DATA_BYTES);
}

static void next_program(ucontext_t *frame)
{
    get(&head, sizeof head);
    if (head.blocks == 0 || head.blocks > MAX_BLOCKS || head.words > CODE_BYTES / 4)
        _exit(2);
    get(entries, head.blocks * sizeof *entries);
    get((void *)CODE, head.words * 4);
    memset((u32 *)CODE + head.words, 0, CODE_BYTES - head.words * 4);
    __builtin___clear_cache((char *)CODE, (char *)CODE + CODE_BYTES);
    get(&start, sizeof start);
    get((void *)DATA, DATA_BYTES);
    block = 0;
    enter(frame);
    alarm(SECONDS_PER_PROGRAM);
}

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)info;
    ucontext_t *frame = context;
    if (head.blocks) {
        report(frame, signal);
        block++;
    }
    if (block == head.blocks)
        next_program(frame);
    frame->uc_mcontext.pc = entries[block];
}

static int map(u64 at, u64 bytes, int access)
{
    return mmap((void *)at, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != (void *)at;
}

int main(void)
{
    static char stack[1 << 16];
    stack_t alternative = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    if (map(CODE, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC) || map(DATA, DATA_BYTES, PROT_READ | PROT_WRITE) ||
        sigaltstack(&alternative, NULL))
        return 1;
    static const int signals[] = { SIGILL, SIGSEGV, SIGBUS, SIGTRAP };
    for (unsigned n = 0; n < sizeof signals / sizeof *signals; n++)
        sigaction(signals[n], &action, NULL);
    ((void (*)(void))CODE)(); // nothing but zeros: the first signal
    return 1;
}
