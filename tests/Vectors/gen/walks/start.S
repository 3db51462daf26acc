// Entry at EL3 with the MMU off, vectors of EL1 to EL3, and the way down to the stubs and back.

    .section .text.start, "ax"
    .global _start
_start:
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    adrp    x0, el3_vectors
    add     x0, x0, :lo12:el3_vectors
    msr     vbar_el3, x0
    adrp    x0, el2_vectors
    add     x0, x0, :lo12:el2_vectors
    msr     vbar_el2, x0
    msr     cptr_el3, xzr
    isb
    bl      run_cases

    mov     w0, #0x18                   // SYS_EXIT by semihosting
    ldr     x1, =exit_block
    hlt     #0xf000
1:  wfe
    b       1b

    .section .data
    .balign 16
exit_block:
    .quad   0x20026, 0

// u64 enter(u64 spsr, u64 pc, u64 x0, u64 *x0_back): runs below EL3 until something comes up; gives ESR_EL3.
    .text
    .global enter
enter:
    stp     x19, x20, [sp, #-112]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x3, [sp, #96]
    msr     spsr_el3, x0
    msr     elr_el3, x1
    mov     x0, x2
    isb
    eret

lower_el3:
    ldr     x3, [sp, #96]
    str     x0, [x3]
    mrs     x0, esr_el3
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #112
    ret

// An exception at EL3 itself comes from the instruction under test: leave its syndrome and go on after it.
own_el3:
    stp     x0, x1, [sp, #-16]!
    mrs     x0, esr_el3
    adrp    x1, own_syndrome
    str     x0, [x1, :lo12:own_syndrome]
    mrs     x0, elr_el3
    add     x0, x0, #4
    msr     elr_el3, x0
    ldp     x0, x1, [sp], #16
    eret

    .balign 2048
el3_vectors:
    .rept 8
    b       own_el3
    .balign 128
    .endr
    .rept 8
    b       lower_el3
    .balign 128
    .endr

    .balign 2048
el2_vectors:
    .rept 16
    smc     #2
    .balign 128
    .endr

    .balign 2048
    .global el1_vectors
el1_vectors:
    .rept 16
    smc     #1
    .balign 128
    .endr

// What runs at EL1 (ends in SMC) and at EL0 (ends in SVC, which el1_vectors passes on).
    .macro stub name, code:vararg
    .global \name
\name:
    \code
    .endm

    stub    el1_load, ldr x1, [x0]
    smc     #0
    stub    el1_store, str xzr, [x0]
    smc     #0
    stub    el0_load, ldr x1, [x0]
    svc     #0
    stub    el0_store, str xzr, [x0]
    svc     #0

    .macro at_stub name
    .global el1_\name
el1_\name:
    at      \name, x0
    isb
    mrs     x0, par_el1
    smc     #0
    .global el3_\name
el3_\name:
    at      \name, x0
    isb
    mrs     x0, par_el1
    ret
    .endm

    .irp name, s1e1r, s1e1w, s1e0r, s1e0w
    at_stub \name
    .endr
    .irp name, s1e2r, s1e2w, s12e1r, s12e1w, s12e0r, s12e0w, s1e3r, s1e3w
    .global el3_\name
el3_\name:
    at      \name, x0
    isb
    mrs     x0, par_el1
    ret
    .endr
