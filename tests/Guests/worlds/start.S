// Entry at EL3, vectors of all four programs (monitor, hypervisor, kernel, trusted kernel), and the ways down.
// DDI 0487: Exception vectors; ERET.

#include "../entry.h"
#include "frame.h"

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    clear_bss
    adrp    x0, monitor_stack
    add     x0, x0, :lo12:monitor_stack
    mov     sp, x0
    adrp    x0, monitor_vectors
    add     x0, x0, :lo12:monitor_vectors
    msr     vbar_el3, x0
    isb
    bl      monitor_main                // enters the hypervisor
    b       .
    .size _start, . - _start

    // One vector: keeps the interrupted program's registers on the stack and calls HANDLER(frame, number of the vector).
    .macro  entry el, handler, number
    .balign 128
    sub     sp, sp, #FRAME_BYTES
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    mov     x1, #\number
    mrs     x2, elr_el\el
    mrs     x3, spsr_el\el
    b       common_\handler
    .endm

    .macro  vectors el, handler
    .text
    .balign 2048
    .global \handler\()_vectors
\handler\()_vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    entry   \el, \handler, \number
    .endr
    .type common_\handler, %function
common_\handler:
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    stp     x30, x2, [sp, #240]
    mrs     x4, esr_el\el
    stp     x3, x4, [sp, #256]
    mrs     x4, far_el\el
    str     x4, [sp, #272]
    mov     x0, sp
    bl      \handler
    ldp     x30, x2, [sp, #240]
    ldr     x3, [sp, #256]
    msr     elr_el\el, x2
    msr     spsr_el\el, x3
    ldp     x28, x29, [sp, #224]
    ldp     x26, x27, [sp, #208]
    ldp     x24, x25, [sp, #192]
    ldp     x22, x23, [sp, #176]
    ldp     x20, x21, [sp, #160]
    ldp     x18, x19, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp, #0]
    add     sp, sp, #FRAME_BYTES
    eret
    .size common_\handler, . - common_\handler
    .endm

    vectors 3, monitor
    vectors 2, hypervisor
    vectors 1, kernel
    vectors 1, trusted

    .text
    .global enter_hypervisor
    .type enter_hypervisor, %function
enter_hypervisor:                       // from EL3
    adr     x0, 1f
    msr     elr_el3, x0
    mov     x0, #0x3c9                  // EL2h, all masked
    msr     spsr_el3, x0
    eret
1:  adrp    x0, hypervisor_stack
    add     x0, x0, :lo12:hypervisor_stack
    mov     sp, x0
    adrp    x0, hypervisor_vectors
    add     x0, x0, :lo12:hypervisor_vectors
    msr     vbar_el2, x0
    isb
    bl      hypervisor_main             // enters the kernel
    b       .
    .size enter_hypervisor, . - enter_hypervisor

    .global enter_kernel
    .type enter_kernel, %function
enter_kernel:                           // from EL2
    adr     x0, 1f
    msr     elr_el2, x0
    mov     x0, #0x3c5                  // EL1h, all masked
    msr     spsr_el2, x0
    eret
1:  adrp    x0, kernel_stack
    add     x0, x0, :lo12:kernel_stack
    mov     sp, x0
    adrp    x0, kernel_vectors
    add     x0, x0, :lo12:kernel_vectors
    msr     vbar_el1, x0
    isb
    bl      kernel_main
    b       .
    .size enter_kernel, . - enter_kernel

    .global trusted_entry
    .type trusted_entry, %function
trusted_entry:                          // at Secure EL1
    adrp    x0, trusted_stack
    add     x0, x0, :lo12:trusted_stack
    mov     sp, x0
    adrp    x0, trusted_vectors
    add     x0, x0, :lo12:trusted_vectors
    msr     vbar_el1, x0
    isb
    bl      trusted_main
    b       .
    .size trusted_entry, . - trusted_entry

    .global smc
    .type smc, %function
smc:                                    // unsigned long smc(function, argument)
    smc     #0
    ret
    .size smc, . - smc

    .global hvc
    .type hvc, %function
hvc:                                    // unsigned long hvc(function, argument)
    hvc     #0
    ret
    .size hvc, . - hvc

    .global read_vector_register
    .type read_vector_register, %function
read_vector_register:
    .arch_extension fp
    fmov    x0, d0
    ret
    .size read_vector_register, . - read_vector_register

    .bss
    .balign 16
    .irp who, monitor, hypervisor, kernel, trusted
    .skip   4096
    .global \who\()_stack
\who\()_stack:
    .endr
