// The guest: looks at its PCIe bus, then counts for ever, one round per timer tick.
#include "guest.h"

#ifndef ROUND_LIMIT
#define ROUND_LIMIT 0 // for ever
#endif
#define ROUNDS_PER_LINE 10

volatile u64 guest_counter;
volatile u64 guest_round_limit = ROUND_LIMIT;

void guest_main(void);
void guest_dies(u64 address, u64 pc, u64 syndrome);
u32 pci_config_read32(u32 bus, u32 device, u32 function, u32 offset);
u64 guest_step(u64 counter);

// Not inlined: these are the places where a debugger's user wants to stop.
__attribute__((noinline)) u32 pci_config_read32(u32 bus, u32 device, u32 function, u32 offset)
{
    return *mmio(GUEST_VA_BASE + ECAM_IPA + (bus << 20 | device << 15 | function << 12 | offset));
}

__attribute__((noinline)) u64 guest_step(u64 counter)
{
    return counter * 3 + 1;
}

static void wait_for_tick(void)
{
    u64 seen = guest_ticks;
    while (guest_ticks == seen) {
        // Masked while it looks: a tick between the look and WFI still wakes WFI.
        __asm__ volatile("msr daifset, #2" : : : "memory");
        if (guest_ticks == seen) {
            __asm__ volatile("wfi");
        }
        __asm__ volatile("msr daifclr, #2" : : : "memory");
    }
}

static void look_at_bus(void)
{
    for (u32 device = 0; device < 2; device++) {
        u32 id = pci_config_read32(0, device, 0, 0);
        console_text("guest: PCI 00:0");
        console_number(device);
        console_text(".0 ");
        console_hex(id);
        console_text(id == 0xffffffff ? " nothing there\r\n" : "\r\n");
    }
}

// Where the vector of an exception that the guest does not expect comes to.
void guest_dies(u64 address, u64 pc, u64 syndrome)
{
    console_text("guest: unexpected exception, FAR_EL1 ");
    console_hex(address);
    console_text(", ELR_EL1 ");
    console_hex(pc);
    console_text(", ESR_EL1 ");
    console_hex(syndrome);
    console_text("\r\n");
}

static void say_round(u64 round)
{
    console_text("guest: round ");
    console_number(round);
    console_text(", counter ");
    console_hex(guest_counter);
    console_text("\r\n");
}

void guest_main(void)
{
    uart_text("guest: EL1, MMU on, this line by the PL011\r\n");
    console_text("guest: this line by HVC\r\n");
    look_at_bus();
    guest_interrupts_on();
    for (;;) {
        wait_for_tick();
        guest_counter = guest_step(guest_counter);
        u64 round = hypervisor_call(CALL_ROUND, guest_counter);
        if (round % ROUNDS_PER_LINE == 0) {
            say_round(round);
        }
        if (guest_round_limit != 0 && round >= guest_round_limit) {
            hypervisor_call(PSCI_SYSTEM_OFF, 0);
        }
    }
}
