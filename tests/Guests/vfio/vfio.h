// A device in user space by VFIO (Linux, Documentation/driver-api/vfio.rst): container, group, device, memory, interrupts.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096ul

struct vfio {
    const char *address; // 0000:BB:DD.F
    int container;
    int group;
    int device;
    volatile uint8_t *registers; // base address register 0
    size_t bytes;
};

// How a kind of device is told what to do. Waiting is by its own status register.
struct model {
    const char *name;
    uint32_t id;       // device and vendor ID, as in configuration space
    unsigned longest;  // bytes of one transfer
    bool tells;        // says whether a transfer was refused
    bool (*transfer)(struct vfio *vfio, bool to_memory, uint64_t iova, unsigned length);
    void (*fill)(struct vfio *vfio, const uint8_t *from, unsigned length);
    void (*fetch)(struct vfio *vfio, uint8_t *into, unsigned length);
    void (*raise)(struct vfio *vfio, unsigned index, unsigned vector);
    void (*lower)(struct vfio *vfio);
};

extern const struct model exerciser, edu;

void die(const char *what);
uint32_t load32(struct vfio *vfio, unsigned offset);
void store32(struct vfio *vfio, unsigned offset, uint32_t value);
void store64(struct vfio *vfio, unsigned offset, uint64_t value);

// Opens container, group and device, maps the registers, lets the device be bus master; says what the kernel says of it all.
void vfio_open(struct vfio *vfio, const char *address, bool tell);
const struct model *vfio_model(struct vfio *vfio);
void vfio_close(struct vfio *vfio);
void vfio_map(struct vfio *vfio, void *memory, uint64_t iova, size_t bytes, bool writable);
size_t vfio_unmap(struct vfio *vfio, uint64_t iova, size_t bytes);
unsigned vfio_vectors(struct vfio *vfio, unsigned index);
bool vfio_resets(struct vfio *vfio);

// Interrupts of one kind (VFIO_PCI_*_IRQ_INDEX) to one eventfd each.
void vfio_enable(struct vfio *vfio, unsigned index, unsigned count, int *events);
void vfio_disable(struct vfio *vfio, unsigned index);
void vfio_unmask(struct vfio *vfio, unsigned index);

// What the kernel's log says from log_begin on: the next event record of the SMMU, in words; false if none comes.
void log_begin(void);
bool log_event(void);
