// Output on the PL011 at 0x09000000 (DDI 0183), shared with the guest.
#include "hypervisor.h"

static volatile u32 *const uart = (volatile u32 *)0x09000000;

enum { UARTDR = 0x00 / 4, UARTFR = 0x18 / 4, UARTFR_TXFF = 1 << 5 };

static void put(char c)
{
    while (uart[UARTFR] & UARTFR_TXFF) {
    }
    uart[UARTDR] = (u32)c;
}

void uart_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            put('\r');
        }
        put(*text);
    }
}

void uart_hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && (value >> shift) == 0) {
        shift -= 4;
    }
    uart_text("0x");
    for (; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[(value >> shift) & 15]);
    }
}

void uart_number(u64 value)
{
    if (value >= 10) {
        uart_number(value / 10);
    }
    put((char)('0' + value % 10));
}
