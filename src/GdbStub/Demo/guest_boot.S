// Entry of the guest at EL1 with the MMU off, at its IPA; it goes on at its VA with the MMU on.

    .file   "guest_boot.S"
    .cfi_sections .debug_frame
    .section .text.boot, "ax"
    .global guest_start
    .type guest_start, %function
guest_start:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // nobody called this: backtraces end here
    adrp    x0, guest_bss_start
    add     x0, x0, :lo12:guest_bss_start
    adrp    x1, guest_bss_end
    add     x1, x1, :lo12:guest_bss_end
1:  cmp     x0, x1
    b.hs    2f
    stp     xzr, xzr, [x0], #16
    b       1b
2:  adrp    x0, guest_stack_top
    add     x0, x0, :lo12:guest_stack_top
    mov     sp, x0
    bl      guest_mmu_on
    ldr     x0, =guest_high
    br      x0
    .cfi_endproc
    .size guest_start, . - guest_start

    .text
    .global guest_high
    .type guest_high, %function
guest_high:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // nobody called this: backtraces end here
    mrs     x0, tcr_el1
    orr     x0, x0, #(1 << 7)           // EPD0: no more walks by TTBR0_EL1
    msr     tcr_el1, x0
    isb
    tlbi    vmalle1
    dsb     nsh
    isb
    ldr     x0, =guest_stack_top
    mov     sp, x0
    ldr     x0, =guest_vectors
    msr     vbar_el1, x0
    isb
    mov     x29, xzr
    bl      guest_main                  // a call, so that a backtrace from there finds this place and ends
    .cfi_endproc
    .size guest_high, . - guest_high

    .balign 2048
    .global guest_vectors
guest_vectors:
    .rept 5
    b       guest_fault
    .balign 128
    .endr
    b       guest_irq_vector            // current level with SPx: IRQ
    .balign 128
    .rept 10
    b       guest_fault
    .balign 128
    .endr

    .global guest_irq_vector
    .type guest_irq_vector, %function
guest_irq_vector:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // an exception has no caller: backtraces end here
    sub     sp, sp, #192
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x29, [sp, #144]
    str     x30, [sp, #160]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #176]
    bl      guest_irq
    ldp     x0, x1, [sp, #176]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x0, x1, [sp, #0]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x29, [sp, #144]
    ldr     x30, [sp, #160]
    add     sp, sp, #192
    eret
    .cfi_endproc
    .size guest_irq_vector, . - guest_irq_vector

    .global guest_fault
    .type guest_fault, %function
guest_fault:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // an exception has no caller: backtraces end here
    mrs     x0, far_el1
    mrs     x1, elr_el1
    mrs     x2, esr_el1
    bl      guest_dies
1:  wfe
    b       1b
    .cfi_endproc
    .size guest_fault, . - guest_fault
