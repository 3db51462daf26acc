// A bare-metal guest that says how it was started: CurrentEL, its own address, X0, MPIDR_EL1, the bytes at PEEK, and how many
// times it was reset. It asks for a reset twice, then switches off (PSCI, by the conduit of its Exception level). Made for the
// PL011 of QEMU's virt board; the counter of resets lies in RAM that nothing is loaded to.
//
// -DPEEK=ADDRESS -DCOUNTER=ADDRESS

        .text
        .global _start
_start: adr     x19, _start
        mov     x20, x0
        ldr     x21, =0x09000000        // UART0
        mrs     x0, CurrentEL
        adr     x1, level
        bl      field
        mov     x0, x19
        adr     x1, place
        bl      field
        mov     x0, x20
        adr     x1, argument
        bl      field
        mrs     x0, mpidr_el1
        adr     x1, affinity
        bl      field
        ldr     x0, =PEEK
        ldr     x0, [x0]
        adr     x1, memory
        bl      field
        ldr     x22, =COUNTER
        ldr     x0, [x22]
        adr     x1, resets
        bl      field
        mov     w0, #'\n'
        str     w0, [x21]

        ldr     x0, [x22]
        add     x1, x0, #1
        str     x1, [x22]
        cmp     x0, #2
        ldr     w2, =0x84000009         // SYSTEM_RESET
        ldr     w3, =0x84000008         // SYSTEM_OFF
        csel    w0, w2, w3, lo
        mrs     x1, CurrentEL
        cmp     x1, #(2 << 2)
        b.eq    1f
        hvc     #0
1:      smc     #0
2:      wfi
        b       2b

// Prints the text at X1, then X0 in hexadecimal and a space.
field:  ldrb    w2, [x1], #1
        cbz     w2, 1f
        str     w2, [x21]
        b       field
1:      mov     x3, #60
2:      lsr     x2, x0, x3
        and     x2, x2, #15
        cmp     x2, #10
        add     x4, x2, #'0'
        add     x5, x2, #('a' - 10)
        csel    x2, x4, x5, lo
        str     w2, [x21]
        subs    x3, x3, #4
        b.pl    2b
        mov     w2, #' '
        str     w2, [x21]
        ret

level:    .asciz "EL="
place:    .asciz "PC="
argument: .asciz "X0="
affinity: .asciz "MPIDR="
memory:   .asciz "MEM="
resets:   .asciz "RESETS="
        .balign 8
        .ltorg
