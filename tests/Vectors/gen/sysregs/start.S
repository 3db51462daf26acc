// Entry, the way down to a probe at EL0 or EL1, and the vectors that bring its outcome back to EL2.
    .section .text.start
    .globl _start
_start:
    ldr x9, =stack_top
    mov sp, x9
    ldr x9, =vectors_el2
    msr vbar_el2, x9
    ldr x9, =vectors_el1
    msr vbar_el1, x9
    bl main
1:  wfi
    b 1b

// enter(address, spsr, value of x0): runs from there until an exception reaches EL2.
    .globl enter
enter:
    stp x29, x30, [sp, #-96]!
    stp x27, x28, [sp, #16]
    stp x25, x26, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x21, x22, [sp, #64]
    stp x19, x20, [sp, #80]
    msr elr_el2, x0
    msr spsr_el2, x1
    mov x0, x2
    mov x1, #0
    isb
    eret

arrived:
    ldr x2, =outcome
    mrs x3, esr_el2
    stp x3, x1, [x2]
    ldp x27, x28, [sp, #16]
    ldp x25, x26, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x21, x22, [sp, #64]
    ldp x19, x20, [sp, #80]
    ldp x29, x30, [sp], #96
    ret

// read_at_el2(): the register that the word at read_word names; 0 where it cannot be read.
    .globl read_at_el2, read_word
read_at_el2:
    mov x0, #0
read_word:
    nop
    ret

    .globl probe_el1, probe_el0
    .balign 64
probe_el1:
    nop
    hvc #7
probe_el0:
    nop
    svc #7

// From EL2 itself come only reads of registers that do not exist: step over them.
skip:
    mrs x3, elr_el2
    add x3, x3, #4
    msr elr_el2, x3
    eret

    .balign 2048
vectors_el2:
    .rept 8
    .balign 128
    b skip
    .endr
    .rept 8
    .balign 128
    b arrived
    .endr

    .balign 2048
vectors_el1:
    .rept 16
    .balign 128
    mrs x1, esr_el1
    hvc #8
    .endr

    .bss
    .balign 16
    .space 65536
stack_top:
    .globl outcome
outcome:
    .space 16
