// Entry at EL2, the EL2 vectors, and the way into the guest. DDI 0487: Exception vectors, ESR_EL2, HCR_EL2.

#include "../entry.h"
#include "forms.h"

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    adrp    x0, el2_vectors
    add     x0, x0, :lo12:el2_vectors
    msr     vbar_el2, x0
    isb

    clear_bss
    bl      hypervisor_main
    // No return from the guest's side: hypervisor_main has set everything but the registers of the guest itself.

    .global enter_guest
    .type enter_guest, %function
enter_guest:
    ldr     x0, =GUEST_ENTRY
    msr     elr_el2, x0
    mov     x0, #0x3c5                  // EL1h, all interrupts masked
    msr     spsr_el2, x0
    ldr     x0, =GUEST_DTB              // the arm64 boot protocol: X0 holds the device tree, X1-X3 are zero
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    eret
    .size enter_guest, . - enter_guest

    .text
    .balign 2048
    .global el2_vectors
el2_vectors:
    .rept 8                             // current level: a fault of our own
    b       el2_own_fault
    .balign 128
    .endr
    b       el2_sync_vector             // lower level, AArch64, synchronous
    .balign 128
    .rept 7
    b       el2_own_fault
    .balign 128
    .endr

    .global el2_own_fault
    .type el2_own_fault, %function
el2_own_fault:
    wfe
    b       el2_own_fault
    .size el2_own_fault, . - el2_own_fault

    .global el2_sync_vector
    .type el2_sync_vector, %function
el2_sync_vector:
#if REGISTERS_PRESERVED
    sub     sp, sp, #256
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x29, x30, [sp, #160]        // the callee keeps X19-X28
    bl      handle_guest_exception
    ldp     x0, x1, [sp, #0]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x29, x30, [sp, #160]
    add     sp, sp, #256
    eret
#else
    // The defect of the report: the guest's X0 is lost, and the instruction that faulted runs again.
    mrs     x0, esr_el2
    eret
#endif
    .size el2_sync_vector, . - el2_sync_vector
