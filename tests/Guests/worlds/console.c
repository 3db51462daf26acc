// The console of all worlds: the board's first UART (DDI 0183).
#include "worlds.h"

void text(const char *t)
{
    for (; *t; t++) {
        *at(UART) = (unsigned char)*t;
    }
}

void hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    text("0x");
    for (; shift >= 0; shift -= 4) {
        *at(UART) = (unsigned char)"0123456789abcdef"[value >> shift & 15];
    }
}

void says(const char *name, u64 value)
{
    text(name);
    text(" = ");
    hex(value);
    text("\n");
}

u64 report(const char *who, const struct frame *frame, u64 vector)
{
    u64 class = frame->esr >> 26;
    text(who);
    text(": vector ");
    hex(vector);
    if (vector % 4 == 0) {
        text(", class ");
        hex(class);
        if (class == 0x25 || class == 0x24) {
            text(", status ");
            hex(frame->esr & 0x3f);
            text(", address ");
            hex(frame->far);
        } else if (class == 0x18 || class == 0x17 || class == 0x16) {
            text(", syndrome ");
            hex(frame->esr & 0x1ffffff);
        }
    }
    text(", from mode ");
    hex(frame->spsr & 0xf);
    text("\n");
    return class;
}
