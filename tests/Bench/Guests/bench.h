// What the files of the benchmark guest say to each other.
#ifndef BENCH_H
#define BENCH_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

// Places of the board's memory map (QEMU's virt) and of tables.S.
#define UART_BASE 0x09000000UL
#define GICD_BASE 0x08000000UL
#define GICC_BASE 0x08010000UL
#define CODE_BUFFER 0x41000000UL    // EL1 may write and execute this block
#define PARAMETERS 0x48000000UL     // the text "KERNEL UNITS", put there by whoever starts the machine
#define FRAMES 0x50000000UL         // 256 MiB of RAM behind the window
#define WINDOW 0x100000000UL        // virtual: 64 Ki pages of 4 KiB, one entry of window_level3 each
#define WINDOW_PAGES 65536

// The descriptor bits of tables.S (DDI 0487, VMSAv8-64 descriptor formats): page, normal memory, EL1 only, not executable.
#define PAGE_DESCRIPTOR (3UL | 3UL << 8 | 1UL << 10 | 3UL << 53)

// A kernel does a number of equal units of work and returns a value that depends on all of it.
typedef u64 (*work)(u64 units);

struct kernel {
    const char *name;
    void (*prepare)(void);          // or null
    work run;
    u64 warm_up;                    // units, done eight times before the measured ones
};

extern const struct kernel kernels[];
extern const u64 kernel_count;
extern u64 window_level3[WINDOW_PAGES];
extern u64 boot_level;              // CurrentEL at the start: 4 or 8

#define READ_SYSREG(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })
#define WRITE_SYSREG(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((u64)(value)) : "memory")

static inline volatile u32 *device(u64 address) { return (volatile u32 *)address; }

// A generator with a period of 2^64; the upper bits are good enough to index with.
static inline u64 next_random(u64 *state)
{
    *state = *state * 6364136223846793005UL + 1442695040888963407UL;
    return *state >> 32;
}

static inline u64 mix(u64 sum, u64 value) { return (sum << 7 | sum >> 57) ^ value; }

// integer.c
void sha256_prepare(void);
u64 sha256(u64 units);
void crc32_prepare(void);
u64 crc32(u64 units);
u64 sort(u64 units);

// control.c
u64 bytecode(u64 units);
u64 indirect_calls(u64 units);

// memory.c
void copy_prepare(void);
u64 copy(u64 units);
u64 strides(u64 units);
u64 zero(u64 units);

// vector.c
u64 fp_double(u64 units);
void neon_float_prepare(void);
u64 neon_float(u64 units);
void neon_integer_prepare(void);
u64 neon_integer(u64 units);
u64 aes(u64 units);

// translation.c
void window_prepare(void);
u64 random_pages(u64 units);
u64 change_pte(u64 units);
u64 flush_all(u64 units);

// events.c, start.S
u64 svc_round_trips(u64 units);
u64 hvc_round_trips(u64 units);
u64 stage2_aborts(u64 units);
u64 mmio_reads(u64 units);
u64 modified_code(u64 units);
void timer_prepare(void);
u64 timer_interrupts(u64 units);

#endif
