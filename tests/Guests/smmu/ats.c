// ATS and PRI, with an exerciser that keeps translations.
#include "smmu.h"

static void begin(u32 sid, u64 eats)
{
    start(SMMUEN | CMDQEN | EVENTQEN | ATSCHK);
    ex_do(sid, EX_FORGET, 0, 0, 0);
    ex_set(sid, 0x64, 0);
    context(0, CD(1), STAGE1);
    map(STAGE1, IOVA, DATA, RW1);
    stream(sid, S1 | CONTEXTS, EATS(eats), 0, 0);
}

static void ats(u32 sid)
{
    begin(sid, 1);
    map(STAGE1, IOVA + 0x1000, DATA, RO1);
    same(ex_do(sid, EX_ASK, IOVA, 0, 0), OK);
    same(ex_translation(sid), DATA | 3);
    same(ex_do(sid, EX_ASK, IOVA + 0x1000, 0, 0), OK);
    same(ex_translation(sid), DATA | 1);
    same(ex_do(sid, EX_ASK, IOVA + 0x2000, 0, 0), OK);
    same(ex_translation(sid), 0);
    same(events(), 0);
    done("3.9.1.2", "ATS: a translation request gets address and permissions, and a fault R = W = 0 without an event");

    same(ex_do(sid, EX_READ, IOVA, BY_CACHE, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    map(STAGE1, IOVA, DATA + 0x1000, RW1);
    command(TLBI_NH_VA(0, 1), IOVA);
    sync();
    same(ex_do(sid, EX_READ, IOVA, BY_CACHE, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    command(ATC_INV(sid), IOVA);
    sync();
    same(ex_do(sid, EX_READ, IOVA, BY_CACHE, 0), OK);
    same(ex_data(sid), 0x1111111100000001ul);
    done("4.5.1", "ATS: the endpoint keeps a translation until CMD_ATC_INV");

    begin(sid, 0);
    same(ex_do(sid, EX_ASK, IOVA, 0, 0), UNSUPPORTED);
    same(take().word[0], F_BAD_ATS_TREQ | ((u64)sid << 32));
    same(ex_do(sid, EX_READ, DATA, TRANSLATED, 0), TRANSLATION_FAULT);
    same(take().word[0], F_TRANSL_FORBIDDEN | ((u64)sid << 32));
    done("5.2", "ATS: EATS = 0b00 refuses translation requests (UR) and translated requests");
    control(SMMUEN | CMDQEN | EVENTQEN);
    same(ex_do(sid, EX_READ, DATA, TRANSLATED, 0), OK);
    same(events(), 0);
    done("6.3.9", "ATS: with ATSCHK clear translated requests pass unchecked");

    begin(sid, 1);
    stream(sid, 0, 0, 0, 0);
    same(ex_do(sid, EX_ASK, IOVA, 0, 0), COMPLETER_ABORT);
    same(events(), 0);
    stream(sid, ABORT, 0, 0, 0);
    same(ex_do(sid, EX_ASK, IOVA, 0, 0), UNSUPPORTED);
    same(events(), 0);
    done("3.9.1.2", "ATS: a bad STE gives CA, Config = 0b000 gives UR, and no events");

    begin(sid, 0);
    map(STAGE1, IOVA, IPA, RW1);
    map_tables(STAGE2);
    map(STAGE2, IPA, DATA, RW2);
    stream(sid, NESTED | CONTEXTS, EATS(2), STAGE2_OF(3), STAGE2);
    same(ex_do(sid, EX_ASK, IOVA, 0, 0), OK);
    same(ex_translation(sid), IPA | 3);
    same(ex_do(sid, EX_READ, IOVA, BY_CACHE, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    same(ex_do(sid, EX_READ, IPA + 0x1000, TRANSLATED, 0), TRANSLATION_FAULT);
    same(expect_event(F_TRANSLATION, sid, RNW | AT_STAGE2 | CLASS_IN).word[3], IPA + 0x1000);
    done("13.6.3", "ATS: split-stage answers with an IPA, and stage 2 translates what is sent with it");
    stream(sid, NESTED | CONTEXTS, EATS(1), STAGE2_OF(3), STAGE2);
    same(ex_do(sid, EX_ASK, IOVA, 0, 0), OK);
    same(ex_translation(sid), DATA | 3);
    done("5.2", "ATS: full ATS of both stages answers with a PA");

    // A minute of virtual time, slept through.
    begin(sid, 1);
    enable_interrupt(GLOBAL_ERROR_ID);
    clear_pending(GLOBAL_ERROR_ID);
    smmu_write(IRQ_CTRL, 1);
    ex_set(sid, 0x64, 2);
    command(ATC_INV(sid), 52);
    command(SYNC(0), 0);
    u32 at = smmu_read(CMDQ_PROD) - 1;
    same(smmu_read(CMDQ_CONS), at);
    while (!is_pending(GLOBAL_ERROR_ID)) {
        __asm__ volatile("wfi" ::: "memory");
    }
    same(smmu_read(CMDQ_CONS), at | (3u << 24));
    same((smmu_read(GERROR) ^ smmu_read(GERRORN)) & 1, 1);
    smmu_write(IRQ_CTRL, 0);
    clear_pending(GLOBAL_ERROR_ID);
    smmu_write(GERRORN, smmu_read(GERROR));
    same(smmu_read(CMDQ_CONS) & 0xfffff, at + 1);
    ex_set(sid, 0x64, 0);
    done("3.9.1.4", "ATS: CMD_SYNC waits for an invalidation and gives CERROR_ATC_INV_SYNC when it is never answered");
}

static void request(u32 sid, u32 group, u32 pasid)
{
    ex_set(sid, 0x58, group);
    same(ex_do(sid, EX_PAGE, IOVA, 0, pasid), OK);
}

static void pri(u32 sid)
{
    const u32 read = 1u << 9, write = 1u << 10, last = 1u << 11;
    begin(sid, 1);
    smmu_write64(PRIQ_BASE, PAGES | 2);
    smmu_write(PRIQ_PROD, 0);
    smmu_write(PRIQ_CONS, 0);
    control(SMMUEN | CMDQEN | EVENTQEN | ATSCHK | PRIQEN);
    request(sid, 0x105 | read | write | last, PASID(9) | PASID_PRIV);
    same(smmu_read(PRIQ_PROD), 1);
    same(read64(PAGES), sid | (9ul << 32) | (1ul << 58) | (7ul << 60) | (1ul << 63));
    same(read64(PAGES + 8), IOVA | 0x105);
    done("8", "PRI: a Page Request is in the queue");

    command(PRI_RESP(sid) | (1ul << 11) | (9ul << 12), 0x105 | (2ul << 12));
    sync();
    same(ex_register(sid, 0x5c), 0x80000105u);
    same(ex_register(sid, 0x60), PASID(9));
    done("4.5.2", "PRI: CMD_PRI_RESP reaches the endpoint");

    for (u32 group = 1; group < 4; group++) {
        request(sid, group | read, 0);
    }
    ex_set(sid, 0x5c, 0);
    request(sid, 4 | read, 0);
    same(smmu_read(PRIQ_PROD), 0x80000004u);
    same(ex_register(sid, 0x5c), 0);
    request(sid, 5 | read | last, 0);
    same(ex_register(sid, 0x5c), 0x80000005u);
    done("8.1", "PRI: an overflow drops requests and answers the last of a group with Success");
    smmu_write(PRIQ_CONS, 0x80000004u);
    request(sid, 6 | read, 0);
    same(smmu_read(PRIQ_PROD), 0x80000005u);
    done("8.1", "PRI: and takes them again when it is acknowledged");

    control(SMMUEN | CMDQEN | EVENTQEN | ATSCHK);
    request(sid, 7 | read, 0);
    same(ex_register(sid, 0x5c), 0x8000f007u);
    done("8.2", "PRI: with PRIQEN clear requests fail");
}

void ats_checks(u32 sid)
{
    ats(sid);
    pri(sid);
}
