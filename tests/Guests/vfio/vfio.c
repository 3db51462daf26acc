#include "vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void die(const char *what) {
    printf("VFIO-FAILED %s: %s\n", what, strerror(errno));
    exit(1);
}

static long demand(int fd, unsigned long request, unsigned long argument, const char *what) {
    long result = ioctl(fd, request, argument);
    if (result < 0) {
        die(what);
    }

    return result;
}

uint32_t load32(struct vfio *vfio, unsigned offset) { return *(volatile uint32_t *)(vfio->registers + offset); }

void store32(struct vfio *vfio, unsigned offset, uint32_t value) { *(volatile uint32_t *)(vfio->registers + offset) = value; }

void store64(struct vfio *vfio, unsigned offset, uint64_t value) { *(volatile uint64_t *)(vfio->registers + offset) = value; }

static int open_group(const char *address) {
    char path[128], target[128];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/iommu_group", address);
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) {
        die(path);
    }

    target[length] = 0;
    snprintf(path, sizeof path, "/dev/vfio/%s", strrchr(target, '/') + 1);
    int group = open(path, O_RDWR);
    if (group < 0) {
        die(path);
    }

    return group;
}

// The capability behind the fixed part of the answer has the ranges of IOVAs that may be mapped.
static void tell_ranges(struct vfio *vfio) {
    struct vfio_iommu_type1_info *info = calloc(1, PAGE);
    info->argsz = PAGE;
    demand(vfio->container, VFIO_IOMMU_GET_INFO, (unsigned long)info, "VFIO_IOMMU_GET_INFO");
    printf("page sizes 0x%llx\n", (unsigned long long)info->iova_pgsizes);
    for (uint32_t at = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0; at != 0;) {
        struct vfio_info_cap_header *header = (void *)((uint8_t *)info + at);
        if (header->id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
            struct vfio_iommu_type1_info_cap_iova_range *ranges = (void *)header;
            for (uint32_t i = 0; i < ranges->nr_iovas; i++) {
                printf("usable 0x%llx to 0x%llx\n", (unsigned long long)ranges->iova_ranges[i].start, (unsigned long long)ranges->iova_ranges[i].end);
            }
        }

        at = header->next;
    }

    free(info);
}

static uint64_t config_offset(struct vfio *vfio) {
    struct vfio_region_info region = { .argsz = sizeof region, .index = VFIO_PCI_CONFIG_REGION_INDEX };
    demand(vfio->device, VFIO_DEVICE_GET_REGION_INFO, (unsigned long)&region, "configuration space");
    return region.offset;
}

void vfio_open(struct vfio *vfio, const char *address, bool tell) {
    vfio->address = address;
    vfio->container = open("/dev/vfio/vfio", O_RDWR);
    if (vfio->container < 0) {
        die("/dev/vfio/vfio");
    }

    vfio->group = open_group(address);
    struct vfio_group_status status = { .argsz = sizeof status };
    demand(vfio->group, VFIO_GROUP_GET_STATUS, (unsigned long)&status, "VFIO_GROUP_GET_STATUS");
    demand(vfio->group, VFIO_GROUP_SET_CONTAINER, (unsigned long)&vfio->container, "VFIO_GROUP_SET_CONTAINER");
    demand(vfio->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU, "VFIO_SET_IOMMU");
    vfio->device = (int)demand(vfio->group, VFIO_GROUP_GET_DEVICE_FD, (unsigned long)address, "VFIO_GROUP_GET_DEVICE_FD");

    struct vfio_region_info region = { .argsz = sizeof region, .index = VFIO_PCI_BAR0_REGION_INDEX };
    demand(vfio->device, VFIO_DEVICE_GET_REGION_INFO, (unsigned long)&region, "region 0");
    vfio->bytes = region.size;
    vfio->registers = mmap(NULL, region.size, PROT_READ | PROT_WRITE, MAP_SHARED, vfio->device, (off_t)region.offset);
    if (vfio->registers == MAP_FAILED) {
        die("mmap of region 0");
    }

    uint64_t command = config_offset(vfio) + PCI_COMMAND;
    uint16_t bits = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    if (pwrite(vfio->device, &bits, sizeof bits, (off_t)command) != sizeof bits) {
        die("PCI_COMMAND");
    }

    if (tell) {
        printf("API %ld, group %s\n", demand(vfio->container, VFIO_GET_API_VERSION, 0, "VFIO_GET_API_VERSION"),
            status.flags & VFIO_GROUP_FLAGS_VIABLE ? "viable" : "not viable");
        tell_ranges(vfio);
        printf("registers 0x%llx bytes\n", (unsigned long long)region.size);
    }
}

const struct model *vfio_model(struct vfio *vfio) {
    static const struct model *const models[] = { &exerciser, &edu };
    uint32_t id = 0;
    if (pread(vfio->device, &id, sizeof id, (off_t)config_offset(vfio)) != sizeof id) {
        die("PCI_VENDOR_ID");
    }

    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        if (models[i]->id == id) {
            return models[i];
        }
    }

    die("a device that this program knows");
    return NULL;
}

void vfio_close(struct vfio *vfio) {
    munmap((void *)vfio->registers, vfio->bytes);
    close(vfio->device);
    close(vfio->group);
    close(vfio->container);
}

void vfio_map(struct vfio *vfio, void *memory, uint64_t iova, size_t bytes, bool writable) {
    struct vfio_iommu_type1_dma_map map = {
        .argsz = sizeof map,
        .flags = VFIO_DMA_MAP_FLAG_READ | (writable ? VFIO_DMA_MAP_FLAG_WRITE : 0),
        .vaddr = (uintptr_t)memory,
        .iova = iova,
        .size = bytes,
    };
    demand(vfio->container, VFIO_IOMMU_MAP_DMA, (unsigned long)&map, "VFIO_IOMMU_MAP_DMA");
}

size_t vfio_unmap(struct vfio *vfio, uint64_t iova, size_t bytes) {
    struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof unmap, .iova = iova, .size = bytes };
    demand(vfio->container, VFIO_IOMMU_UNMAP_DMA, (unsigned long)&unmap, "VFIO_IOMMU_UNMAP_DMA");
    return unmap.size;
}

unsigned vfio_vectors(struct vfio *vfio, unsigned index) {
    struct vfio_irq_info info = { .argsz = sizeof info, .index = index };
    return ioctl(vfio->device, VFIO_DEVICE_GET_IRQ_INFO, &info) < 0 ? 0 : info.count;
}

bool vfio_resets(struct vfio *vfio) {
    struct vfio_device_info info = { .argsz = sizeof info };
    demand(vfio->device, VFIO_DEVICE_GET_INFO, (unsigned long)&info, "VFIO_DEVICE_GET_INFO");
    return info.flags & VFIO_DEVICE_FLAGS_RESET && ioctl(vfio->device, VFIO_DEVICE_RESET) == 0;
}

static void set_interrupts(struct vfio *vfio, unsigned index, uint32_t flags, unsigned count, const int *events) {
    struct vfio_irq_set *set = calloc(1, sizeof *set + (count * sizeof *events));
    size_t bytes = events != NULL ? count * sizeof *events : 0;
    *set = (struct vfio_irq_set){ .argsz = (uint32_t)(sizeof *set + bytes), .flags = flags, .index = index, .count = count };
    if (events != NULL) {
        memcpy(set->data, events, bytes);
    }

    demand(vfio->device, VFIO_DEVICE_SET_IRQS, (unsigned long)set, "VFIO_DEVICE_SET_IRQS");
    free(set);
}

void vfio_enable(struct vfio *vfio, unsigned index, unsigned count, int *events) {
    for (unsigned i = 0; i < count; i++) {
        events[i] = eventfd(0, EFD_NONBLOCK);
    }

    set_interrupts(vfio, index, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, count, events);
}

void vfio_disable(struct vfio *vfio, unsigned index) {
    set_interrupts(vfio, index, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, NULL);
}

void vfio_unmask(struct vfio *vfio, unsigned index) {
    set_interrupts(vfio, index, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK, 1, NULL);
}
