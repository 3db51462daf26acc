// Entry at EL1 or EL2, with the MMU off. An exception ends the program: there is none that it expects.
// DDI 0487: Exception vectors; DEN 0022, Power State Coordination Interface, SYSTEM_OFF.

#include "../entry.h"

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    clear_bss
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    mrs     x1, currentel
    tbnz    x1, #3, 3f
    msr     vbar_el1, x0
    b       4f
3:  msr     vbar_el2, x0
4:  isb
    bl      program
    b       off
    .size _start, . - _start

    .global off
    .type off, %function
off:
    mov     w0, #0x0008
    movk    w0, #0x8400, lsl #16
    mrs     x1, currentel
    tbnz    x1, #3, 5f
    hvc     #0
5:  smc     #0
    b       .
    .size off, . - off

    .balign 2048
vectors:
    .rept   16
    .balign 128
    b       unexpected
    .endr

    .bss
    .balign 16
    .skip   0x4000
stack_top:
