// Entry at the level in which the board starts us, MMU off. Arm 100863: HLT 0xF000 is the call.

#include "../entry.h"

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    clear_bss
    bl      main
    b       .
    .size _start, . - _start

    .text
    .global semihost
    .type semihost, %function
semihost:                               // long semihost(unsigned operation, const void *parameter)
    hlt     #0xf000
    ret
    .size semihost, . - semihost
