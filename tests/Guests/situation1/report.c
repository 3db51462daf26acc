// What the hypervisor does with an exception of its guest once it keeps the guest's registers.
#include "hypervisor.h"

#define EC(esr) ((esr) >> 26 & 0x3f)
#define EC_DATA_ABORT_LOWER 0x24
#define EC_DATA_ABORT_SAME 0x25
#define DFSC(esr) ((esr) & 0x3f)
#define DFSC_EXTERNAL_ABORT 0x10
#define ESR_IL (1UL << 25)
#define HPFAR_TO_IPA(hpfar) (((hpfar) >> 4 & 0xfffffff) << 12) // FIPA[39:12] in bits 31:4
#define VECTOR_CURRENT_LEVEL_SPX_SYNC 0x200
#define SPSR_EL1H_MASKED 0x3c5

static void field(const char *name, u64 value)
{
    uart_text(name);
    uart_hex(value);
}

static void describe(u64 esr)
{
    u64 ipa = HPFAR_TO_IPA(READ_SYSREG(hpfar_el2)) | (READ_SYSREG(far_el2) & 0xfff);
    u64 code = DFSC(esr);
    field("hypervisor: guest exception ESR_EL2=", esr);
    field(" ELR_EL2=", READ_SYSREG(elr_el2));
    field(" FAR_EL2=", READ_SYSREG(far_el2));
    field(" HPFAR_EL2=", READ_SYSREG(hpfar_el2));
    uart_text("\n");
    if (EC(esr) == EC_DATA_ABORT_LOWER && (code & 0x3c) == 0x04) {
        field("hypervisor: stage 2 translation fault, IPA ", ipa);
        uart_text(", level ");
        uart_number(code & 3);
        uart_text(", level 1 entry ");
        uart_number(ipa >> 30);
        uart_text("\n");
    }
}

// The guest's access becomes a synchronous external abort at EL1, as if the bus had refused it.
static void inject_external_abort(void)
{
    WRITE_SYSREG(esr_el1, (u64)EC_DATA_ABORT_SAME << 26 | ESR_IL | DFSC_EXTERNAL_ABORT);
    WRITE_SYSREG(far_el1, READ_SYSREG(far_el2));
    WRITE_SYSREG(elr_el1, READ_SYSREG(elr_el2));
    WRITE_SYSREG(spsr_el1, READ_SYSREG(spsr_el2));
    WRITE_SYSREG(elr_el2, READ_SYSREG(vbar_el1) + VECTOR_CURRENT_LEVEL_SPX_SYNC);
    WRITE_SYSREG(spsr_el2, SPSR_EL1H_MASKED);
}

void handle_guest_exception(void)
{
    describe(READ_SYSREG(esr_el2));
    inject_external_abort();
}
