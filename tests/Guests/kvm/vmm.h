// A machine monitor for /dev/kvm, as small as a guest kernel allows: RAM, a GIC of KVM's, a serial port of ours.
// Documents: Linux, Documentation/virt/kvm/api.rst and Documentation/virt/kvm/devices/arm-vgic{,-v3}.rst.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// guest.dts says the same to the guest.
#define VCPUS 2
#define RAM_BASE 0x80000000ul
#define RAM_BYTES 0x10000000ul
#define KERNEL_AT 0x80200000ul
#define TREE_AT 0x87000000ul
#define INITRD_AT 0x88000000ul
#define DISTRIBUTOR_AT 0x08000000ul
#define CPU_INTERFACE_AT 0x08010000ul
#define REDISTRIBUTORS_AT 0x080a0000ul
#define UART_AT 0x09000000ul
#define UART_BYTES 8
#define UART_INTERRUPT 32

// An ioctl that must not fail; the words say what was tried.
int demand(int fd, unsigned long request, unsigned long argument, const char *what);

void uart_write(int vm, unsigned offset, uint8_t value);
uint8_t uart_read(int vm, unsigned offset);

// Gives the virtual machine its interrupt controller. GICv2 wants none of the vCPUs finished, GICv3 all of them made.
void make_gic(int vm, int version);
