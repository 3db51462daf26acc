// Drives devices from user space by vfio-pci, behind an SMMU: data both ways, what is not mapped, what is mapped elsewhere, interrupts.
//   vfio ADDRESS [ADDRESS]
//   vfio hold ADDRESS     keeps the device until the kernel asks for it, and group and container a while longer
// It prints what it finds and ends at the first thing that is wrong, with a line that begins with VFIO-FAILED.
#include "vfio.h"

#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_MS 3000
#define PAGES 16
#define IOVA 0x4000000ul
#define READ_ONLY 0x6000000ul
#define NOT_MAPPED 0x7000000ul

static uint8_t *new_pages(unsigned seed) {
    uint8_t *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        die("mmap");
    }

    for (unsigned i = 0; i < PAGES * PAGE; i++) {
        seed = seed * 1103515245 + 12345;
        pages[i] = (uint8_t)(seed >> 16);
    }

    return pages;
}

static void demand(bool is_so, const char *what) {
    if (!is_so) {
        errno = 0;
        die(what);
    }
}

// Begins within a page and ends within another, so each page is translated by itself.
static void data_both_ways(struct vfio *vfio, const struct model *model, uint8_t *pages) {
    uint8_t *bytes = malloc(model->longest), *before = malloc(PAGES * PAGE);
    demand(model->transfer(vfio, false, IOVA + 0x804, model->longest), "a read of mapped memory");
    model->fetch(vfio, bytes, model->longest);
    demand(memcmp(bytes, pages + 0x804, model->longest) == 0, "the data of a read");
    printf("read %u bytes at 0x%lx: the same\n", model->longest, IOVA + 0x804);

    memcpy(before, pages, PAGES * PAGE);
    for (unsigned i = 0; i < model->longest; i++) {
        bytes[i] ^= 0x5a;
    }

    model->fill(vfio, bytes, model->longest);
    demand(model->transfer(vfio, true, IOVA + 0xf08, model->longest), "a write to mapped memory");
    memcpy(before + 0xf08, bytes, model->longest);
    demand(memcmp(before, pages, PAGES * PAGE) == 0, "the data of a write, and nothing else");
    printf("write %u bytes at 0x%lx: the same, nothing else\n", model->longest, IOVA + 0xf08);
    free(bytes);
    free(before);
}

static void refused(struct vfio *vfio, const struct model *model, bool to_memory, uint64_t iova, const char *what) {
    log_begin();
    demand(model->transfer(vfio, to_memory, iova, 4) != model->tells, what); // small, or QEMU has many events, of which the kernel prints ten
    demand(log_event(), "an event in the kernel's log");
    printf("%s: refused\n", what);
}

static void what_is_not_mapped(struct vfio *vfio, const struct model *model, uint8_t *pages) {
    uint8_t *constant = new_pages(3), *same = new_pages(3);
    vfio_map(vfio, constant, READ_ONLY, PAGES * PAGE, false);
    demand(model->transfer(vfio, false, READ_ONLY, 64), "a read of what may be read");
    refused(vfio, model, true, READ_ONLY, "a write to what may be read alone");
    demand(memcmp(constant, same, PAGES * PAGE) == 0, "memory that may be read alone");
    refused(vfio, model, true, NOT_MAPPED, "a write to nothing");
    refused(vfio, model, false, NOT_MAPPED + 0x123000, "a read of nothing");

    // The device has been there: the IOTLB has the page until the kernel removes it.
    uint8_t first[64];
    memcpy(first, pages, sizeof first);
    model->fill(vfio, constant, sizeof first);
    demand(vfio_unmap(vfio, IOVA, PAGES * PAGE) == PAGES * PAGE, "VFIO_IOMMU_UNMAP_DMA");
    refused(vfio, model, true, IOVA, "a write to what was mapped");
    demand(memcmp(first, pages, sizeof first) == 0, "memory that was mapped");

    uint8_t *others = new_pages(4);
    vfio_map(vfio, others, IOVA, PAGES * PAGE, true);
    demand(model->transfer(vfio, true, IOVA, 64), "a write to other memory");
    demand(memcmp(others, constant, 64) == 0 && memcmp(first, pages, sizeof first) == 0, "where a write to other memory went");
    printf("the same address leads to other memory\n");
}

static unsigned arrived(int event) {
    struct pollfd wait = { .fd = event, .events = POLLIN };
    uint64_t count = 0;
    return poll(&wait, 1, PATIENCE_MS) == 1 && read(event, &count, sizeof count) == sizeof count ? (unsigned)count : 0;
}

static bool quiet(int event) {
    uint64_t count;
    return read(event, &count, sizeof count) < 0 && errno == EAGAIN;
}

static void messages(struct vfio *vfio, const struct model *model, unsigned index, const char *name) {
    unsigned count = vfio_vectors(vfio, index);
    int events[16];
    count = count > 16 ? 16 : count;
    if (count == 0) {
        return;
    }

    vfio_enable(vfio, index, count, events);
    for (unsigned i = 0; i < count; i++) {
        model->raise(vfio, index, i);
        demand(arrived(events[i]) == 1, name);
        model->lower(vfio);
    }

    for (unsigned i = 0; i < count; i++) {
        demand(quiet(events[i]), "one interrupt for each message");
        close(events[i]);
    }

    vfio_disable(vfio, index);
    printf("%s: %u of %u arrive\n", name, count, count);
}

// The kernel masks a pin's interrupt when it comes; unmasked while the device still asks, it comes again.
static void pin(struct vfio *vfio, const struct model *model) {
    int event;
    vfio_enable(vfio, VFIO_PCI_INTX_IRQ_INDEX, 1, &event);
    model->raise(vfio, VFIO_PCI_INTX_IRQ_INDEX, 0);
    demand(arrived(event) == 1, "INTx");
    vfio_unmask(vfio, VFIO_PCI_INTX_IRQ_INDEX);
    demand(arrived(event) == 1, "INTx again");
    model->lower(vfio);
    vfio_unmask(vfio, VFIO_PCI_INTX_IRQ_INDEX);
    demand(quiet(event), "no INTx");
    vfio_disable(vfio, VFIO_PCI_INTX_IRQ_INDEX);
    close(event);
    printf("INTx: arrives, again while it is asserted, then no more\n");
}

// Two devices, each with the same address for memory of its own.
static void apart(struct vfio *first, struct vfio *second, const struct model *model) {
    uint8_t *ones = new_pages(5), *others = new_pages(6), *want = new_pages(6);
    vfio_unmap(first, IOVA, PAGES * PAGE);
    vfio_map(first, ones, IOVA, PAGES * PAGE, true);
    vfio_map(second, others, IOVA, PAGES * PAGE, true);
    model->fill(first, want, 64);
    demand(model->transfer(second, false, IOVA, 64), "a read of the second device");
    demand(model->transfer(first, true, IOVA, 64), "a write of the first device");
    demand(model->transfer(second, true, IOVA + PAGE, 64), "a write of the second device");
    demand(memcmp(ones, want, 64) == 0 && memcmp(others + PAGE, want, 64) == 0, "what each device wrote");
    memcpy(want + PAGE, want, 64);
    demand(memcmp(others, want, PAGES * PAGE) == 0, "memory of the second device");
    printf("two devices, one address, memory of its own for each\n");
}

// The device's slot is emptied: the kernel waits until it is closed. Group and container are not the device's.
static void hold(const char *address) {
    struct vfio vfio;
    vfio_open(&vfio, address, false);
    const struct model *model = vfio_model(&vfio);
    uint8_t *pages = new_pages(1);
    vfio_map(&vfio, pages, IOVA, PAGES * PAGE, true);
    demand(model->transfer(&vfio, true, IOVA, 64), "a write to mapped memory");
    int asked;
    vfio_enable(&vfio, VFIO_PCI_REQ_IRQ_INDEX, 1, &asked);
    printf("HOLDING\n");
    struct pollfd wait = { .fd = asked, .events = POLLIN };
    poll(&wait, 1, -1);
    demand(model->transfer(&vfio, true, IOVA + PAGE, 64), "a write when the device has been asked for");
    printf("ASKED\n");
    munmap((void *)vfio.registers, vfio.bytes);
    close(vfio.device);
    char path[128];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s", address);
    while (access(path, F_OK) == 0) {
        usleep(10000);
    }

    printf("GONE\n");
    sleep(2); // of the slot's last moments
    printf("CONTAINER-OPEN\n");
    usleep(100000);
    close(vfio.group);
    close(vfio.container);
    printf("VFIO-END\n");
}

int main(int count, char **addresses) {
    setvbuf(stdout, NULL, _IONBF, 0);
    if (count > 2 && strcmp(addresses[1], "hold") == 0) {
        hold(addresses[2]);
        return 0;
    }

    struct vfio vfio;
    vfio_open(&vfio, addresses[1], true);
    const struct model *model = vfio_model(&vfio);
    printf("VFIO-BEGIN %s %s\n", addresses[1], model->name);

    uint8_t *pages = new_pages(1);
    vfio_map(&vfio, pages, IOVA, PAGES * PAGE, true);
    data_both_ways(&vfio, model, pages);
    what_is_not_mapped(&vfio, model, pages);
    messages(&vfio, model, VFIO_PCI_MSIX_IRQ_INDEX, "MSI-X");
    messages(&vfio, model, VFIO_PCI_MSI_IRQ_INDEX, "MSI");
    pin(&vfio, model);
    if (count > 2) {
        struct vfio second;
        vfio_open(&second, addresses[2], false);
        apart(&vfio, &second, model);
        vfio_close(&second);
    }

    printf("reset: %s\n", vfio_resets(&vfio) ? "done" : "there is none");
    vfio_close(&vfio);
    printf("VFIO-END\n");
    return 0;
}
