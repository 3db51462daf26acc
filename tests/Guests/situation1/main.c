// Sets up EL2 for one guest at EL1 that owns the board's GIC, timers and UART.
#include "hypervisor.h"

#define HCR_VM 1UL
#define HCR_RW (1UL << 31)

void hypervisor_main(void);

static void announce(void)
{
    uart_text("hypervisor: IPA space ");
    uart_number(IPA_BITS);
    uart_text(" bits, VTCR_EL2=");
    uart_hex(READ_SYSREG(vtcr_el2));
    uart_text(", level 1 table at ");
    uart_hex((u64)stage2_level1);
    uart_text(", ECAM ");
    uart_text(ECAM_MAPPED ? "mapped" : "not mapped");
    uart_text("\n");
}

void hypervisor_main(void)
{
    WRITE_SYSREG(vpidr_el2, READ_SYSREG(midr_el1));
    WRITE_SYSREG(vmpidr_el2, READ_SYSREG(mpidr_el1));
    WRITE_SYSREG(sctlr_el1, 0x30d00800); // RES1 bits of Armv8.0, MMU and caches off
    WRITE_SYSREG(cptr_el2, 0x33ff);      // RES1 bits of Armv8.0: FP is not trapped
    WRITE_SYSREG(hstr_el2, 0);
    WRITE_SYSREG(cnthctl_el2, 3);        // the guest may use the physical counter and timer
    WRITE_SYSREG(cntvoff_el2, 0);

    stage2_fill();
    stage2_on();
    WRITE_SYSREG(hcr_el2, HCR_RW | HCR_VM); // IMO, FMO, AMO zero: interrupts go to the guest
    __asm__ volatile("isb");
    announce();
}
