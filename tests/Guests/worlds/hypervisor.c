// The hypervisor at Non-secure EL2.
#include "worlds.h"

void enter_kernel(void);

void hypervisor(struct frame *frame, u64 vector)
{
    u64 class = report("hypervisor", frame, vector);
    if (class == 0x16 && frame->x[0] == HVC_ECHO) {
        frame->x[0] = frame->x[1] + 2;
    } else if (class == 0x16 && frame->x[0] == HVC_SET_HCR) {
        write_register(hcr_el2, frame->x[1]);
    } else if (class == 0x17) {
        frame->x[0] = 0xdead;
        frame->elr += 4;
    } else {
        frame->elr += 4;
    }
}

void hypervisor_main(void)
{
    says("hypervisor: level", read_register(CurrentEL) >> 2);
    says("hypervisor: echo of the monitor", smc(SMC_ECHO, 41));

    text("hypervisor: reads secure RAM\n");
    (void)*(volatile u64 *)SECURE_RAM;
    text("hypervisor: reads the secure UART\n");
    (void)*at(SECURE_UART + 0x18);
    text("hypervisor: reads secure flash\n");
    (void)*at(0x0UL);
    text("hypervisor: reads flash of both worlds\n");
    says("hypervisor: flash", *at(0x04000000UL));
    text("hypervisor: an external abort that is its own\n");
    smc(SMC_CLEAR_SCR, SCR_EA);
    (void)*(volatile u64 *)SECURE_RAM;

    says("hypervisor: group register", *at(GICD + 0x80));
    says("hypervisor: enables", *at(GICD + 0x100));
    says("hypervisor: priorities of 28 to 31", *at(GICD + 0x400 + 28));
    says("hypervisor: GICC_CTLR", *at(GICC));
    says("hypervisor: GICD_CTLR", *at(GICD));
    says("hypervisor: GICC_PMR", *at(GICC + 4));
    says("hypervisor: GICC_BPR", *at(GICC + 8));
    says("hypervisor: GICC_ABPR", *at(GICC + 0x1c));

    write_register(hcr_el2, 1UL << 31 | 1UL << 19);
    write_register(cnthctl_el2, 3);
    enter_kernel();
}
