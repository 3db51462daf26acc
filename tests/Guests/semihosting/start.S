// Entry at the level in which the board starts us, MMU off. Arm 100863: HLT 0xF000 is the call.

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    adrp    x0, bss_start
    add     x0, x0, :lo12:bss_start
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
1:  cmp     x0, x1
    b.hs    2f
    stp     xzr, xzr, [x0], #16
    b       1b
2:  bl      main
    b       .
    .size _start, . - _start

    .text
    .global semihost
    .type semihost, %function
semihost:                               // long semihost(unsigned operation, const void *parameter)
    hlt     #0xf000
    ret
    .size semihost, . - semihost
