// Kernels outside the plain flow of instructions: devices, code that changes, timer interrupts. svc and hvc are in start.S.
#include "bench.h"

enum { UARTFR = 0x18 / 4 };

// One unit: one load from a device register (DDI 0183, UARTFR).
u64 mmio_reads(u64 units)
{
    volatile u32 *flags = device(UART_BASE) + UARTFR;
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        sum += *flags;
    }
    return sum;
}

// One unit: a function of two instructions is written, made visible as DDI 0487 (B2.4.4) asks, and called.
u64 modified_code(u64 units)
{
    u32 *code = (u32 *)CODE_BUFFER;
    u32 (*function)(void) = (u32 (*)(void))CODE_BUFFER;
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        code[0] = 0x52800000 | (u32)(unit & 0xffff) << 5; // MOV W0, #unit
        code[1] = 0xd65f03c0;                             // RET
        __asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" : : "r"(code) : "memory");
        sum = mix(sum, function());
    }
    return sum;
}

#define VIRTUAL_TIMER 27U // PPI 11

u64 interrupts_taken; // the sum of their numbers, added up by el1_irq

void timer_prepare(void)
{
    device(GICD_BASE)[0x100 / 4] = 1U << VIRTUAL_TIMER; // GICD_ISENABLER0
    device(GICD_BASE)[0] = 1;                           // GICD_CTLR
    device(GICC_BASE)[0x04 / 4] = 0xff;                 // GICC_PMR
    device(GICC_BASE)[0] = 1;                           // GICC_CTLR
}

// One unit: the virtual timer is set to 10 us ahead, WFI, and its interrupt is taken, acknowledged and ended.
u64 timer_interrupts(u64 units)
{
    u64 ticks = READ_SYSREG(cntfrq_el0) / 100000;
    interrupts_taken = 0;
    for (u64 unit = 0; unit < units; unit++) {
        u64 before = interrupts_taken;
        WRITE_SYSREG(cntv_tval_el0, ticks);
        WRITE_SYSREG(cntv_ctl_el0, 1);
        while (*(volatile u64 *)&interrupts_taken == before) {
            // Masked until WFI is over, so that the interrupt cannot come before it and leave it waiting.
            __asm__ volatile("wfi\n\tmsr daifclr, #2\n\tisb\n\tmsr daifset, #2" : : : "memory");
        }
    }
    return interrupts_taken;
}
