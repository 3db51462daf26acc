#include "vmm.h"

#include <linux/kvm.h>

static void attribute(int device, uint32_t group, uint64_t number, uint64_t value, const char *what) {
    struct kvm_device_attr attr = { .group = group, .attr = number, .addr = (uintptr_t)&value };
    demand(device, KVM_SET_DEVICE_ATTR, (unsigned long)&attr, what);
}

void make_gic(int vm, int version) {
    struct kvm_create_device made = { .type = version == 2 ? KVM_DEV_TYPE_ARM_VGIC_V2 : KVM_DEV_TYPE_ARM_VGIC_V3 };
    demand(vm, KVM_CREATE_DEVICE, (unsigned long)&made, version == 2 ? "a virtual GICv2" : "a virtual GICv3");
    int gic = (int)made.fd;
    if (version == 2) {
        attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_DIST, DISTRIBUTOR_AT, "the distributor's place");
        attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_CPU, CPU_INTERFACE_AT, "the CPU interface's place");
    } else {
        attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, DISTRIBUTOR_AT, "the distributor's place");
        attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, REDISTRIBUTORS_AT, "the redistributors' place");
    }

    struct kvm_device_attr init = { .group = KVM_DEV_ARM_VGIC_GRP_CTRL, .attr = KVM_DEV_ARM_VGIC_CTRL_INIT };
    demand(gic, KVM_SET_DEVICE_ATTR, (unsigned long)&init, "the interrupt controller's start");
}
