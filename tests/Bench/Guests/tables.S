// Translation tables as data. DDI 0487: VMSAv8-64 descriptor formats, 4 KiB granule.

    .set TABLE, 3
    .set BLOCK, 1
    .set NORMAL, 1 << 10 | 3 << 8       // AF, inner shareable, attribute 0
    .set DEVICE, 1 << 10 | 1 << 2       // AF, attribute 1
    .set EL0_TOO, 1 << 6                // AP[1]
    .set READ_ONLY, 1 << 7              // AP[2]
    .set PXN, 1 << 53
    .set UXN, 1 << 54

    .data
    .balign 4096
    .global stage1_level1
stage1_level1:
    .quad   0x00000000 + BLOCK + DEVICE + PXN + UXN
    .quad   ram_level2 + TABLE
    .quad   0x80000000 + BLOCK + DEVICE + PXN + UXN     // stage 2 has no such address
    .quad   0
    .quad   window_level2 + TABLE       // WINDOW of bench.h
    .fill   512 - 5, 8, 0

    // RAM from 0x40000000 in blocks of 2 MiB.
    .balign 4096
ram_level2:
    .set address, 0x40000000
    .rept 512
    .if address == 0x40200000
    .quad   address + BLOCK + NORMAL + EL0_TOO + READ_ONLY  // text
    .elseif address == 0x41000000
    .quad   address + BLOCK + NORMAL + UXN                  // CODE_BUFFER of bench.h
    .else
    .quad   address + BLOCK + NORMAL + EL0_TOO + PXN + UXN
    .endif
    .set address, address + 0x200000
    .endr

    .balign 4096
window_level2:
    .set offset, 0
    .rept 128
    .quad   window_level3 + offset + TABLE
    .set offset, offset + 4096
    .endr
    .fill   512 - 128, 8, 0

    // Stage 2: 1 GiB blocks; MemAttr write-back or Device-nGnRE, S2AP read and write.
    .balign 4096
    .global stage2_level1
stage2_level1:
    .quad   0x00000000 + (BLOCK | 1 << 10 | 3 << 6 | 1 << 2 | UXN)
    .quad   0x40000000 + (BLOCK | 1 << 10 | 3 << 8 | 3 << 6 | 15 << 2)
    .fill   512 - 2, 8, 0

    .bss
    .balign 4096
    .global window_level3
window_level3:
    .fill   65536, 8, 0
