// What the entry of a bare-metal program here does before C code may run. For assembly files.
#ifndef ENTRY_H
#define ENTRY_H

// Zeroes the bytes between bss_start and bss_end, which the linker script aligns to 16. Changes X0, X1 and the flags.
    .macro  clear_bss
    adrp    x0, bss_start
    add     x0, x0, :lo12:bss_start
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
bss_next\@:
    cmp     x0, x1
    b.hs    bss_done\@
    stp     xzr, xzr, [x0], #16
    b       bss_next\@
bss_done\@:
    .endm

#endif
