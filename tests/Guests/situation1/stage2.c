// Stage 2, identity mapped with 1 GiB blocks at level 1 (DDI 0487: VMSAv8-64 translation, VTCR_EL2, VTTBR_EL2).
#include "hypervisor.h"

enum {
    BLOCK = 1,                          // bits 1:0 of a block descriptor
    ACCESS_FLAG = 1 << 10,
    READ_WRITE = 3 << 6,                // S2AP
    NORMAL = 15 << 2 | 3 << 8,          // MemAttr: write-back both ways; SH: inner shareable
    DEVICE = 1 << 2,                    // MemAttr: Device-nGnRE
};

#define EXECUTE_NEVER (1UL << 54)
#define GIB_SHIFT 30

// 1024 entries are two concatenated tables: aligned to their whole size.
u64 stage2_level1[LEVEL1_ENTRIES] __attribute__((aligned(LEVEL1_ENTRIES * 8 < 4096 ? 4096 : LEVEL1_ENTRIES * 8)));

static void map_gib(u64 index, u64 attributes)
{
    stage2_level1[index] = index << GIB_SHIFT | attributes | ACCESS_FLAG | READ_WRITE | BLOCK;
}

void stage2_fill(void)
{
    map_gib(0, DEVICE | EXECUTE_NEVER); // flash, GIC, UART, the 32-bit PCIe window
    map_gib(2, NORMAL);                 // the guest's 1 GiB at 0x80000000
#if ECAM_MAPPED
    map_gib(256, DEVICE | EXECUTE_NEVER); // the PCIe configuration space at 0x4010000000
    for (u64 index = 512; index < 1024; index++) {
        map_gib(index, DEVICE | EXECUTE_NEVER); // the 64-bit PCIe window at 0x8000000000
    }
#endif
}

void stage2_on(void)
{
    u64 t0sz = 64 - IPA_BITS;
    u64 start_at_level1 = 1 << 6;               // SL0, 4 KiB granule
    u64 output_bits = (IPA_BITS == 40 ? 2 : 0) << 16; // PS
    // IRGN0, ORGN0, SH0 zero: walks are not cacheable, because EL2 writes the table with its caches off.
    WRITE_SYSREG(vtcr_el2, 1UL << 31 | output_bits | start_at_level1 | t0sz);
    WRITE_SYSREG(vttbr_el2, (u64)stage2_level1 | 1UL << 48); // VMID 1
    __asm__ volatile("dsb sy\n\ttlbi vmalls12e1\n\tdsb sy\n\tisb" : : : "memory");
}
