// Both stages, substreams, VMIDs.
#include "smmu.h"

static u32 load(u32 sid, u64 address, u32 pasid) { return ex_do(sid, EX_READ, address, 0, pasid); }

static void nested(u32 sid)
{
    start(SMMUEN | CMDQEN | EVENTQEN);
    context(0, CD(1), STAGE1);
    map(STAGE1, IOVA, IPA, RW1);
    stream(sid, NESTED | CONTEXTS, 0, STAGE2_OF(3), STAGE2);
    same(load(sid, IOVA, 0), TRANSLATION_FAULT);
    same(expect_event(F_TRANSLATION, sid, RNW | AT_STAGE2 | CLASS_CD).word[3], CONTEXTS);
    done("3.12", "nested: the CD is fetched through stage 2, and a fault is of class CD");

    map(STAGE2, CONTEXTS, CONTEXTS, RW2);
    same(load(sid, IOVA, 0), TRANSLATION_FAULT);
    same(expect_event(F_TRANSLATION, sid, RNW | AT_STAGE2 | CLASS_TT).word[3], STAGE1);
    done("7.3.13", "nested: a stage 1 table is read through stage 2, and a fault is of class TT");

    map(STAGE2, STAGE1, STAGE1, RW2);
    for (u64 page = 0; page < 16; page++) {
        map(STAGE2, TABLES + page * 0x1000, TABLES + page * 0x1000, RW2);
    }
    same(load(sid, IOVA + 0x10, 0), TRANSLATION_FAULT);
    struct event event = expect_event(F_TRANSLATION, sid, RNW | AT_STAGE2 | CLASS_IN);
    same(event.word[2], IOVA + 0x10);
    same(event.word[3], IPA);
    done("7.3.13", "nested: an IPA that stage 2 does not map is of class IN, with input address and IPA");

    map(STAGE2, IPA, DATA, RW2);
    same(load(sid, IOVA, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    same(events(), 0);
    done("3.3", "nested: VA to IPA to PA");

    map(STAGE1, IOVA, IPA + 0x1000, RW1);
    map(STAGE2, IPA + 0x1000, DATA + 0x1000, RW2);
    same(load(sid, IOVA, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    command(TLBI_NH_VA(3, 1), IOVA);
    sync();
    same(load(sid, IOVA, 0), OK);
    same(ex_data(sid), 0x1111111100000001ul);
    done("4.4", "nested: a translation stays until CMD_TLBI_NH_VA names VMID, ASID and VA");
}

// Two descriptors: PASID 1 has STAGE1, PASID 2 has STAGE1B.
static void make_substreams(u32 sid, u64 dss)
{
    start(SMMUEN | CMDQEN | EVENTQEN);
    context(0, CD(1), STAGE1);
    context(1, CD(1), STAGE1);
    context(2, CD(2), STAGE1B);
    map(STAGE1, IOVA, DATA, RW1);
    map(STAGE1B, IOVA, DATA + 0x1000, RW1);
    stream(sid, S1 | CONTEXTS | S1CDMAX(2), dss, 0, 0);
}

static void substreams(u32 sid)
{
    make_substreams(sid, S1DSS(0));
    same(load(sid, IOVA, PASID(1)), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    same(load(sid, IOVA, PASID(2)), OK);
    same(ex_data(sid), 0x1111111100000001ul);
    same(events(), 0);
    done("3.9", "substreams: each PASID has a context of its own");

    same(load(sid, IOVA, 0), TRANSLATION_FAULT);
    expect_event(F_STREAM_DISABLED, sid, 0);
    done("5.2", "substreams: S1DSS = 0b00 terminates what has no PASID");

    make_substreams(sid, S1DSS(1));
    same(load(sid, DATA + 0x2000, 0), OK);
    same(ex_data(sid), 0x1111111100000002ul);
    done("5.2", "substreams: S1DSS = 0b01 bypasses stage 1");

    make_substreams(sid, S1DSS(2));
    same(load(sid, IOVA, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    same(load(sid, IOVA, PASID(0)), TRANSLATION_FAULT);
    expect_event(F_STREAM_DISABLED, sid, 0);
    done("5.2", "substreams: S1DSS = 0b10 uses CD 0, and PASID 0 is terminated");

    make_substreams(sid, S1DSS(3));
    same(load(sid, IOVA, 0), TRANSLATION_FAULT);
    expect_event(F_STREAM_DISABLED, sid, 0);
    done("5.2", "substreams: S1DSS = 0b11 is reserved, as 0b00");

    for (u64 format = 1; format <= 2; format++) {
        u32 leaf = format == 1 ? 6 : 10;
        start(SMMUEN | CMDQEN | EVENTQEN);
        context(5, CD(7), STAGE1);
        map(STAGE1, IOVA, DATA + 0x3000, RW1);
        write64(CONTEXTS_L1 + 8, CONTEXTS | 1);
        stream(sid, S1 | CONTEXTS_L1 | S1CDMAX(12) | S1FMT(format), 0, 0, 0);
        same(load(sid, IOVA, PASID((1u << leaf) + 5)), OK);
        same(ex_data(sid), 0x1111111100000003ul);
        same(load(sid, IOVA, PASID((2u << leaf) + 5)), TRANSLATION_FAULT);
        same(expect_event(C_BAD_SUBSTREAMID, sid, 0).word[0] >> 12 & 0xfffff, (2u << leaf) + 5);
        done("5.3", format == 1 ? "substreams: CD tables of two levels with 4 KiB leaves" : "substreams: CD tables of two levels with 64 KiB leaves");
    }

    make_substreams(sid, S1DSS(0));
    map(STAGE1, IOVA + 0x1000, DATA, PRIV1 | (1ul << 53));
    same(load(sid, IOVA + 0x1000, PASID(1)), TRANSLATION_FAULT);
    expect_event(F_PERMISSION, sid, RNW | CLASS_IN);
    same(load(sid, IOVA + 0x1000, PASID(1) | PASID_PRIV), OK);
    same(load(sid, IOVA + 0x1000, PASID(1) | PASID_PRIV | PASID_X), TRANSLATION_FAULT);
    expect_event(F_PERMISSION, sid, RNW | CLASS_IN | (1ul << 33) | (1ul << 34));
    done("13.7", "substreams: the prefix says privilege and execution");
}

static void vmids(u32 sid)
{
    start(SMMUEN | CMDQEN | EVENTQEN);
    map(STAGE2, IPA, DATA, RW2);
    map(STAGE2B, IPA, DATA + 0x1000, RW2);
    stream(sid, S2, 0, STAGE2_OF(0x105), STAGE2);
    same(load(sid, IPA, 0), OK);
    same(ex_data(sid), 0x1111111100000000ul);
    stream(sid, S2, 0, STAGE2_OF(0x205), STAGE2B);
    same(load(sid, IPA, 0), OK);
    same(ex_data(sid), 0x1111111100000001ul);
    done("3.17", "VMID: those that differ in bits [15:8] have translations of their own");

    map(STAGE2B, IPA, DATA + 0x2000, RW2);
    command(TLBI_S12_VMALL(0x105), 0);
    sync();
    same(load(sid, IPA, 0), OK);
    same(ex_data(sid), 0x1111111100000001ul);
    command(TLBI_S12_VMALL(0x205), 0);
    sync();
    same(load(sid, IPA, 0), OK);
    same(ex_data(sid), 0x1111111100000002ul);
    done("4.4", "VMID: CMD_TLBI_S12_VMALL is of all 16 bits");
}

void stage_checks(u32 sid)
{
    u32 idr0 = smmu_read(IDR0);
    same(idr0 >> 24 & 3, 0);
    same(idr0 >> 26 & 1, 0);
    same(idr0 >> 10 & 3, 1);
    same(idr0 >> 14 & 1, 1);
    same(idr0 >> 16 & 1, 1);
    same(idr0 >> 18 & 1, 1);
    done("6.3.1", "SMMU_IDR0: stall and terminate, RAZ/WI, ATS with split-stage, SEV, PRI, VMID16");
    nested(sid);
    substreams(sid);
    vmids(sid);
}
