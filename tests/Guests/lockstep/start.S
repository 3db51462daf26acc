// Entry at EL2, the vectors of EL1 and EL2, and the way to a stub and back. DDI 0487: Exception vectors.

#include "../entry.h"

    .section .text.boot, "ax"
    .global _start
_start:
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    msr     spsel, #1
    mov     sp, x0
    adrp    x0, el2_vectors
    add     x0, x0, :lo12:el2_vectors
    msr     vbar_el2, x0
    adrp    x0, el1_vectors
    add     x0, x0, :lo12:el1_vectors
    msr     vbar_el1, x0
    msr     cptr_el2, xzr
    isb
    clear_bss
    bl      harness_start
    bl      program
    bl      harness_end

    // void enter(struct probe *p): down to where p says, and back with the next exception that reaches EL2.
    .text
    .global enter
    .type enter, %function
enter:
    stp     x19, x20, [sp, #-96]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    msr     tpidr_el2, x0
    ldp     x1, x2, [x0, #248]          // pc, spsr
    msr     elr_el2, x1
    msr     spsr_el2, x2
    ldp     x1, x2, [x0, #264]          // sp_el0, sp_el1
    msr     sp_el0, x1
    msr     sp_el1, x2
    mov     x1, sp
    str     x1, [x0, #288]
    isb
    ldp     x2, x3, [x0, #16]
    ldp     x4, x5, [x0, #32]
    ldp     x6, x7, [x0, #48]
    ldp     x8, x9, [x0, #64]
    ldp     x10, x11, [x0, #80]
    ldp     x12, x13, [x0, #96]
    ldp     x14, x15, [x0, #112]
    ldp     x16, x17, [x0, #128]
    ldp     x18, x19, [x0, #144]
    ldp     x20, x21, [x0, #160]
    ldp     x22, x23, [x0, #176]
    ldp     x24, x25, [x0, #192]
    ldp     x26, x27, [x0, #208]
    ldp     x28, x29, [x0, #224]
    ldr     x30, [x0, #240]
    ldp     x0, x1, [x0]
    eret

    .balign 2048
el2_vectors:
    .set    number, 0
    .rept 16
    .balign 128
    stp     x0, x1, [sp, #-16]!
    mov     x1, #number
    b       back
    .set    number, number + 1
    .endr

back:
    mrs     x0, tpidr_el2
    stp     x2, x3, [x0, #16]
    stp     x4, x5, [x0, #32]
    stp     x6, x7, [x0, #48]
    stp     x8, x9, [x0, #64]
    stp     x10, x11, [x0, #80]
    stp     x12, x13, [x0, #96]
    stp     x14, x15, [x0, #112]
    stp     x16, x17, [x0, #128]
    stp     x18, x19, [x0, #144]
    stp     x20, x21, [x0, #160]
    stp     x22, x23, [x0, #176]
    stp     x24, x25, [x0, #192]
    stp     x26, x27, [x0, #208]
    stp     x28, x29, [x0, #224]
    str     x30, [x0, #240]
    ldp     x2, x3, [sp]
    stp     x2, x3, [x0]
    str     x1, [x0, #280]
    ldr     x1, [x0, #288]
    mov     sp, x1
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret

    // What EL1 takes is handed up as it is: the registers stay, and HVC says which vector it was.
    .balign 2048
    .global el1_vectors
el1_vectors:
    .set    number, 0
    .rept 16
    .balign 128
    hvc     #0x100 + number
    b       .
    .set    number, number + 1
    .endr
