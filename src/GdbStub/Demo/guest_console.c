// Two ways out: the hypervisor's console by HVC, and the PL011 directly.
#include "guest.h"

#define UARTDR 0x00
#define UARTFR 0x18
#define UARTFR_TXFF (1U << 5)

u64 hypervisor_call(u64 call, u64 argument)
{
    register u64 x0 __asm__("x0") = call;
    register u64 x1 __asm__("x1") = argument;
    __asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
}

void uart_text(const char *text)
{
    for (; *text; text++) {
        while (*mmio(GUEST_VA_BASE + UART_BASE + UARTFR) & UARTFR_TXFF) {
        }
        *mmio(GUEST_VA_BASE + UART_BASE + UARTDR) = (u8)*text;
    }
}

void console_text(const char *text)
{
    for (; *text; text++) {
        hypervisor_call(CALL_CONSOLE_PUT, (u8)*text);
    }
}

void console_number(u64 value)
{
    if (value >= 10) {
        console_number(value / 10);
    }
    hypervisor_call(CALL_CONSOLE_PUT, '0' + value % 10);
}

void console_hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    console_text("0x");
    for (; shift >= 0; shift -= 4) {
        hypervisor_call(CALL_CONSOLE_PUT, (u8)"0123456789abcdef"[value >> shift & 15]);
    }
}
