// From reset to C at EL1 with the MMU on; the vectors; the round trips between Exception levels.
// DDI 0487: Exception vectors, HCR_EL2, VTCR_EL2, TCR_EL1, SCTLR_EL1.

    .section .text.boot, "ax"
    .global _start
    .type _start, %function
_start:
    msr     daifset, #15
    msr     spsel, #1
    mrs     x19, currentel
    cmp     x19, #8
    b.ne    at_el1

    // EL2: EL1 is AArch64, stage 2 is on with the identity map.
    adr     x0, el2_vectors
    msr     vbar_el2, x0
    ldr     x0, =0x80000001             // HCR_EL2: RW, VM
    msr     hcr_el2, x0
    mov     x0, #0x33ff                 // CPTR_EL2: RES1 bits of Armv8.0, FP is not trapped
    msr     cptr_el2, x0
    msr     hstr_el2, xzr
    mov     x0, #3
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    ldr     x0, =stage2_level1
    msr     vttbr_el2, x0
    ldr     x0, =0x80023559             // VTCR_EL2: PS 40 bits, 4 KiB, cacheable walks, start at level 1, T0SZ 25
    msr     vtcr_el2, x0
    ldr     x0, =0x30d00800             // RES1 bits of Armv8.0, MMU and caches off
    msr     sctlr_el1, x0
    dsb     sy
    tlbi    vmalls12e1
    dsb     sy
    isb
    adr     x0, at_el1
    msr     elr_el2, x0
    mov     x0, #0x3c5                  // EL1h, all interrupts masked
    msr     spsr_el2, x0
    eret

at_el1:
    ldr     x0, =stack_top
    mov     sp, x0
    adr     x0, el1_vectors
    msr     vbar_el1, x0
    mov     x0, #3 << 20                // CPACR_EL1.FPEN
    msr     cpacr_el1, x0
    mov     x0, #0x04ff                 // MAIR_EL1: 0 is normal write-back, 1 is Device-nGnRE
    msr     mair_el1, x0
    ldr     x0, =0x200803519            // TCR_EL1: IPS 40 bits, EPD1, 4 KiB, cacheable walks, T0SZ 25
    msr     tcr_el1, x0
    ldr     x0, =stage1_level1
    msr     ttbr0_el1, x0
    dsb     sy
    tlbi    vmalle1
    dsb     sy
    isb
    ldr     x0, =0x30d01805             // SCTLR_EL1: RES1 bits, I, C, M
    msr     sctlr_el1, x0
    isb
    adrp    x0, boot_level
    str     x19, [x0, :lo12:boot_level]
    bl      bench_main

    .global power_off
    .type power_off, %function
power_off:
    // PSCI answers HVC where EL2 is ours to miss, else SMC (Arm DEN 0022, SYSTEM_OFF).
    ldr     x0, =boot_level
    ldr     x1, [x0]
    ldr     x0, =0x84000008
    cmp     x1, #8
    b.eq    1f
    hvc     #0
1:  smc     #0
    b       1b

    // u64 svc_round_trips(u64 units): the sum of the numbers that arrived at EL1.
    .global svc_round_trips
    .type svc_round_trips, %function
svc_round_trips:
    adr     x1, el0_loop
    msr     elr_el1, x1
    mov     x1, #0x3c0                  // EL0t, all interrupts masked
    msr     spsr_el1, x1
    mov     x1, #0
    eret
el0_loop:
    cbz     x0, 2f
1:  svc     #3
    subs    x0, x0, #1
    b.ne    1b
2:  svc     #0x100                      // ends the loop

el1_svc:
    mrs     x2, esr_el1
    tbnz    x2, #8, 1f
    add     x1, x1, w2, uxth
    eret
1:  mov     x0, x1                      // at EL1 with the caller's stack and X30
    ret

    // u64 hvc_round_trips(u64 units): the sum of the numbers that arrived at EL2.
    .global hvc_round_trips
    .type hvc_round_trips, %function
hvc_round_trips:
    mov     x1, #0
    cbz     x0, 2f
1:  hvc     #5
    subs    x0, x0, #1
    b.ne    1b
2:  mov     x0, x1
    ret

    // u64 stage2_aborts(u64 units): loads of a device that EL2 makes up; the sum of the page numbers that EL2 saw.
    .global stage2_aborts
    .type stage2_aborts, %function
stage2_aborts:
    mov     x1, #0
    cbz     x0, 2f
    mov     x4, #0x80000000
1:  ldr     w5, [x4]
    subs    x0, x0, #1
    b.ne    1b
2:  mov     x0, x1
    ret

el2_sync:
    mrs     x2, esr_el2
    lsr     w3, w2, #26
    cmp     w3, #0x16                   // EC: HVC from AArch64
    b.ne    1f
    add     x1, x1, w2, uxth
    eret
1:  cmp     w3, #0x24                   // EC: Data Abort from a lower level
    b.ne    el2_fault
    mrs     x2, hpfar_el2
    add     x1, x1, x2
    mrs     x2, elr_el2
    add     x2, x2, #4                  // past the load
    msr     elr_el2, x2
    eret

el1_irq:
    stp     x0, x1, [sp, #-32]!
    stp     x2, x3, [sp, #16]
    ldr     x0, =0x08010000             // the GIC's CPU interface
    ldr     w1, [x0, #0x0c]             // GICC_IAR
    msr     cntv_ctl_el0, xzr
    ldr     x2, =interrupts_taken
    ldr     x3, [x2]
    add     x3, x3, x1
    str     x3, [x2]
    str     w1, [x0, #0x10]             // GICC_EOIR
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp], #32
    eret

    .ltorg

    .macro vector target
    .balign 128
    b       \target
    .endm

    .balign 2048
el1_vectors:
    .rept 4
    vector  bench_fault
    .endr
    vector  bench_fault                 // current level: a fault of our own
    vector  el1_irq
    vector  bench_fault
    vector  bench_fault
    vector  el1_svc                     // lower level, AArch64
    .rept 7
    vector  bench_fault
    .endr

    .balign 2048
el2_vectors:
    .rept 8
    vector  el2_fault
    .endr
    vector  el2_sync                    // lower level, AArch64
    .rept 7
    vector  el2_fault
    .endr
el2_fault:
    ldr     x0, =0x84000008
    smc     #0
    b       el2_fault
