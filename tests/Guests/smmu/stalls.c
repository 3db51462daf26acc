// The stall model, by an exerciser that may be made to wait, and one that may not.
#include "smmu.h"

static u32 plain, patient;

static void begin(u64 cd, u32 cr0)
{
    start(cr0);
    context(0, cd, STAGE1);
    stream(patient, S1 | CONTEXTS, 0, 0, 0);
    stream(plain, S1 | CONTEXTS, 0, 0, 0);
}

static void answer(struct event event, u32 action)
{
    command(RESUME(event.word[0] >> 32, action), event.word[1] & 0xffff);
    sync();
    ex_wait(patient);
}

static struct event stalled(u32 operation, u64 address)
{
    ex_start(patient, operation, address, 0, 0);
    ex_wait(patient);
    same(ex_status(patient), BUSY | HELD);
    struct event event = take();
    same(event.word[0], F_TRANSLATION | ((u64)patient << 32));
    same(event.word[1] & ~0xfffful, STALL | (operation == EX_READ ? RNW : 0) | CLASS_IN);
    same(event.word[2], address);
    return event;
}

void stall_checks(u32 first, u32 second)
{
    const u32 on = SMMUEN | CMDQEN | EVENTQEN;
    plain = first;
    patient = second;

    begin(CD(1) | CD_S, on);
    struct event event = stalled(EX_READ, IOVA);
    map(STAGE1, IOVA, DATA, RW1);
    answer(event, RETRY);
    same(ex_status(patient), FINISHED);
    same(ex_data(patient), 0x1111111100000000ul);
    same(events(), 0);
    done("3.12.2", "stall: an event with Stall and STAG; a retry finds the mapping");

    begin(CD(1) | CD_S, on);
    event = stalled(EX_READ, IOVA);
    answer(event, RETRY);
    same(ex_status(patient), BUSY | HELD);
    struct event again = take();
    same(again.word[0] & 0xff, F_TRANSLATION);
    same((again.word[1] & 0xffff) != (event.word[1] & 0xffff), 1);
    answer(again, ABORT_IT);
    same(ex_status(patient), FINISHED | (TRANSLATION_FAULT << 8));
    done("4.7.1", "stall: a retry that faults stalls again; Ab = 1 aborts");

    event = stalled(EX_READ, IOVA);
    answer(event, AS_DONE);
    same(ex_status(patient), FINISHED);
    same(ex_data(patient), 0);
    write64(region_of(patient) + 0x8000, 0xdead);
    event = stalled(EX_WRITE, IOVA);
    map(STAGE1, IOVA, DATA, RW1);
    answer(event, AS_DONE);
    same(ex_status(patient), FINISHED);
    same(read64(DATA), 0x1111111100000000ul);
    done("4.7.1", "stall: Ab = 0 completes it: a read gives zero, a write is ignored");

    begin(CD(1) | CD_S, on);
    event = stalled(EX_READ, IOVA);
    command(RESUME(plain, ABORT_IT), event.word[1] & 0xffff);
    command(RESUME(patient, ABORT_IT), (event.word[1] & 0xffff) + 1);
    sync();
    same(ex_status(patient), BUSY | HELD);
    same(smmu_read(GERROR), smmu_read(GERRORN));
    command(STALL_TERM(patient), 0);
    sync();
    ex_wait(patient);
    same(ex_status(patient), FINISHED | (TRANSLATION_FAULT << 8));
    done("4.7.2", "stall: CMD_RESUME needs StreamID and STAG; CMD_STALL_TERM takes all of a stream");

    event = stalled(EX_READ, IOVA);
    control(CMDQEN | EVENTQEN);
    ex_wait(patient);
    same(ex_status(patient), FINISHED | (TRANSLATION_FAULT << 8));
    done("6.3.9.6", "stall: clearing SMMUEN aborts what is stalled");

    begin(CD(1) | CD_S, on);
    same(ex_do(plain, EX_READ, IOVA, 0, 0), TRANSLATION_FAULT);
    expect_event(F_TRANSLATION, plain, RNW | CLASS_IN);
    done("16.4", "stall: an endpoint of PCI Express is not stalled");

    begin(CD(1) | CD_S, on);
    stream(patient, S1 | CONTEXTS, 1ul << 27, 0, 0);
    same(ex_do(patient, EX_READ, IOVA, 0, 0), TRANSLATION_FAULT);
    expect_event(C_BAD_CD, patient, 0);
    done("5.5", "stall: CD.S is illegal with STE.S1STALLD");

    begin(CD(1) & ~CD_A, on);
    write64(region_of(plain) + 0x8000, 0xdead);
    same(ex_do(plain, EX_READ, IOVA, 0, 0), OK);
    same(ex_data(plain), 0);
    expect_event(F_TRANSLATION, plain, RNW | CLASS_IN);
    done("5.5", "terminate: CD.A = 0 completes with RAZ/WI and records");
    begin(CD(1) & ~(CD_A | CD_R), on);
    same(ex_do(plain, EX_READ, IOVA, 0, 0), OK);
    same(events(), 0);
    done("5.5", "terminate: without CD.R nothing is recorded");

    begin(CD(1), on);
    map(STAGE1, IOVA, IPA, RW1);
    map_tables(STAGE2);
    stream(patient, NESTED | CONTEXTS, 0, STAGE2_OF(3) | S2S, STAGE2);
    ex_start(patient, EX_READ, IOVA, 0, 0);
    ex_wait(patient);
    event = take();
    same(event.word[1] & ~0xfffful, STALL | RNW | AT_STAGE2 | CLASS_IN);
    same(event.word[3], IPA);
    map(STAGE2, IPA, DATA, RW2);
    answer(event, RETRY);
    same(ex_status(patient), FINISHED);
    same(ex_data(patient), 0x1111111100000000ul);
    done("3.12.5", "stall: stage 2 stalls where STE.S2S says so, stage 1 terminates");

    begin(CD(1) | CD_S, on);
    for (int i = 0; i < 16; i++) {
        ex_do(plain, EX_READ, IOVA, 0, 0);
    }
    ex_start(patient, EX_READ, IOVA + 0x1000, 0, 0);
    ex_wait(patient);
    same(ex_status(patient), BUSY | HELD);
    same(smmu_read(EVENTQ_PROD), 16);
    for (int i = 0; i < 16; i++) {
        take();
    }
    for (int i = 0; i < 100000 && events() == 0; i++) {
    }
    event = take();
    same(event.word[2], IOVA + 0x1000);
    same(event.word[1] & STALL, STALL);
    answer(event, ABORT_IT);
    done("7.2.1", "stall: a record for which the queue has no room comes later, and does not overflow");
}
