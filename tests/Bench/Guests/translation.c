// Kernels that load the translation: many pages, changed descriptors, flushed TLBs.
#include "bench.h"

static volatile u64 *window(u64 page) { return (volatile u64 *)(WINDOW + (page << 12)); }

static u64 descriptor(u64 frame) { return FRAMES + (frame << 12) + PAGE_DESCRIPTOR; }

void window_prepare(void)
{
    for (u64 page = 0; page < WINDOW_PAGES; page++) {
        window_level3[page] = descriptor(page);
    }
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

// One unit: one load and one store in a page chosen at random. Eight warm-ups touch nearly all of them.
u64 random_pages(u64 units)
{
    u64 seed = 19;
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        u64 page = next_random(&seed) & (WINDOW_PAGES - 1);
        volatile u64 *p = window(page) + (page & 511);
        sum += *p;
        *p = sum ^ page;
    }
    return sum;
}

// One unit: one of 64 pages gets another frame by break-before-make (DDI 0487, TLB maintenance), and a load sees it.
u64 change_pte(u64 units)
{
    u64 sum = 0;
    for (u64 frame = 0; frame < 256; frame++) {
        window_level3[1024 + frame] = descriptor(frame);
        *(u64 *)(FRAMES + (frame << 12)) = frame * frame;
    }
    for (u64 unit = 0; unit < units; unit++) {
        u64 page = unit & 63;
        window_level3[page] = 0;
        __asm__ volatile("dsb ishst\n\ttlbi vae1is, %0\n\tdsb ish" : : "r"((WINDOW >> 12) + page) : "memory");
        window_level3[page] = descriptor(unit * 5 & 255);
        __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
        sum += *window(page) + unit;
    }
    return sum;
}

// One unit: the whole TLB goes, and eight pages are used again.
u64 flush_all(u64 units)
{
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        __asm__ volatile("tlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
        for (u64 page = 0; page < 8; page++) {
            volatile u64 *p = window(page * 33);
            *p += unit;
            sum = mix(sum, *p);
        }
    }
    return sum;
}
