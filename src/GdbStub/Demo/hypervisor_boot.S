// Entry at EL2, the EL2 vectors, and the way into the guest. DDI 0487: exception vectors, SPSR_EL2.

#include "demo_abi.h"

    .file   "hypervisor_boot.S"
    .cfi_sections .debug_frame
    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // nobody called this: backtraces end here
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    adrp    x0, el2_vectors
    add     x0, x0, :lo12:el2_vectors
    msr     vbar_el2, x0
    adrp    x0, bss_start
    add     x0, x0, :lo12:bss_start
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
1:  cmp     x0, x1
    b.hs    2f
    stp     xzr, xzr, [x0], #16
    b       1b
2:  bl      hypervisor_main
    .cfi_endproc
    .size _start, . - _start

    .global enter_guest
    .type enter_guest, %function
enter_guest:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // nobody called this: backtraces end here
    ldr     x0, =GUEST_IPA
    msr     elr_el2, x0
    mov     x0, #0x3c5                  // EL1h, all interrupts masked
    msr     spsr_el2, x0
    mov     x0, xzr
    eret
    .cfi_endproc
    .size enter_guest, . - enter_guest

    .text
    .balign 2048
    .global el2_vectors
el2_vectors:
    .rept 8
    b       el2_own_fault
    .balign 128
    .endr
    b       el2_sync_vector             // from the guest: synchronous
    .balign 128
    .rept 7
    b       el2_own_fault
    .balign 128
    .endr

    .global el2_sync_vector
    .type el2_sync_vector, %function
el2_sync_vector:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // an exception has no caller: backtraces end here
#if DEFECT
    stp     x0, x1, [sp, #-16]!
    mrs     x0, esr_el2
    lsr     x1, x0, #26
    cmp     x1, #0x16                   // HVC
    b.ne    unexpected
    ldp     x0, x1, [sp], #16
#endif
    sub     sp, sp, #256
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    stp     x30, xzr, [sp, #240]
    mov     x0, sp
    bl      handle_sync
#if DEFECT
    b       return_to_guest
unexpected:                             // "cannot happen": back to where the guest was, with what stands in x0 and x1
    add     sp, sp, #16
    eret
#endif
    .cfi_endproc
    .size el2_sync_vector, . - el2_sync_vector

    .global return_to_guest
    .type return_to_guest, %function
return_to_guest:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // an exception has no caller: backtraces end here
    ldp     x0, x1, [sp, #0]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldr     x30, [sp, #240]
    add     sp, sp, #256
    eret
    .cfi_endproc
    .size return_to_guest, . - return_to_guest

    .global el2_own_fault
    .type el2_own_fault, %function
el2_own_fault:
    .cfi_startproc simple
    .cfi_def_cfa sp, 0
    .cfi_undefined x30                  // an exception has no caller: backtraces end here
    wfe
    b       el2_own_fault
    .cfi_endproc
    .size el2_own_fault, . - el2_own_fault
