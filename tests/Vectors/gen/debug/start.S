// Entry at EL3, the way down to a probe at any level, and the vectors that bring its outcome back to EL3.
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
    // Semihosting: SYS_EXIT.
    ldr x1, =0x20026
    mov x0, #0x18
    str x1, [sp, #-16]!
    str xzr, [sp, #8]
    mov x1, sp
    hlt #0xf000
1:  wfi
    b 1b

// enter(address, spsr, x0): runs from there until an exception reaches EL3.
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
    mov x0, x2
    mov x5, #0
    isb
    eret

arrived:
    msr daifset, #15
    ldr x10, =outcome
    mrs x6, esr_el3
    stp x1, x2, [x10]
    stp x3, x4, [x10, #16]
    stp x5, x6, [x10, #32]
    ldp x27, x28, [sp, #16]
    ldp x25, x26, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x21, x22, [sp, #64]
    ldp x19, x20, [sp, #80]
    ldp x29, x30, [sp], #96
    ret

    .macro report level
    mrs x1, esr_el\level
    mrs x2, far_el\level
    mrs x3, elr_el\level
    mrs x4, spsr_el\level
    mov x5, #\level
    smc #8
    .endm

    .balign 2048
vectors_el3:
    .rept 16
    .balign 128
    b arrived
    .endr
    .balign 2048
vectors_el2:
    .rept 16
    .balign 128
    report 2
    .endr
    .balign 2048
vectors_el1:
    .rept 16
    .balign 128
    report 1
    .endr

    .bss
    .balign 16
    .space 16384
stack_top:
    .globl outcome
outcome:
    .space 48
