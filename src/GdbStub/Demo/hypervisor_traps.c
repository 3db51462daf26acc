// What the hypervisor does when its guest comes to it: calls (HVC) and the emulated PCIe configuration space.
#include "hypervisor.h"

#define EC(esr) ((esr) >> 26 & 0x3f)
#define EC_HVC64 0x16
#define EC_DATA_ABORT_LOWER 0x24

#define ESR_ISV(esr) ((esr) >> 24 & 1)
#define ESR_SAS(esr) ((esr) >> 22 & 3)
#define ESR_SRT(esr) ((esr) >> 16 & 31)
#define ESR_WNR(esr) ((esr) >> 6 & 1)

#define ECAM_SIZE 0x10000000UL
#define PCI_VENDOR_AND_DEVICE 0x000
#define PCI_CLASS_AND_REVISION 0x008
#define NO_DEVICE 0xffffffffU

u64 el2_round_count;
u64 el2_last_counter;
u64 el2_abort_count;

static u64 smc(u64 call)
{
    register u64 x0 __asm__("x0") = call;
    __asm__ volatile("smc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
    return x0;
}

void handle_hvc(struct guest_registers *guest)
{
    switch (guest->x[0]) {
    case CALL_CONSOLE_PUT:
        uart_put((char)guest->x[1]);
        guest->x[0] = 0;
        break;
    case CALL_ROUND:
        el2_last_counter = guest->x[1];
        guest->x[0] = ++el2_round_count;
        break;
    case PSCI_SYSTEM_OFF:
        uart_text("hypervisor: the guest powers off\n");
        guest->x[0] = smc(PSCI_SYSTEM_OFF);
        break;
    default:
        guest->x[0] = (u64)CALL_UNKNOWN;
        break;
    }
}

// One function answers: bus 0, device 0, function 0, a host bridge. ECAM address: bus 27:20, device 19:15, function 14:12.
static u32 config_read(u64 offset)
{
    if (offset >> 12 != 0) {
        return NO_DEVICE;
    }
    switch (offset) {
    case PCI_VENDOR_AND_DEVICE:
        return 0xde401209;
    case PCI_CLASS_AND_REVISION:
        return 0x06000001;
    default:
        return 0;
    }
}

static void stop(const char *why, u64 esr)
{
    uart_text("hypervisor: ");
    uart_text(why);
    uart_text(", ESR_EL2 ");
    uart_hex(esr);
    uart_text(", FAR_EL2 ");
    uart_hex(READ_SYSREG(far_el2));
    uart_text(", ELR_EL2 ");
    uart_hex(READ_SYSREG(elr_el2));
    uart_text("\n");
    for (;;) {
        __asm__ volatile("wfe");
    }
}

void handle_abort(struct guest_registers *guest, u64 esr)
{
    u64 ipa = (READ_SYSREG(hpfar_el2) >> 4 & 0xfffffff) << 12 | (READ_SYSREG(far_el2) & 0xfff);
    el2_abort_count++;
    if (!ESR_ISV(esr) || ESR_SAS(esr) != 2 || ipa < ECAM_IPA || ipa - ECAM_IPA >= ECAM_SIZE) {
        stop("an abort of the guest that nothing emulates", esr);
    }
    if (!ESR_WNR(esr) && ESR_SRT(esr) != 31) {
        guest->x[ESR_SRT(esr)] = config_read(ipa - ECAM_IPA);
    }
    WRITE_SYSREG(elr_el2, READ_SYSREG(elr_el2) + 4);
}

void handle_sync(struct guest_registers *guest)
{
    u64 esr = READ_SYSREG(esr_el2);
    switch (EC(esr)) {
    case EC_HVC64:
        handle_hvc(guest);
        break;
    case EC_DATA_ABORT_LOWER:
        handle_abort(guest, esr);
        break;
    default:
        stop("an exception of the guest that nothing handles", esr);
    }
}
