// What the files of the hypervisor say to each other.
#ifndef HYPERVISOR_H
#define HYPERVISOR_H

#include "forms.h"

typedef unsigned long u64;
typedef unsigned int u32;

#define READ_SYSREG(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })
#define WRITE_SYSREG(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((u64)(value)) : "memory")

// stage2.c
#define LEVEL1_ENTRIES (1UL << (IPA_BITS - 30))
extern u64 stage2_level1[LEVEL1_ENTRIES];
void stage2_fill(void);
void stage2_on(void);

// report.c: called from el2_sync_vector
void handle_guest_exception(void);

// uart.c
void uart_text(const char *text);
void uart_hex(u64 value);
void uart_number(u64 value);

#endif
