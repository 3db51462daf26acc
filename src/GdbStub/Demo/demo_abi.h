// What the hypervisor and its guest agree on: addresses and hypervisor calls.
#ifndef DEMO_ABI_H
#define DEMO_ABI_H

#define GUEST_IPA 0x80000000            // where the guest believes its RAM to be
#define GUEST_PA 0x44000000             // where it is
#define GUEST_RAM_SIZE 0x01000000       // 16 MiB

#define GICD_BASE 0x08000000
#define GICC_BASE 0x08010000
#define UART_BASE 0x09000000
#define ECAM_IPA 0x4010000000           // not mapped at stage 2: every access traps

// HVC #0: X0 is the call, X1 its argument, X0 the answer.
#define CALL_CONSOLE_PUT 0xc6000001     // X1: a character
#define CALL_ROUND 0xc6000002           // X1: the guest's counter; answers the number of rounds so far
#define PSCI_SYSTEM_OFF 0x84000008
#define CALL_UNKNOWN (-1L)

#ifndef __ASSEMBLER__

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define READ_SYSREG(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })
#define WRITE_SYSREG(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((u64)(value)) : "memory")

static inline volatile u32 *mmio(u64 address)
{
    return (volatile u32 *)address;
}

#endif
#endif
