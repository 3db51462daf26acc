// Translation tables of the hypervisor itself (EL2 stage 1) and of its guest (stage 2), 4 KiB granule.
// DDI 0487: VMSAv8-64 descriptor formats, TCR_EL2, VTCR_EL2.
#include "hypervisor.h"

#define ENTRIES 512
#define BLOCK 1UL
#define TABLE 3UL
#define PAGE 3UL
#define ACCESS_FLAG (1UL << 10)
#define INNER_SHAREABLE (3UL << 8)
#define EXECUTE_NEVER (1UL << 54)

#define S1_NORMAL (0UL << 2 | INNER_SHAREABLE)  // MAIR_EL2 attribute 0
#define S1_DEVICE (1UL << 2 | EXECUTE_NEVER)    // MAIR_EL2 attribute 1
#define MAIR (0xffUL | 0x04UL << 8)             // write-back; Device-nGnRE

#define S2_READ_WRITE (3UL << 6)
#define S2_NORMAL (15UL << 2 | INNER_SHAREABLE | S2_READ_WRITE)
#define S2_DEVICE (1UL << 2 | S2_READ_WRITE | EXECUTE_NEVER)

#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21
#define LEVEL3_SHIFT 12

#if DEFECT
#define STAGE2_T0SZ 32 // 32 bits: enough for the RAM
#else
#define STAGE2_T0SZ 24 // 40 bits
#endif

typedef u64 table[ENTRIES] __attribute__((aligned(4096)));

static table el2_level1;

// 40 IPA bits from level 1: two concatenated tables, aligned to both.
u64 stage2_level1[2 * ENTRIES] __attribute__((aligned(8192)));
static table stage2_low_level2;  // IPA 0 to 1 GiB: devices
static table stage2_gic_level3;
static table stage2_uart_level3;
static table stage2_ram_level2;  // IPA 2 to 3 GiB: the guest's RAM

void el2_mmu_on(void)
{
    el2_level1[0] = 0UL << LEVEL1_SHIFT | S1_DEVICE | ACCESS_FLAG | BLOCK;
    el2_level1[1] = 1UL << LEVEL1_SHIFT | S1_NORMAL | ACCESS_FLAG | BLOCK;
    WRITE_SYSREG(mair_el2, MAIR);
    WRITE_SYSREG(ttbr0_el2, el2_level1);
    // T0SZ 25: 39 bits from level 1; cacheable, inner shareable walks; 40-bit PA; RES1 bits 31 and 23.
    WRITE_SYSREG(tcr_el2, 1UL << 31 | 1UL << 23 | 2UL << 16 | 3UL << 12 | 1UL << 10 | 1UL << 8 | 25);
    __asm__ volatile("dsb sy\n\ttlbi alle2\n\tdsb sy\n\tisb" : : : "memory");
    WRITE_SYSREG(sctlr_el2, 0x30c50830UL | 1UL << 12 | 1UL << 2 | 1UL); // RES1 bits, I, C, M
    __asm__ volatile("isb" : : : "memory");
}

static void stage2_pages(u64 *level3, u64 ipa, u64 size)
{
    for (u64 page = ipa; page < ipa + size; page += 1UL << LEVEL3_SHIFT) {
        level3[page >> LEVEL3_SHIFT & (ENTRIES - 1)] = page | S2_DEVICE | ACCESS_FLAG | PAGE;
    }
}

static void stage2_fill(void)
{
    stage2_level1[0] = (u64)stage2_low_level2 | TABLE;
    stage2_low_level2[GICD_BASE >> LEVEL2_SHIFT] = (u64)stage2_gic_level3 | TABLE;
    stage2_low_level2[UART_BASE >> LEVEL2_SHIFT] = (u64)stage2_uart_level3 | TABLE;
    stage2_pages(stage2_gic_level3, GICD_BASE, 0x1000);
    stage2_pages(stage2_gic_level3, GICC_BASE, 0x2000);
    stage2_pages(stage2_uart_level3, UART_BASE, 0x1000);

    stage2_level1[GUEST_IPA >> LEVEL1_SHIFT] = (u64)stage2_ram_level2 | TABLE;
    for (u64 offset = 0; offset < GUEST_RAM_SIZE; offset += 1UL << LEVEL2_SHIFT) {
        stage2_ram_level2[(GUEST_IPA + offset) >> LEVEL2_SHIFT & (ENTRIES - 1)] =
            (GUEST_PA + offset) | S2_NORMAL | ACCESS_FLAG | BLOCK;
    }
#if DEFECT
    // The board's own configuration space, for a guest that is given its devices.
    stage2_level1[ECAM_IPA >> LEVEL1_SHIFT] = (ECAM_IPA >> LEVEL1_SHIFT) << LEVEL1_SHIFT | S2_DEVICE | ACCESS_FLAG | BLOCK;
#endif
}

void stage2_on(void)
{
    stage2_fill();
    // SL0 1: from level 1; cacheable, inner shareable walks; 40-bit PA; RES1 bit 31.
    WRITE_SYSREG(vtcr_el2, 1UL << 31 | 2UL << 16 | 3UL << 12 | 1UL << 10 | 1UL << 8 | 1UL << 6 | STAGE2_T0SZ);
    WRITE_SYSREG(vttbr_el2, 1UL << 48 | (u64)stage2_level1); // VMID 1
    __asm__ volatile("dsb sy\n\ttlbi vmalls12e1\n\tdsb sy\n\tisb" : : : "memory");
}
