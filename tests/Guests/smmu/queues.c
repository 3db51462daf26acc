// The command queue and the event queue.
#include "smmu.h"

void queue_checks(u32 sid)
{
    const u32 on = SMMUEN | CMDQEN | EVENTQEN;
    static const u64 illegal[] = { 0x00, 0x18, 0x50, 0xff, 0x03 | (1ul << 10), 0x44 | (1ul << 10), 0x46 | (3ul << 12) };
    for (unsigned i = 0; i < LENGTH(illegal); i++) {
        start(on);
        u32 at = smmu_read(CMDQ_PROD);
        command(illegal[i], 0);
        command(SYNC(0), 0);
        same(smmu_read(CMDQ_CONS), at | (1u << 24));
        same((smmu_read(GERROR) ^ smmu_read(GERRORN)) & 1, 1);
        write64(COMMANDS + at * 16ul, TLBI_NSNH_ALL);
        smmu_write(GERRORN, smmu_read(GERROR));
        same(smmu_read(CMDQ_CONS) & 0xfffff, at + 2);
    }
    done("7.1", "commands: CERROR_ILL stays at the command, and the queue goes on when it is mended and acknowledged");

    start(SMMUEN | EVENTQEN);
    smmu_write64(CMDQ_BASE, NO_MEMORY | QUEUE_BITS);
    control(on);
    smmu_write(CMDQ_PROD, smmu_read(CMDQ_CONS) + 1);
    same(smmu_read(CMDQ_CONS) >> 24, 2);
    control(SMMUEN | EVENTQEN);
    smmu_write(CMDQ_PROD, smmu_read(CMDQ_CONS) & 0xfffff);
    smmu_write(GERRORN, smmu_read(GERROR));
    done("7.1", "commands: CERROR_ABT where the queue is no memory");

    start(on);
    command(SYNC(1) | (0x5151ul << 32), DATA + 0x100);
    same(read64(DATA + 0x100), 0x5151);
    done("4.7.3", "commands: CMD_SYNC with SIG_IRQ writes its message");

    // The event register is clear behind SEVL and WFE; without an event the second WFE would never end.
    __asm__ volatile("sevl\n wfe" ::: "memory");
    command(SYNC(2), 0);
    __asm__ volatile("wfe" ::: "memory");
    same(smmu_read(CMDQ_CONS), smmu_read(CMDQ_PROD));
    done("4.7.3", "commands: CMD_SYNC with SIG_SEV wakes WFE");

    start(on);
    for (int i = 0; i < 20; i++) {
        ex_do(sid, EX_READ, IOVA, 0, 0);
    }
    same(smmu_read(EVENTQ_PROD), 0x80000010u);
    for (int i = 0; i < 16; i++) {
        expect_event(C_BAD_STE, sid, 0);
    }
    ex_do(sid, EX_READ, IOVA, 0, 0);
    same(smmu_read(EVENTQ_PROD), 0x80000011u);
    for (int i = 0; i < 20; i++) {
        ex_do(sid, EX_READ, IOVA, 0, 0);
    }
    same(smmu_read(EVENTQ_PROD), 0);
    done("7.4", "events: an overflow is told once, until it is acknowledged");

    start(SMMUEN | CMDQEN);
    smmu_write64(EVENTQ_BASE, NO_MEMORY | QUEUE_BITS);
    control(on);
    ex_do(sid, EX_READ, IOVA, 0, 0);
    same(smmu_read(GERROR) ^ smmu_read(GERRORN), 4);
    same(smmu_read(EVENTQ_PROD), 0);
    done("7.2.2", "events: EVENTQ_ABT_ERR where the queue is no memory");

    start(SMMUEN | CMDQEN);
    smmu_write64(EVENTQ_IRQ_CFG0, DATA + 0x108);
    smmu_write(EVENTQ_IRQ_CFG0 + 8, 0x7777);
    smmu_write(IRQ_CTRL, 4);
    control(on);
    ex_do(sid, EX_READ, IOVA, 0, 0);
    same(read64(DATA + 0x108), 0x7777);
    smmu_write(IRQ_CTRL, 0);
    smmu_write64(EVENTQ_IRQ_CFG0, 0);
    done("3.18", "events: the first sends its message");
}
