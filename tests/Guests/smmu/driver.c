// Registers, queues and structures of the SMMU (IHI 0070, chapters 3 to 6).
#include "smmu.h"

static u64 next_table;

u32 smmu_read(u32 reg) { return read32(SMMU + reg); }
void smmu_write(u32 reg, u32 value) { write32(SMMU + reg, value); }
void smmu_write64(u32 reg, u64 value) { write64(SMMU + reg, value); }

void control(u32 value)
{
    smmu_write(CR0, value);
    while (smmu_read(CR0ACK) != value) {
    }
}

static void clear(u64 from, u64 to)
{
    for (; from < to; from += 8) {
        write64(from, 0);
    }
}

void start(u32 cr0)
{
    control(0);
    clear(STREAMS, STREAMS + 0x4000);
    clear(STREAMS_L1, STREAMS_L1 + 0x1000);
    clear(COMMANDS, PAGES + 0x1000);
    clear(CONTEXTS, CONTEXTS + 0x1000);
    clear(CONTEXTS_L1, CONTEXTS_L1 + 0x1000);
    clear(STAGE1, STAGE2B + 0x1000);
    clear(TABLES, next_table ? next_table : TABLES);
    next_table = TABLES;
    for (u64 i = 0; i < 8; i++) {
        write64(DATA + i * 0x1000, 0x1111111100000000ul + i);
    }
    smmu_write(IRQ_CTRL, 0);
    smmu_write(GBPA, 0x80000000u);
    smmu_write(GERRORN, smmu_read(GERROR));
    smmu_write64(STRTAB_BASE, STREAMS);
    smmu_write(STRTAB_BASE_CFG, 8);
    smmu_write64(CMDQ_BASE, COMMANDS | QUEUE_BITS);
    smmu_write(CMDQ_PROD, 0);
    smmu_write(CMDQ_CONS, 0);
    smmu_write64(EVENTQ_BASE, EVENTS | QUEUE_BITS);
    smmu_write(EVENTQ_PROD, 0);
    smmu_write(EVENTQ_CONS, 0);
    smmu_write(CR2, 2);
    control(CMDQEN);
    command(0x04, 31);
    command(TLBI_NSNH_ALL, 0);
    sync();
    control(cr0);
}

void command(u64 first, u64 second)
{
    u32 producer = smmu_read(CMDQ_PROD);
    u64 at = COMMANDS + (producer & ((1u << QUEUE_BITS) - 1)) * 16ul;
    write64(at, first);
    write64(at + 8, second);
    __asm__ volatile("dsb sy" ::: "memory");
    smmu_write(CMDQ_PROD, (producer + 1) & ((2u << QUEUE_BITS) - 1));
}

void sync(void)
{
    command(SYNC(0), 0);
    for (int i = 0; i < 100000 && (smmu_read(CMDQ_CONS) & 0xfffff) != smmu_read(CMDQ_PROD); i++) {
    }
}

void stream(u32 sid, u64 d0, u64 d1, u64 d2, u64 d3)
{
    u64 at = STREAMS + sid * 64ul;
    write64(at + 8, d1);
    write64(at + 16, d2);
    write64(at + 24, d3);
    write64(at, d0);
    command(CFGI_STE(sid), 1);
    sync();
}

void context(u32 number, u64 d0, u64 table)
{
    u64 at = CONTEXTS + number * 64ul;
    write64(at + 8, table);
    write64(at + 16, 0);
    write64(at + 24, 0xff);
    write64(at, d0);
}

static u64 table_below(u64 entry)
{
    if (read64(entry) == 0) {
        write64(entry, next_table | 3);
        next_table += 0x1000;
    }
    return read64(entry) & 0xfffffff000ul;
}

u64 *leaf_of(u64 root, u64 input)
{
    u64 level2 = table_below(root + (input >> 30 & 511) * 8);
    u64 level3 = table_below(level2 + (input >> 21 & 511) * 8);
    return (u64 *)(level3 + (input >> 12 & 511) * 8);
}

void map(u64 root, u64 input, u64 output, u64 flags) { write64((u64)leaf_of(root, input), output | flags | 3); }

void map_block(u64 root, u64 input, u64 output, u64 flags)
{
    write64(table_below(root + (input >> 30 & 511) * 8) + (input >> 21 & 511) * 8, output | flags | 1);
}

void map_tables(u64 root)
{
    map_block(root, 0x44000000, 0x44000000, RW2);
}

struct event take(void)
{
    struct event event = { { 0, 0, 0, 0 } };
    u32 consumer = smmu_read(EVENTQ_CONS);
    u32 producer = smmu_read(EVENTQ_PROD);
    u32 mask = (2u << QUEUE_BITS) - 1;
    if (((consumer ^ producer) & mask) != 0) {
        u64 at = EVENTS + (consumer & ((1u << QUEUE_BITS) - 1)) * 32ul;
        for (int i = 0; i < 4; i++) {
            event.word[i] = read64(at + i * 8ul);
        }
        smmu_write(EVENTQ_CONS, ((consumer + 1) & mask) | (producer & 0x80000000u));
    }
    return event;
}

u32 events(void)
{
    u32 mask = (2u << QUEUE_BITS) - 1;
    return (smmu_read(EVENTQ_PROD) - smmu_read(EVENTQ_CONS)) & mask;
}

struct event expect_event(u32 kind, u32 sid, u64 word1)
{
    struct event event = take();
    same(event.word[0] & 0xff, kind);
    same(event.word[0] >> 32, kind == NO_EVENT ? 0 : sid);
    same(event.word[1], word1);
    return event;
}
