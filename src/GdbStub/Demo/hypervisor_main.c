// Prepares EL2 and EL1 for the guest; the boot code then enters it.
#include "hypervisor.h"

#define HCR_VM (1UL << 0)
#define HCR_RW (1UL << 31)

void hypervisor_main(void);

void hypervisor_main(void)
{
    el2_mmu_on();
    uart_text("hypervisor: EL2, MMU on\n");

    WRITE_SYSREG(vpidr_el2, READ_SYSREG(midr_el1));
    WRITE_SYSREG(vmpidr_el2, READ_SYSREG(mpidr_el1));
    WRITE_SYSREG(sctlr_el1, 0x30d00800); // RES1 bits of Armv8.0; MMU and caches off
    WRITE_SYSREG(cptr_el2, 0x33ff);      // RES1 bits of Armv8.0; no trap
    WRITE_SYSREG(hstr_el2, 0);
    WRITE_SYSREG(cnthctl_el2, 3);        // the guest may use counter and timer
    WRITE_SYSREG(cntvoff_el2, READ_SYSREG(cntpct_el0)); // its time begins now
    stage2_on();
    WRITE_SYSREG(hcr_el2, HCR_RW | HCR_VM); // interrupts go to the guest
    __asm__ volatile("isb");

    uart_text("hypervisor: guest at IPA ");
    uart_hex(GUEST_IPA);
    uart_text(", PA ");
    uart_hex(GUEST_PA);
    uart_text("\n");
}
