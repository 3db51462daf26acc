// What the four programs share: the board, the console, the calls between them.
#pragma once
#include "frame.h"

#define UART        0x09000000UL
#define SECURE_UART 0x09040000UL
#define SECURE_GPIO 0x090b0000UL
#define SECURE_RAM  0x0e000000UL
#define GICD        0x08000000UL
#define GICC        0x08010000UL
#define CNTPS_PPI   29

/* Numbers of SMC calls to the monitor. */
enum { SMC_ECHO = 1, SMC_WORLD_SWITCH, SMC_SET_SCR, SMC_CLEAR_SCR, SMC_ARM_SECURE_TIMER, SMC_SET_MDCR, SMC_SET_CPTR };

/* Numbers of HVC calls to the hypervisor. */
enum { HVC_ECHO = 1, HVC_SET_HCR };

#define SCR_NS   (1UL << 0)
#define SCR_IRQ  (1UL << 1)
#define SCR_FIQ  (1UL << 2)
#define SCR_EA   (1UL << 3)
#define SCR_RES1 (3UL << 4)
#define SCR_SMD  (1UL << 7)
#define SCR_HCE  (1UL << 8)
#define SCR_RW   (1UL << 10)
#define SCR_ST   (1UL << 11)
#define SCR_TWI  (1UL << 12)

#define read_register(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })
#define write_register(name, value) __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((u64)(value)) : "memory")

u64 smc(u64 function, u64 argument);
u64 hvc(u64 function, u64 argument);

static inline volatile u32 *at(u64 address) { return (volatile u32 *)address; }

void text(const char *t);
void hex(u64 value);
void says(const char *name, u64 value);

/* Prints an exception as class, status and fault address; gives the class. */
u64 report(const char *who, const struct frame *frame, u64 vector);
