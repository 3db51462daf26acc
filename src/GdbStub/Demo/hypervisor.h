// What the files of the hypervisor say to each other.
#ifndef HYPERVISOR_H
#define HYPERVISOR_H

#include "demo_abi.h"

// The guest's X0-X30 as el2_sync_vector saves them.
struct guest_registers {
    u64 x[32]; // the last one only keeps the stack aligned
};

// hypervisor_tables.c
void el2_mmu_on(void);
void stage2_on(void);

// hypervisor_traps.c
void handle_sync(struct guest_registers *guest);
void handle_hvc(struct guest_registers *guest);
void handle_abort(struct guest_registers *guest, u64 esr);

// hypervisor_uart.c
void uart_put(char c);
void uart_text(const char *text);
void uart_hex(u64 value);

#endif
