// QEMU's edu device (QEMU documentation, EDU device). Its buffer is reached by DMA alone, so it is filled and fetched by way of pages that
// are mapped for that; it says of no transfer whether it was refused, and it addresses 28 bits.
#include "vfio.h"

#include <string.h>
#include <sys/mman.h>

enum { RAISE = 0x60, ACKNOWLEDGE = 0x64, SOURCE = 0x80, DESTINATION = 0x88, COUNT = 0x90, COMMAND = 0x98 };
#define MEMORY 0x40000
#define START 1u
#define TO_MEMORY 2u
#define WAY 0xff00000ul

static bool transfer(struct vfio *vfio, bool to_memory, uint64_t iova, unsigned length) {
    store64(vfio, SOURCE, to_memory ? MEMORY : iova);
    store64(vfio, DESTINATION, to_memory ? iova : MEMORY);
    store64(vfio, COUNT, length);
    store64(vfio, COMMAND, START | (to_memory ? TO_MEMORY : 0));
    while (*(volatile uint64_t *)(vfio->registers + COMMAND) & START) {
    }

    return true;
}

static void by_way(struct vfio *vfio, bool to_memory, uint8_t *bytes, unsigned length) {
    uint8_t *way = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(way, bytes, length);
    vfio_map(vfio, way, WAY, PAGE, true);
    transfer(vfio, to_memory, WAY, length);
    vfio_unmap(vfio, WAY, PAGE);
    memcpy(bytes, way, length);
    munmap(way, PAGE);
}

static void fill(struct vfio *vfio, const uint8_t *from, unsigned length) {
    uint8_t bytes[PAGE];
    memcpy(bytes, from, length);
    by_way(vfio, false, bytes, length);
}

static void fetch(struct vfio *vfio, uint8_t *into, unsigned length) { by_way(vfio, true, into, length); }

static void raise(struct vfio *vfio, unsigned index, unsigned vector) {
    (void)index;
    store32(vfio, RAISE, 1u << vector);
}

static void lower(struct vfio *vfio) { store32(vfio, ACKNOWLEDGE, ~0u); }

const struct model edu = {
    .name = "edu", .id = 0x11e81234, .longest = 0xff0, .tells = false,
    .transfer = transfer, .fill = fill, .fetch = fetch, .raise = raise, .lower = lower,
};
