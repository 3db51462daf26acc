// A bare-metal guest that says READY on the PL011 of QEMU's virt board and then sends back every byte it gets, in brackets.

        .text
        .global _start
_start: ldr     x1, =0x09000000         // UART0
        adr     x2, ready
1:      ldrb    w3, [x2], #1
        cbz     w3, 2f
        str     w3, [x1]
        b       1b
2:      ldr     w3, [x1, #0x18]         // UARTFR
        tbnz    w3, #4, 2b              // RXFE
        ldr     w4, [x1]
        mov     w3, #'['
        str     w3, [x1]
        str     w4, [x1]
        mov     w3, #']'
        str     w3, [x1]
        b       2b

ready:  .asciz "READY\n"
        .balign 8
        .ltorg
