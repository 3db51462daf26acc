// The hypervisor's console: the PL011 (DDI 0183), which the guest also uses directly.
#include "hypervisor.h"

#define UARTDR 0x00
#define UARTFR 0x18
#define UARTFR_TXFF (1U << 5)

void uart_put(char c)
{
    while (*mmio(UART_BASE + UARTFR) & UARTFR_TXFF) {
    }
    *mmio(UART_BASE + UARTDR) = (u8)c;
}

void uart_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            uart_put('\r');
        }
        uart_put(*text);
    }
}

void uart_hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    uart_text("0x");
    for (; shift >= 0; shift -= 4) {
        uart_put("0123456789abcdef"[value >> shift & 15]);
    }
}
