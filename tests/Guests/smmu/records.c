// One of each event record, all four doublewords.
#include "smmu.h"

static void expect_record(u64 d0, u64 d1, u64 d2, u64 d3)
{
    struct event event = take();
    same(event.word[0], d0);
    same(event.word[1], d1);
    same(event.word[2], d2);
    same(event.word[3], d3);
    same(events(), 0);
}

static u32 sid;

static void fail(u64 address, u32 attributes, u32 pasid)
{
    same(ex_do(sid, EX_READ, address, attributes, pasid) != OK, 1);
}

static void begin(void)
{
    start(SMMUEN | CMDQEN | EVENTQEN | ATSCHK);
    context(0, CD(1), STAGE1);
    stream(sid, S1 | CONTEXTS, 0, 0, 0);
}

void record_checks(u32 exerciser)
{
    sid = exerciser;
    const u64 who = (u64)sid << 32;
    const u64 ssv5 = (1ul << 11) | (5ul << 12);

    begin();
    fail(DATA + 8, TRANSLATED | TREQ, 0);
    expect_record(F_UUT | who, RNW | 1, DATA + 8, 0);
    done("7.3.2", "record: F_UUT");

    control(0);
    smmu_write(STRTAB_BASE_CFG, 2);
    control(SMMUEN | CMDQEN | EVENTQEN);
    fail(IOVA, 0, PASID(5));
    expect_record(C_BAD_STREAMID | who | ssv5, 0, 0, 0);
    done("7.3.3", "record: C_BAD_STREAMID");

    control(0);
    smmu_write64(STRTAB_BASE, NO_MEMORY);
    smmu_write(STRTAB_BASE_CFG, 8);
    control(SMMUEN | CMDQEN | EVENTQEN);
    command(0x04, 31);
    sync();
    fail(IOVA, 0, PASID(5));
    expect_record(F_STE_FETCH | who | ssv5, 0, 0, NO_MEMORY + sid * 64ul);
    done("7.3.4", "record: F_STE_FETCH");

    begin();
    stream(sid, 0, 0, 0, 0);
    fail(IOVA, 0, PASID(5));
    expect_record(C_BAD_STE | who | ssv5, 0, 0, 0);
    done("7.3.5", "record: C_BAD_STE");

    begin();
    same(ex_do(sid, EX_ASK, IOVA + 0x10, 0, PASID(5) | PASID_X | PASID_PRIV), UNSUPPORTED);
    struct event event = take();
    same(event.word[0], F_BAD_ATS_TREQ | who | ssv5);
    same(event.word[2], IOVA);
    same(event.word[3], 0);
    done("7.3.6", "record: F_BAD_ATS_TREQ");

    stream(sid, S1 | CONTEXTS | S1CDMAX(4), 0, 0, 0);
    fail(IOVA, 0, 0);
    expect_record(F_STREAM_DISABLED | who, 0, 0, 0);
    done("7.3.7", "record: F_STREAM_DISABLED");

    fail(DATA + 0x10, TRANSLATED, 0);
    expect_record(F_TRANSL_FORBIDDEN | who, RNW, DATA + 0x10, 0);
    done("7.3.8", "record: F_TRANSL_FORBIDDEN");

    fail(IOVA, 0, PASID(0x12345));
    expect_record(C_BAD_SUBSTREAMID | who | (0x12345ul << 12), 0, 0, 0);
    done("7.3.9", "record: C_BAD_SUBSTREAMID, without SSV");

    stream(sid, S1 | NO_MEMORY | S1CDMAX(4), 0, 0, 0);
    fail(IOVA, 0, PASID(5));
    expect_record(F_CD_FETCH | who | ssv5, 0, 0, NO_MEMORY + 5 * 64ul);
    done("7.3.10", "record: F_CD_FETCH");

    stream(sid, S1 | CONTEXTS | S1CDMAX(4), 0, 0, 0);
    fail(IOVA, 0, PASID(5));
    expect_record(C_BAD_CD | who | ssv5, 0, 0, 0);
    done("7.3.11", "record: C_BAD_CD");

    begin();
    write64(STAGE1 + (IOVA >> 30 & 511) * 8, NOTHING | 3);
    fail(IOVA + 0x20, 0, 0);
    expect_record(F_WALK_EABT | who, RNW | CLASS_TT, IOVA + 0x20, NOTHING + (IOVA >> 21 & 511) * 8);
    done("7.3.12", "record: F_WALK_EABT, of class TT");

    begin();
    context(5, CD(5), STAGE1);
    stream(sid, S1 | CONTEXTS | S1CDMAX(4), 0, 0, 0);
    fail(IOVA + 0x20, 0, PASID(5) | PASID_PRIV | PASID_X);
    expect_record(F_TRANSLATION | who | ssv5, RNW | CLASS_IN | (3ul << 33), IOVA + 0x20, 0);
    done("7.3.13", "record: F_TRANSLATION");

    map(STAGE1, IOVA, 1ul << 40, RW1);
    fail(IOVA + 0x20, 0, PASID(5));
    expect_record(F_ADDR_SIZE | who | ssv5, RNW | CLASS_IN, IOVA + 0x20, 0);
    done("7.3.14", "record: F_ADDR_SIZE");

    map(STAGE1, IOVA, DATA, NO_AF1);
    fail(IOVA + 0x20, 0, PASID(5));
    expect_record(F_ACCESS | who | ssv5, RNW | CLASS_IN, IOVA + 0x20, 0);
    done("7.3.15", "record: F_ACCESS");

    // A table of stage 1 that stage 2 does not let be read: TTRnW is 1.
    begin();
    map_tables(STAGE2);
    write64((u64)leaf_of(STAGE2B, STAGE1), STAGE1 | 0x403);
    map(STAGE2B, CONTEXTS, CONTEXTS, RW2);
    stream(sid, NESTED | CONTEXTS, 0, STAGE2_OF(3), STAGE2B);
    fail(IOVA + 0x20, 0, 0);
    expect_record(F_PERMISSION | who, RNW | AT_STAGE2 | CLASS_TT | (1ul << 44), IOVA + 0x20, STAGE1);
    done("7.3.16", "record: F_PERMISSION");

    begin();
    same(ex_do(sid, EX_HINT, IOVA + 0x123, 0, PASID(5)), OK);
    expect_record(E_PAGE_REQUEST | who | ssv5, (3ul << 44) | (1ul << 35) | (1ul << 34), IOVA, 0);
    done("7.3.19", "record: E_PAGE_REQUEST");
}
