// Entry at EL3, the way down to a case, and its return by SMC with X19 to X24.
    .section .text.start
    .globl _start
_start:
    ldr x9, =stack_top
    mov sp, x9
    ldr x9, =vectors_el3
    msr vbar_el3, x9
    ldr x9, =vectors_el2
    msr vbar_el2, x9
    ldr x9, =vectors_el1
    msr vbar_el1, x9
    bl main
    ldr x1, =0x20026
    mov x0, #0x18
    str x1, [sp, #-16]!
    str xzr, [sp, #8]
    mov x1, sp
    hlt #0xf000

    .globl enter
enter:
    stp x29, x30, [sp, #-96]!
    stp x27, x28, [sp, #16]
    stp x25, x26, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x21, x22, [sp, #64]
    stp x19, x20, [sp, #80]
    msr elr_el3, x0
    msr spsr_el3, x1
    mov x19, #0
    mov x20, #0
    mov x21, #0
    mov x22, #0
    mov x23, #0
    mov x24, #0
    isb
    eret

arrived:
    ldr x10, =outcome
    stp x19, x20, [x10]
    stp x21, x22, [x10, #16]
    stp x23, x24, [x10, #32]
    ldp x27, x28, [sp, #16]
    ldp x25, x26, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x21, x22, [sp, #64]
    ldp x19, x20, [sp, #80]
    ldp x29, x30, [sp], #96
    ret

    .macro vectors word:vararg
    .balign 2048
    .rept 16
    .balign 128
    \word
    .endr
    .endm

    .balign 2048
vectors_el3:
    vectors b arrived
    .balign 2048
vectors_el2:
    vectors br x29
    .balign 2048
vectors_el1:
    vectors br x28

    .bss
    .balign 16
    .space 16384
stack_top:
    .globl outcome
outcome:
    .space 48
