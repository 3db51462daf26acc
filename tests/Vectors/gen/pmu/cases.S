// The cases: level, Security state (n, s), and instructions that leave what they found in X19 to X24.
    .macro case name, level, state
    .section cases, "a"
    .ascii "\name \level\state\0"
    .balign 4
    .endm

    .macro done
    smc #7
    .word 0xffffffff
    .endm


// Counter n counts event with filter in bits 31:26.
    .macro type n, event, filter=0
    movz x9, #\event
    movk x9, #\filter, lsl #16
    msr pmevtyper\n\()_el0, x9
    .endm

    .macro enable counters, control=1
    movz x9, #\counters & 0xffff
    movk x9, #\counters >> 16, lsl #16
    msr pmcntenset_el0, x9
    mov x9, #\control
    msr pmcr_el0, x9
    isb
    .endm

    .macro nops n
    .rept \n
    nop
    .endr
    .endm

    case between 1 n
    type 0, 8
    type 1, 0x11
    enable 3
    mrs x19, pmevcntr0_el0
    mrs x20, pmevcntr1_el0
    nops 7
    mrs x21, pmevcntr0_el0
    mrs x22, pmevcntr1_el0
    sub x19, x21, x19
    sub x20, x22, x20
    mov x21, #0
    mov x22, #0
    done

    case fromEnable 1 n
    type 0, 8
    enable 1
    nops 3
    mrs x19, pmevcntr0_el0
    done

    case fromReset 1 n
    type 0, 8
    enable 1
    nops 3
    mov x9, #3
    msr pmcr_el0, x9
    nops 5
    mrs x19, pmevcntr0_el0
    done

    case untilDisable 1 n
    type 0, 8
    enable 1
    nops 3
    mov x9, #1
    msr pmcntenclr_el0, x9
    nops 5
    mrs x19, pmevcntr0_el0
    done

    case fromWrite 1 n
    type 0, 8
    enable 1
    mov x9, #100
    msr pmevcntr0_el0, x9
    nops 2
    mrs x19, pmevcntr0_el0
    done

    case cycles 1 n
    enable 0x80000000, 0x41
    mrs x19, pmccntr_el0
    nops 9
    mrs x20, pmccntr_el0
    sub x19, x20, x19
    mov x20, #0
    done

    case overflow 1 n
    type 0, 8
    mov w9, #-4
    msr pmevcntr0_el0, x9
    enable 1
    mrs x19, pmovsset_el0
    nops 5
    mrs x20, pmovsset_el0
    mov x9, #1
    msr pmovsclr_el0, x9
    mrs x21, pmovsset_el0
    done

    case overflowOfCycles32 1 n
    mov w9, #-4
    msr pmccntr_el0, x9
    enable 0x80000000, 1
    nops 8
    mrs x19, pmovsset_el0
    done

    case overflowOfCycles64 1 n
    mov w9, #-4
    msr pmccntr_el0, x9
    enable 0x80000000, 0x41
    nops 8
    mrs x19, pmovsset_el0
    mov x9, #-4
    msr pmccntr_el0, x9
    nops 8
    mrs x20, pmovsset_el0
    done

    case increments 1 n
    type 0, 0
    type 1, 0
    type 2, 8
    mov w9, #-1
    msr pmevcntr1_el0, x9
    enable 3
    mov x9, #7
    msr pmswinc_el0, x9
    mov x9, #1
    msr pmswinc_el0, x9
    mrs x19, pmevcntr0_el0
    mrs x20, pmevcntr1_el0
    mrs x21, pmevcntr2_el0
    mrs x22, pmovsset_el0
    done

    // To EL0 and back by SVC: all, not EL1, not EL0.
    .macro toEl0
    type 0, 8
    type 1, 8, 0x8000
    type 2, 8, 0x4000
    adr x28, 3f
    adr x9, 2f
    msr elr_el1, x9
    mov x9, #0x3c0
    msr spsr_el1, x9
    enable 7
    mrs x19, pmevcntr0_el0
    mrs x20, pmevcntr1_el0
    mrs x21, pmevcntr2_el0
    eret
2:  nops 6
    svc #1
3:  mrs x22, pmevcntr0_el0
    mrs x23, pmevcntr1_el0
    mrs x24, pmevcntr2_el0
    sub x19, x22, x19
    sub x20, x23, x20
    sub x21, x24, x21
    mov x22, #0
    mov x23, #0
    mov x24, #0
    done
    .endm

    case el0 1 n
    toEl0

    case el0NotSecure 1 s
    toEl0

    // To EL2 by HVC and back: EL2 not counted, counted, EL2 alone.
    case el2 1 n
    type 0, 8
    type 1, 8, 0x0800
    type 2, 8, 0x8800
    adr x29, 3f
    enable 7
    mrs x19, pmevcntr0_el0
    mrs x20, pmevcntr1_el0
    mrs x21, pmevcntr2_el0
    hvc #1
    mrs x22, pmevcntr0_el0
    mrs x23, pmevcntr1_el0
    mrs x24, pmevcntr2_el0
    sub x19, x22, x19
    sub x20, x23, x20
    sub x21, x24, x21
    mov x22, #0
    mov x23, #0
    mov x24, #0
    smc #7
3:  nops 4
    eret
    .word 0xffffffff

    // NSK and NSU make P and U of Non-secure state the reverse.
    case nonSecureFilters 1 n
    type 0, 8, 0x2000
    type 1, 8, 0xa000
    type 2, 8, 0x8000
    enable 7
    nops 4
    mrs x19, pmevcntr0_el0
    mrs x20, pmevcntr1_el0
    mrs x21, pmevcntr2_el0
    sub x20, x20, #4
    done

    // An UNDEFINED instruction; the vector goes on behind it.
    case undefined 1 n
    type 0, 8
    adr x28, 3f
    enable 1
    mrs x19, pmevcntr0_el0
    .word 0
3:  mrs x20, pmevcntr0_el0
    sub x19, x20, x19
    mov x20, #0
    done

    .section cases, "a"
    .byte 0
