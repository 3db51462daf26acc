// What a vector keeps of the interrupted program.
#pragma once

#define FRAME_BYTES 288

#ifndef __ASSEMBLER__
typedef unsigned long u64;
typedef unsigned int u32;

struct frame {
    u64 x[31];
    u64 elr;
    u64 spsr;
    u64 esr;
    u64 far;
    u64 unused;
};
_Static_assert(sizeof(struct frame) == FRAME_BYTES, "the offsets in start.S");
#endif
