// What the files of the guest say to each other.
#ifndef GUEST_H
#define GUEST_H

#include "demo_abi.h"

#define GUEST_VA_BASE 0xffff000000000000 // VA = this + IPA, by TTBR1_EL1

// guest_tables.c: runs with the MMU off, where the IPA is the address
void guest_mmu_on(void);

// guest_interrupts.c
extern volatile u64 guest_ticks;
void guest_interrupts_on(void);
void guest_irq(void);
void guest_tick(void);

// guest_console.c
u64 hypervisor_call(u64 call, u64 argument);
void uart_text(const char *text);
void console_text(const char *text);
void console_number(u64 value);
void console_hex(u64 value);

#endif
