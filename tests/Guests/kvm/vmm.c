#include "vmm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int vm, vcpus[VCPUS];
static struct kvm_run *runs[VCPUS];
static uint8_t *ram;

static void die(const char *what) {
    printf("VMM-FAILED %s: %s\n", what, strerror(errno));
    fflush(stdout);
    exit(1);
}

int demand(int fd, unsigned long request, unsigned long argument, const char *what) {
    int result = ioctl(fd, request, argument);
    if (result < 0) {
        die(what);
    }

    return result;
}

static void load(const char *path, uint64_t at) {
    int file = open(path, O_RDONLY);
    if (file < 0) {
        die(path);
    }

    uint8_t *to = ram + (at - RAM_BASE);
    for (ssize_t got; (got = read(file, to, (size_t)(ram + RAM_BYTES - to))) != 0; to += got) {
        if (got < 0) {
            die(path);
        }
    }

    close(file);
}

static void set_register(int vcpu, uint64_t field, uint64_t value) {
    struct kvm_one_reg reg = { .id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | field, .addr = (uintptr_t)&value };
    demand(vcpu, KVM_SET_ONE_REG, (unsigned long)&reg, "a register");
}

static void make_vcpu(int kvm, unsigned long index) {
    vcpus[index] = demand(vm, KVM_CREATE_VCPU, index, "a vCPU");
    long bytes = demand(kvm, KVM_GET_VCPU_MMAP_SIZE, 0, "the size of a vCPU's page");
    runs[index] = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpus[index], 0);
    if (runs[index] == MAP_FAILED) {
        die("a vCPU's page");
    }

    struct kvm_vcpu_init init;
    demand(vm, KVM_ARM_PREFERRED_TARGET, (unsigned long)&init, "the kind of vCPU");
    init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
    init.features[0] |= index > 0 ? 1u << KVM_ARM_VCPU_POWER_OFF : 0;
    demand(vcpus[index], KVM_ARM_VCPU_INIT, (unsigned long)&init, "a vCPU's start");
}

static void mmio(struct kvm_run *run) {
    uint64_t offset = run->mmio.phys_addr - UART_AT;
    if (offset >= UART_BYTES || run->mmio.len != 1) {
        printf("VMM-FAILED nothing is at 0x%llx\n", (unsigned long long)run->mmio.phys_addr);
        exit(1);
    }

    if (run->mmio.is_write) {
        uart_write(vm, (unsigned)offset, run->mmio.data[0]);
    } else {
        run->mmio.data[0] = uart_read(vm, (unsigned)offset);
    }
}

static void *run_vcpu(void *argument) {
    unsigned long index = (unsigned long)argument;
    struct kvm_run *run = runs[index];
    for (;;) {
        if (ioctl(vcpus[index], KVM_RUN, 0) < 0 && errno != EINTR) {
            die("running a vCPU");
        }

        switch (run->exit_reason) {
        case KVM_EXIT_MMIO:
            mmio(run);
            break;
        case KVM_EXIT_INTR:
            break;
        case KVM_EXIT_SYSTEM_EVENT:
            printf("VMM-DONE event %u\n", run->system_event.type);
            fflush(stdout);
            exit(0);
        default:
            printf("VMM-FAILED vCPU %lu left with %u\n", index, run->exit_reason);
            exit(1);
        }
    }
}

// vmm GIC-VERSION KERNEL TREE INITRD
int main(int count, char **words) {
    if (count != 5) {
        return 2;
    }

    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    int version = atoi(words[1]);
    int kvm = open("/dev/kvm", O_RDWR);
    if (kvm < 0) {
        die("/dev/kvm");
    }

    vm = demand(kvm, KVM_CREATE_VM, 0, "a virtual machine");
    ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {
        .guest_phys_addr = RAM_BASE, .memory_size = RAM_BYTES, .userspace_addr = (uintptr_t)ram,
    };
    demand(vm, KVM_SET_USER_MEMORY_REGION, (unsigned long)&region, "memory");
    load(words[2], KERNEL_AT);
    load(words[3], TREE_AT);
    load(words[4], INITRD_AT);

    for (unsigned long index = 0; index < VCPUS; index++) {
        make_vcpu(kvm, index);
    }

    make_gic(vm, version);
    set_register(vcpus[0], KVM_REG_ARM_CORE_REG(regs.pc), KERNEL_AT);
    set_register(vcpus[0], KVM_REG_ARM_CORE_REG(regs.regs[0]), TREE_AT);
    printf("VMM-BEGIN GICv%d\n", version);
    for (unsigned long index = 1; index < VCPUS; index++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run_vcpu, (void *)index) != 0) {
            die("a thread");
        }
    }

    run_vcpu((void *)0);
}
