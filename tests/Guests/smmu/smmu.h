// Checks of an SMMUv3 by a program of its own. Sections are of IHI 0070, Arm System Memory Management Unit Architecture Specification.
#ifndef SMMU_H
#define SMMU_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

// board.c: the board's UART, PCI functions and interrupt controller.
void text(const char *t);
void hex(u64 value);
u32 read32(u64 at);
u64 read64(u64 at);
void write32(u64 at, u32 value);
void write64(u64 at, u64 value);
// The device and function number << 3 of the index-th function with an ID, with its base address register 0 at a place of its own; 0 for none.
u32 find_function(u32 id, int index);
u64 config_of(u32 stream);
u64 region_of(u32 stream);
u32 find_capability(u32 stream, u32 id);
void enable_interrupt(u32 id);
int is_pending(u32 id);
void clear_pending(u32 id);
// Sleeps for a tenth of a second.
void nap(void);

// One line for each check: values are compared first, and done() says whether all were as they should be.
void same(u64 got, u64 want);
void done(const char *section, const char *what);
// The same for a value that the line shows, so that two machines can be compared.
void shows(const char *what, u64 value);
int failures(void);

// driver.c: registers, queues and structures in memory.
#define SMMU 0x09050000ul
#define IDR0 0x00
#define IDR5 0x14
#define CR0 0x20
#define CR0ACK 0x24
#define CR2 0x2c
#define GBPA 0x44
#define IRQ_CTRL 0x50
#define GERROR 0x60
#define GERRORN 0x64
#define STRTAB_BASE 0x80
#define STRTAB_BASE_CFG 0x88
#define CMDQ_BASE 0x90
#define CMDQ_PROD 0x98
#define CMDQ_CONS 0x9c
#define EVENTQ_BASE 0xa0
#define EVENTQ_PROD 0x100a8
#define EVENTQ_CONS 0x100ac
#define EVENTQ_IRQ_CFG0 0xb0
#define PRIQ_BASE 0xc0
#define PRIQ_PROD 0x100c8
#define PRIQ_CONS 0x100cc

#define SMMUEN 1u
#define PRIQEN 2u
#define EVENTQEN 4u
#define CMDQEN 8u
#define ATSCHK 16u

// Where things are in memory: above the program.
#define STREAMS 0x44000000ul
#define STREAMS_L1 0x44010000ul
#define COMMANDS 0x44020000ul
#define EVENTS 0x44021000ul
#define PAGES 0x44022000ul
#define CONTEXTS 0x44030000ul
#define CONTEXTS_L1 0x44038000ul
#define STAGE1 0x44040000ul
#define STAGE1B 0x44041000ul
#define STAGE2 0x44042000ul
#define STAGE2B 0x44043000ul
#define TABLES 0x44100000ul
#define DATA 0x45000000ul
// Nothing that is memory: the UART.
#define NO_MEMORY 0x09000000ul
// Nothing at all.
#define NOTHING 0x7f00000000ul

#define IOVA 0x1234567000ul
#define IPA 0x2000000000ul

// STE.V with STE.Config.
#define ABORT 0x1ul
#define BYPASS 0x9ul
#define S1 0xbul
#define S2 0xdul
#define NESTED 0xful
#define S1CDMAX(n) ((u64)(n) << 59)
#define S1FMT(n) ((u64)(n) << 4)
#define S1DSS(n) ((u64)(n))
#define EATS(n) ((u64)(n) << 28)
#define PPAR (1ul << 18)

// CD: AA64, R, A, ASID, V, IPS = 40 bits, EPD1, T0SZ = 25.
#define CD(asid) (((u64)(asid) << 48) | (1ul << 46) | (1ul << 45) | (1ul << 41) | (2ul << 32) | (1ul << 31) | (1ul << 30) | 25)
#define CD_S (1ul << 44)
#define CD_A (1ul << 46)
#define CD_R (1ul << 45)
#define CD_V (1ul << 31)

// STE doubleword 2: S2R, S2AA64, S2PS = 40 bits, S2SL0 = 1, S2T0SZ = 25.
#define STAGE2_OF(vmid) ((1ul << 58) | (1ul << 51) | (2ul << 48) | (1ul << 38) | (25ul << 32) | (vmid))
#define S2S (1ul << 57)

// Leaves: AF and AP[1] of stage 1, with nG; AF and S2AP of stage 2.
#define RW1 0xc40ul
#define RO1 0xcc0ul
#define PRIV1 0xc00ul
#define NO_AF1 0x840ul
#define RW2 0x4c0ul

// Opcodes of commands.
#define CFGI_STE(sid) (0x03 | ((u64)(sid) << 32))
#define CFGI_CD_ALL(sid) (0x06 | ((u64)(sid) << 32))
#define TLBI_NH_VA(vmid, asid) (0x12 | ((u64)(vmid) << 32) | ((u64)(asid) << 48))
#define TLBI_S12_VMALL(vmid) (0x28 | ((u64)(vmid) << 32))
#define TLBI_NSNH_ALL 0x30
#define ATC_INV(sid) (0x40 | ((u64)(sid) << 32))
#define PRI_RESP(sid) (0x41 | ((u64)(sid) << 32))
#define RESUME(sid, action) (0x44 | ((u64)(action) << 12) | ((u64)(sid) << 32))
#define STALL_TERM(sid) (0x45 | ((u64)(sid) << 32))
#define SYNC(cs) (0x46 | ((u64)(cs) << 12))
#define RETRY 1
#define ABORT_IT 2
#define AS_DONE 0

// Event numbers.
#define F_UUT 0x01
#define C_BAD_STREAMID 0x02
#define F_STE_FETCH 0x03
#define C_BAD_STE 0x04
#define F_BAD_ATS_TREQ 0x05
#define F_STREAM_DISABLED 0x06
#define F_TRANSL_FORBIDDEN 0x07
#define C_BAD_SUBSTREAMID 0x08
#define F_CD_FETCH 0x09
#define C_BAD_CD 0x0a
#define F_WALK_EABT 0x0b
#define F_TRANSLATION 0x10
#define F_ADDR_SIZE 0x11
#define F_ACCESS 0x12
#define F_PERMISSION 0x13
#define E_PAGE_REQUEST 0x24
#define NO_EVENT 0

// Doubleword 1 of a record.
#define STALL (1ul << 31)
#define RNW (1ul << 35)
#define AT_STAGE2 (1ul << 39)
#define CLASS_CD (0ul << 40)
#define CLASS_TT (1ul << 40)
#define CLASS_IN (2ul << 40)

#define QUEUE_BITS 4
#define EVENT_QUEUE_ID 106
#define GLOBAL_ERROR_ID 109

struct event {
    u64 word[4];
};

u32 smmu_read(u32 reg);
void smmu_write(u32 reg, u32 value);
void smmu_write64(u32 reg, u64 value);
void control(u32 value);
// Everything as after a reset, with empty queues and tables, then SMMU_CR0.
void start(u32 cr0);
void command(u64 first, u64 second);
void sync(void);
void stream(u32 sid, u64 d0, u64 d1, u64 d2, u64 d3);
void context(u32 number, u64 d0, u64 table);
void map(u64 root, u64 input, u64 output, u64 flags);
void map_block(u64 root, u64 input, u64 output, u64 flags);
u64 *leaf_of(u64 root, u64 input);
// Stage 2 for what the SMMU itself reads.
void map_tables(u64 root);
// The next event; all zero where there is none.
struct event take(void);
// Takes the next event and compares its number, StreamID and doubleword 1, SubstreamID where there is one.
struct event expect_event(u32 kind, u32 sid, u64 word1);
u32 events(void);

// exerciser.c: src/Machine/Pcie/Devices/Exerciser/README.md.
#define EX_READ 1
#define EX_WRITE 2
#define EX_ASK 14
#define EX_PAGE 15
#define EX_HINT 16
#define EX_FORGET 17
#define TRANSLATED (1u << 2)
#define TREQ (1u << 5)
#define BY_CACHE (1u << 8)
#define PASID(n) (0x80000000u | (n))
#define PASID_X (1u << 20)
#define PASID_PRIV (1u << 21)
#define BUSY 1u
#define FINISHED 2u
#define HELD 4u
#define OK 0u
#define TRANSLATION_FAULT 5u
#define UNSUPPORTED 6u
#define COMPLETER_ABORT 7u

void open_exerciser(u32 sid);
u32 ex_status(u32 sid);
void ex_start(u32 sid, u32 operation, u64 address, u32 attributes, u32 pasid);
void ex_wait(u32 sid);
// Does a command and gives its result.
u32 ex_do(u32 sid, u32 operation, u64 address, u32 attributes, u32 pasid);
u64 ex_data(u32 sid);
u32 ex_register(u32 sid, u32 reg);
void ex_set(u32 sid, u32 reg, u32 value);
u64 ex_translation(u32 sid);

// The parts.
void edu_checks(u32 edu);
void stage_checks(u32 sid);
void stall_checks(u32 plain, u32 patient);
void ats_checks(u32 sid);
void queue_checks(u32 sid);
void record_checks(u32 sid);

void off(void) __attribute__((noreturn));

#endif
