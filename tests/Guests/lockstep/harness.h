// What the programs of lock-step runs share: stubs that run at a level, a line for what became of them, and tables.
#ifndef HARNESS_H
#define HARNESS_H

typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;

#define SET(name, value) __asm__ volatile("msr " #name ", %0\n isb" : : "r"((u64)(value)) : "memory")
#define GET(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory"); value_; })
#define DO(text) __asm__ volatile(text ::: "memory")

// A stub: assembly that runs at some level until an exception; SVC #0x7ff is its end.
#define STUB(name, text) \
    __asm__(".pushsection .stubs, \"ax\"\n .balign 16\n .global " #name "\n" #name ": " text "\n svc #0x7ff\n .popsection"); \
    extern char name[]

// PSTATE for ERET: interrupts masked.
#define EL0T 0x3c0ul
#define EL1T 0x3c4ul
#define EL1H 0x3c5ul
#define EL2T 0x3c8ul
#define EL2H 0x3c9ul

struct probe {
    u64 x[31], pc, spsr, sp_el0, sp_el1, vector, sp;
};
extern struct probe probe;
extern char el1_vectors[];

void program(void);
void harness_start(void);
void harness_end(void) __attribute__((noreturn));

// Runs a stub and prints "label: done", or the exception it took with its registers. Without a line: quietly.
void run(const char *label, void *stub, u64 pstate, u64 x0, u64 x1, u64 x2);
void run_quietly(void *stub, u64 pstate, u64 x0, u64 x1, u64 x2);
int ended(void); // the last stub reached its end

void text(const char *s);
void hex(u64 value);
void line(const char *label, u64 value); // "label: value"

// Memory: at EL1 (stage 1) RAM from 0x40000000, one 2 MiB block for each purpose; WINDOW is for the programs.
#define CODE_BLOCK 0x40200000ul
#define AREA 0x41000000ul       // 4 MiB of RAM for the programs' pages, flat as well
#define WINDOW 0x80000000ul     // 1 GiB of virtual addresses that el1_level1[2] maps
#define DEFAULT_SCTLR_EL1 0x34d5d985ul // M, C, I, SA, UCT, UCI, DZE, nTWI, nTWE; no alignment check
#define DEFAULT_TCR_EL1 0x100803519ul // T0SZ 25, 4 KiB, WB inner shareable; TTBR1 off; IPS 36 bits; 8-bit ASID
#define DEFAULT_MAIR 0xff4400ul // 0: nGnRnE, 1: Normal non-cacheable, 2: Normal write-back
#define DEFAULT_HCR 0x80000000ul // RW
#define ATTR_DEVICE 0x0ul
#define ATTR_NORMAL 0x8ul
#define AF 0x400ul
#define INNER 0x300ul
#define BLOCK 1ul
#define TABLE 3ul
#define PAGE 3ul
#define AP_EL0 0x40ul
#define AP_RO 0x80ul
#define NG 0x800ul
#define UXN (1ul << 54)
#define PXN (1ul << 53)
#define RAM_PAGE (PAGE | AF | INNER | ATTR_NORMAL)
extern u64 el1_level1[512], el1_level2[512];
void el1_mmu_on(void); // the flat tables, at EL1
void tlb_flush(void);  // everything
u64 *table(void);      // an empty page

#endif
