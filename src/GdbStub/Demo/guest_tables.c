// The guest's own translation tables (EL1 stage 1), 4 KiB granule, 48 bits, all four levels.
// DDI 0487: VMSAv8-64 descriptor formats, TCR_EL1, SCTLR_EL1.
#include "guest.h"

#define ENTRIES 512
#define BLOCK 1UL
#define TABLE 3UL
#define PAGE 3UL
#define ACCESS_FLAG (1UL << 10)
#define INNER_SHAREABLE (3UL << 8)
#define READ_ONLY (1UL << 7)
#define PRIVILEGED_EXECUTE_NEVER (1UL << 53)
#define UNPRIVILEGED_EXECUTE_NEVER (1UL << 54)

#define NORMAL (0UL << 2 | INNER_SHAREABLE | ACCESS_FLAG | UNPRIVILEGED_EXECUTE_NEVER) // MAIR_EL1 attribute 0
#define DEVICE (1UL << 2 | ACCESS_FLAG | UNPRIVILEGED_EXECUTE_NEVER | PRIVILEGED_EXECUTE_NEVER) // attribute 1
#define MAIR (0xffUL | 0x04UL << 8)                                                     // write-back; Device-nGnRE

#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21
#define LEVEL3_SHIFT 12

typedef u64 table[ENTRIES] __attribute__((aligned(4096)));

// One set of tables for both halves: low addresses are identical to the IPA, and last until EPD0 is set.
static table guest_level0;
static table guest_level1;
static table guest_ram_level2;
static table guest_ram_level3; // the first 2 MiB: the image, by pages

extern const u8 guest_text_start[], guest_text_end[];

static void fill(void)
{
    guest_level0[0] = (u64)guest_level1 | TABLE;
    guest_level1[0] = 0UL << LEVEL1_SHIFT | DEVICE | BLOCK;
    guest_level1[GUEST_IPA >> LEVEL1_SHIFT] = (u64)guest_ram_level2 | TABLE;
    guest_level1[ECAM_IPA >> LEVEL1_SHIFT] = (ECAM_IPA >> LEVEL1_SHIFT) << LEVEL1_SHIFT | DEVICE | BLOCK;

    guest_ram_level2[0] = (u64)guest_ram_level3 | TABLE;
    for (u64 index = 1; index < GUEST_RAM_SIZE >> LEVEL2_SHIFT; index++) {
        guest_ram_level2[index] = (GUEST_IPA + (index << LEVEL2_SHIFT)) | NORMAL | PRIVILEGED_EXECUTE_NEVER | BLOCK;
    }
    for (u64 index = 0; index < ENTRIES; index++) {
        u64 page = GUEST_IPA + (index << LEVEL3_SHIFT);
        u64 permissions = page >= (u64)guest_text_start && page < (u64)guest_text_end ? READ_ONLY : PRIVILEGED_EXECUTE_NEVER;
        guest_ram_level3[index] = page | NORMAL | permissions | PAGE;
    }
}

void guest_mmu_on(void)
{
    fill();
    WRITE_SYSREG(mair_el1, MAIR);
    WRITE_SYSREG(ttbr0_el1, guest_level0);
    WRITE_SYSREG(ttbr1_el1, guest_level0);
    // T0SZ and T1SZ 16, cacheable inner shareable walks, TG1 4 KiB, IPS 40 bits.
    WRITE_SYSREG(tcr_el1, 2UL << 32 | 2UL << 30 | 3UL << 28 | 1UL << 26 | 1UL << 24 | 16UL << 16 | 3UL << 12 | 1UL << 10 | 1UL << 8 | 16);
    __asm__ volatile("dsb sy\n\ttlbi vmalle1\n\tdsb sy\n\tisb" : : : "memory");
    WRITE_SYSREG(sctlr_el1, 0x30d00800UL | 1UL << 12 | 1UL << 2 | 1UL); // RES1 bits, I, C, M
    __asm__ volatile("isb" : : : "memory");
}
