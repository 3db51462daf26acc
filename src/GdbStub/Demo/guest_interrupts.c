// The guest's clock: the virtual timer by the GICv2. IHI 0048 (distributor and CPU interface), DDI 0487 (CNTV_CTL_EL0).
#include "guest.h"

#define GICD_CTLR 0x000
#define GICD_ISENABLER0 0x100
#define GICD_IPRIORITYR(id) (0x400 + ((id) & ~3UL))
#define GICC_CTLR 0x000
#define GICC_PMR 0x004
#define GICC_IAR 0x00c
#define GICC_EOIR 0x010

#define VIRTUAL_TIMER_ID 27UL
#define SPURIOUS_ID 1020
#define TICKS_PER_SECOND 10

volatile u64 guest_ticks;

static volatile u32 *distributor(u64 offset)
{
    return mmio(GUEST_VA_BASE + GICD_BASE + offset);
}

static volatile u32 *cpu_interface(u64 offset)
{
    return mmio(GUEST_VA_BASE + GICC_BASE + offset);
}

static void arm_timer(void)
{
    WRITE_SYSREG(cntv_tval_el0, READ_SYSREG(cntfrq_el0) / TICKS_PER_SECOND);
}

void guest_tick(void)
{
    guest_ticks++;
    arm_timer();
}

void guest_irq(void)
{
    u32 acknowledged = *cpu_interface(GICC_IAR);
    u32 id = acknowledged & 0x3ff;
    if (id >= SPURIOUS_ID) {
        return;
    }
    if (id == VIRTUAL_TIMER_ID) {
        guest_tick();
    }
    *cpu_interface(GICC_EOIR) = acknowledged;
}

void guest_interrupts_on(void)
{
    *distributor(GICD_IPRIORITYR(VIRTUAL_TIMER_ID)) = 0x80808080;
    *distributor(GICD_ISENABLER0) = 1U << VIRTUAL_TIMER_ID;
    *distributor(GICD_CTLR) = 1;
    *cpu_interface(GICC_PMR) = 0xff;
    *cpu_interface(GICC_CTLR) = 1;
    arm_timer();
    WRITE_SYSREG(cntv_ctl_el0, 1);
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}
