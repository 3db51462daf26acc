// Stage 1 with an edu device as master: what QEMU 7.2 has. Lines show what was seen, so that the two can be compared. QEMU's edu copies 4
// bytes at a time here; CLASS is left out, which QEMU 7.2 leaves at 0 for faults of stage 1,
// and the Access flag, which it does not look at.
#include "smmu.h"

#define BUFFER 0x40000ul

static void copy(u32 edu, u64 source, u64 destination, u32 direction)
{
    u64 registers = region_of(edu);
    write64(registers + 0x80, source);
    write64(registers + 0x88, destination);
    write64(registers + 0x90, 4);
    write64(registers + 0x98, direction);
    while (read32(registers + 0x98) & 1) {
        nap();
    }
}

// From memory into the device and out of it again.
static void read_then_write(u32 edu, u64 from, u64 to)
{
    copy(edu, from, BUFFER, 1);
    copy(edu, BUFFER, to, 3);
}

static void write_to(u32 edu, u64 to) { copy(edu, BUFFER, to, 3); }

static void shows_event(const char *section, const char *what)
{
    const u64 class = 3ul << 40;
    struct event event = take();
    shows("event", event.word[0]);
    shows("access", event.word[1] & ~class);
    shows("address", event.word[2]);
    shows("more", events());
    done(section, what);
}

void edu_checks(u32 edu)
{
    // What is in the device from here on.
    start(CMDQEN);
    read_then_write(edu, DATA + 0x1000, DATA);
    same(read32(DATA), 1);
    shows("memory", read32(DATA));
    done("6.3.9", "edu: with SMMUEN clear requests pass");

    start(SMMUEN | CMDQEN | EVENTQEN);
    stream(edu, ABORT, 0, 0, 0);
    write_to(edu, DATA);
    same(read32(DATA), 0);
    shows("events", events());
    done("5.2", "edu: Config = 0b000 aborts in silence");

    stream(edu, BYPASS, 0, 0, 0);
    write_to(edu, DATA + 8);
    same(read32(DATA + 8), 1);
    shows("events", events());
    done("5.2", "edu: Config = 0b100 passes");

    start(SMMUEN | CMDQEN | EVENTQEN);
    context(0, CD(1), STAGE1);
    stream(edu, S1 | CONTEXTS, 0, 0, 0);
    map(STAGE1, IOVA, DATA + 0x2000, RW1);
    map_block(STAGE1, IOVA + 0x200000, 0x45000000, RW1);
    write_to(edu, IOVA + 0x18);
    same(read32(DATA + 0x2018), 1);
    shows("events", events());
    done("3.3", "edu: stage 1 translates a page");
    write_to(edu, ((IOVA + 0x200000) & ~0x1ffffful) + 0x3020);
    same(read32(DATA + 0x3020), 1);
    shows("events", events());
    done("3.3", "edu: stage 1 translates a block");

    map(STAGE1, IOVA, DATA + 0x4000, RW1);
    write_to(edu, IOVA + 0x20);
    shows("kept", read32(DATA + 0x2020));
    command(TLBI_NH_VA(0, 1), IOVA);
    sync();
    write_to(edu, IOVA + 0x28);
    shows("new", read32(DATA + 0x4028));
    done("4.4", "edu: a translation stays until CMD_TLBI_NH_VA");

    write64(STREAMS + edu * 64ul, ABORT);
    write_to(edu, IOVA + 0x30);
    shows("kept", read32(DATA + 0x4030));
    command(CFGI_STE(edu), 1);
    sync();
    write_to(edu, IOVA + 0x38);
    shows("new", read32(DATA + 0x4038));
    done("4.3", "edu: an STE stays until CMD_CFGI_STE");

    start(SMMUEN | CMDQEN | EVENTQEN);
    context(0, CD(1), STAGE1);
    stream(edu, S1 | CONTEXTS, 0, 0, 0);
    write_to(edu, IOVA + 8);
    shows_event("7.3.13", "edu: F_TRANSLATION");
    map(STAGE1, IOVA + 0x2000, DATA, RO1);
    write_to(edu, IOVA + 0x2008);
    shows_event("7.3.16", "edu: F_PERMISSION");
    write_to(edu, IOVA + (1ul << 40));
    shows_event("7.3.13", "edu: F_TRANSLATION beyond T0SZ");

    context(0, CD(1) & ~CD_V, STAGE1);
    command(CFGI_CD_ALL(edu), 0);
    sync();
    write_to(edu, IOVA);
    shows_event("7.3.11", "edu: C_BAD_CD");
    stream(edu, 0, 0, 0, 0);
    write_to(edu, IOVA);
    shows_event("7.3.5", "edu: C_BAD_STE");

    control(0);
    smmu_write(STRTAB_BASE_CFG, 2);
    control(SMMUEN | CMDQEN | EVENTQEN);
    write_to(edu, IOVA);
    shows_event("7.3.3", "edu: C_BAD_STREAMID");

    // A level-1 descriptor with a span of 2^4, so up to StreamID 15.
    start(SMMUEN | CMDQEN | EVENTQEN);
    control(0);
    write64(STREAMS_L1, STREAMS | 5);
    smmu_write64(STRTAB_BASE, STREAMS_L1);
    smmu_write(STRTAB_BASE_CFG, 0x10000 | (6 << 6) | 16);
    control(SMMUEN | CMDQEN | EVENTQEN);
    stream(edu, BYPASS, 0, 0, 0);
    write_to(edu, DATA + 0x40);
    same(read32(DATA + 0x40), 1);
    shows("events", events());
    done("3.3.2", "edu: a stream table of two levels");

    start(SMMUEN | CMDQEN | EVENTQEN);
    command(0xfe, 0);
    shows("CMDQ_CONS", smmu_read(CMDQ_CONS));
    shows("GERROR", smmu_read(GERROR) ^ smmu_read(GERRORN));
    done("7.1", "edu: CERROR_ILL stops at the command");
    write64(COMMANDS + (smmu_read(CMDQ_CONS) & 15) * 16, TLBI_NSNH_ALL);
    smmu_write(GERRORN, smmu_read(GERROR));
    smmu_write(CMDQ_PROD, smmu_read(CMDQ_PROD));
    shows("left", smmu_read(CMDQ_PROD) - (smmu_read(CMDQ_CONS) & 0xfffff));
    done("7.1", "edu: and goes on when it is mended and acknowledged");

    start(SMMUEN | CMDQEN | EVENTQEN);
    enable_interrupt(EVENT_QUEUE_ID);
    clear_pending(EVENT_QUEUE_ID);
    smmu_write(IRQ_CTRL, 4);
    write_to(edu, IOVA);
    shows("pending", is_pending(EVENT_QUEUE_ID));
    clear_pending(EVENT_QUEUE_ID);
    smmu_write(IRQ_CTRL, 0);
    done("3.18", "edu: the first event interrupts");
}
