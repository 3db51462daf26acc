// Entry at EL3, the way down to a stub, and back from it or from an exception that it took at EL1, EL2 or EL3.
// DDI 0487: Exception vectors; ERET; SMC.

#include "../entry.h"

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    clear_bss
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    adrp    x0, el3_vectors
    add     x0, x0, :lo12:el3_vectors
    msr     vbar_el3, x0
    adrp    x0, el2_vectors
    add     x0, x0, :lo12:el2_vectors
    msr     vbar_el2, x0
    adrp    x0, el1_vectors
    add     x0, x0, :lo12:el1_vectors
    msr     vbar_el1, x0
    isb
    bl      program
    b       .
    .size _start, . - _start

    // void enter(struct probe *p): to p->pc with p->spsr and p->x0, and back with x3, ESR_EL3 and the vector.
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
    msr     tpidr_el3, x0
    ldp     x1, x2, [x0]
    msr     elr_el3, x1
    msr     spsr_el3, x2
    ldr     x0, [x0, #16]
    mov     x3, xzr
    eret
    .size enter, . - enter

back:
    mrs     x0, tpidr_el3
    str     x3, [x0, #24]
    str     x4, [x0, #32]
    mrs     x1, esr_el3
    str     x1, [x0, #40]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret

    .macro  vectors level, lowest
    .balign 2048
el\level\()_vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .balign 128
    .if     \level == 3
    mov     x4, #\number
    b       back
    .else
    mrs     x3, esr_el\level
    smc     #(\level << 8 | \number)
    .endif
    .endr
    .endm

    vectors 3
    vectors 2
    vectors 1

    .bss
    .balign 16
    .space  16384
stack_top:
