// The DMA exerciser (src/Machine/Pcie/Devices/Exerciser/README.md).
#include "vfio.h"

#include <string.h>

enum { IDENT = 0x00, ADDRESS = 0x08, LENGTH = 0x10, BUFFER = 0x14, REQUESTER = 0x18, DATA = 0x20, COMMAND = 0x40, STATUS = 0x44 };
enum { READ = 1, WRITE = 2, SEND_MSI = 7, SEND_MSIX = 8, ASSERT_PIN = 9, RELEASE_PIN = 10 };
#define MEMORY 0x8000
#define BUSY 1u
#define RESULT(status) ((status) >> 8 & 0xff)

static bool run(struct vfio *vfio, uint32_t command) {
    store32(vfio, COMMAND, command);
    while (load32(vfio, STATUS) & BUSY) {
    }

    return RESULT(load32(vfio, STATUS)) == 0;
}

static bool transfer(struct vfio *vfio, bool to_memory, uint64_t iova, unsigned length) {
    store64(vfio, ADDRESS, iova);
    store32(vfio, LENGTH, length);
    store32(vfio, BUFFER, 0);
    return run(vfio, to_memory ? WRITE : READ);
}

static void fill(struct vfio *vfio, const uint8_t *from, unsigned length) {
    for (unsigned i = 0; i < length; i += sizeof(uint32_t)) {
        uint32_t word;
        memcpy(&word, from + i, sizeof word);
        store32(vfio, MEMORY + i, word);
    }
}

static void fetch(struct vfio *vfio, uint8_t *into, unsigned length) {
    for (unsigned i = 0; i < length; i += sizeof(uint32_t)) {
        uint32_t word = load32(vfio, MEMORY + i);
        memcpy(into + i, &word, sizeof word);
    }
}

// By index of VFIO: pin, MSI, MSI-X.
static void raise(struct vfio *vfio, unsigned index, unsigned vector) {
    static const uint32_t commands[] = { ASSERT_PIN, SEND_MSI, SEND_MSIX };
    store64(vfio, DATA, vector);
    run(vfio, commands[index]);
}

static void lower(struct vfio *vfio) { run(vfio, RELEASE_PIN); }

const struct model exerciser = {
    .name = "dma-exerciser", .id = 0x0dae1234, .longest = 0x7ffc, .tells = true,
    .transfer = transfer, .fill = fill, .fetch = fetch, .raise = raise, .lower = lower,
};
