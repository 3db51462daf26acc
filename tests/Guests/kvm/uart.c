// A 16550 that is always done: what is sent goes to our output by lines, nothing is ever received. Its interrupt says
// "transmitter empty" once for each time that it becomes so. Document: National Semiconductor PC16550D data sheet.
#include "vmm.h"

#include <linux/kvm.h>
#include <stdio.h>

enum { DATA = 0, INTERRUPT_ENABLE = 1, INTERRUPT_ID = 2, LINE_CONTROL = 3, MODEM_CONTROL = 4, LINE_STATUS = 5, MODEM_STATUS = 6, SCRATCH = 7 };

enum { TRANSMITTER_EMPTY = 0x02, DIVISOR_LATCH = 0x80, NO_INTERRUPT = 0x01, FIFOS = 0xc0, IDLE_LINE = 0x60, CONNECTED = 0xb0 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t registers[UART_BYTES], divisor[2];
static bool empty, asserted;

static void update(int vm) {
    bool wanted = empty && (registers[INTERRUPT_ENABLE] & TRANSMITTER_EMPTY);
    if (wanted == asserted) {
        return;
    }

    struct kvm_irq_level level = { .irq = (KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT) | UART_INTERRUPT, .level = wanted };
    demand(vm, KVM_IRQ_LINE, (unsigned long)&level, "the serial port's interrupt");
    asserted = wanted;
}

void uart_write(int vm, unsigned offset, uint8_t value) {
    pthread_mutex_lock(&lock);
    if (offset <= INTERRUPT_ENABLE && (registers[LINE_CONTROL] & DIVISOR_LATCH)) {
        divisor[offset] = value;
    } else if (offset == DATA) {
        putchar(value);
        empty = true;
    } else {
        if (offset == INTERRUPT_ENABLE && (value & ~registers[INTERRUPT_ENABLE] & TRANSMITTER_EMPTY)) {
            empty = true;
        }

        registers[offset] = value;
    }

    update(vm);
    pthread_mutex_unlock(&lock);
}

uint8_t uart_read(int vm, unsigned offset) {
    pthread_mutex_lock(&lock);
    uint8_t value = registers[offset];
    if (offset <= INTERRUPT_ENABLE && (registers[LINE_CONTROL] & DIVISOR_LATCH)) {
        value = divisor[offset];
    } else if (offset == INTERRUPT_ID) {
        bool ours = empty && (registers[INTERRUPT_ENABLE] & TRANSMITTER_EMPTY);
        value = FIFOS | (ours ? TRANSMITTER_EMPTY : NO_INTERRUPT);
        empty = empty && !ours;
    } else if (offset == LINE_STATUS) {
        value = IDLE_LINE;
    } else if (offset == MODEM_STATUS) {
        value = CONNECTED;
    } else if (offset == DATA) {
        value = 0;
    }

    update(vm);
    pthread_mutex_unlock(&lock);
    return value;
}
