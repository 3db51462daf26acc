// The kernel at Non-secure EL1, and the trusted kernel at Secure EL1.
#include "worlds.h"

u64 read_vector_register(void);

extern volatile u64 secure_interrupt_seen, kernel_done;

static volatile u64 sgi_seen;

void kernel(struct frame *frame, u64 vector)
{
    report("kernel", frame, vector);
    if (vector == 5) {
        u32 id = *at(GICC + 0x0c);
        says("kernel: interrupt", id);
        says("kernel: running priority", *at(GICC + 0x14));
        *at(GICC + 0x10) = id;
        sgi_seen = 1;
        return;
    }
    frame->elr += 4;
}

void trusted(struct frame *frame, u64 vector)
{
    report("trusted", frame, vector);
    frame->elr += 4;
}

static void traps(void)
{
    text("kernel: SMC under HCR_EL2.TSC\n");
    says("kernel: answer", smc(SMC_ECHO, 1));
    hvc(HVC_SET_HCR, 1UL << 31);
    says("kernel: echo of the monitor", smc(SMC_ECHO, 1));
    says("kernel: echo of the hypervisor", hvc(HVC_ECHO, 1));

    write_register(cpacr_el1, 3UL << 20);
    text("kernel: CPTR_EL3.TFP and TCPAC\n");
    smc(SMC_SET_CPTR, 1UL << 31 | 1UL << 10);
    (void)read_register(cpacr_el1);
    (void)read_vector_register();
    says("kernel: CPACR_EL1", read_register(cpacr_el1));

    text("kernel: MDCR_EL3.TDA, TDOSA and TPM\n");
    smc(SMC_SET_MDCR, 1UL << 9);
    (void)read_register(mdscr_el1);
    smc(SMC_SET_MDCR, 1UL << 10);
    (void)read_register(oslsr_el1);
    smc(SMC_SET_MDCR, 1UL << 6);
    (void)read_register(pmccntr_el0);
    smc(SMC_SET_MDCR, 0);
    text("kernel: SCR_EL3.TWI\n");
    smc(SMC_SET_SCR, SCR_TWI);
    __asm__ volatile("wfi");
    smc(SMC_CLEAR_SCR, SCR_TWI);
    text("kernel: CNTPS of the other world\n");
    (void)read_register(cntps_ctl_el1);
    text("kernel: HVC without SCR_EL3.HCE\n");
    smc(SMC_CLEAR_SCR, SCR_HCE);
    hvc(HVC_ECHO, 1);
    smc(SMC_SET_SCR, SCR_HCE);
}

static void interrupts(void)
{
    text("kernel: waits for a secure interrupt, all masked\n");
    smc(SMC_ARM_SECURE_TIMER, 0);
    while (secure_interrupt_seen == 0) {
    }
    text("kernel: sends itself an SGI of group 1\n");
    ((volatile unsigned char *)(GICD + 0x400))[1] = 0x40;
    says("kernel: priority of SGI 1", ((volatile unsigned char *)(GICD + 0x400))[1]);
    *at(GICD + 0xf00) = 1 << 16 | 1;
    __asm__ volatile("dsb sy; isb");
    says("kernel: GICC_HPPIR", *at(GICC + 0x18));
    __asm__ volatile("msr daifclr, #2");
    while (!sgi_seen) {
    }
    __asm__ volatile("msr daifset, #2");
    says("kernel: GICC_RPR", *at(GICC + 0x14));
}

void kernel_main(void)
{
    says("kernel: level", read_register(CurrentEL) >> 2);
    traps();
    text("kernel: reads secure RAM\n");
    (void)*(volatile u64 *)SECURE_RAM;
    says("kernel: answer of the other world", smc(SMC_WORLD_SWITCH, 100));
    says("kernel: second answer", smc(SMC_WORLD_SWITCH, 200));
    interrupts();

    text("kernel: SMC under SCR_EL3.SMD\n");
    smc(SMC_ARM_SECURE_TIMER, 1);
    smc(SMC_SET_SCR, SCR_SMD);
    smc(SMC_ECHO, 1);
    text("kernel: waits for the end\n");
    kernel_done = 1;
    for (;;) {
    }
}

void trusted_main(void)
{
    says("trusted: level", read_register(CurrentEL) >> 2);
    says("trusted: secure RAM", *(volatile u64 *)SECURE_RAM);
    says("trusted: group register", *at(GICD + 0x80));
    says("trusted: GICC_CTLR", *at(GICC));
    text("trusted: HVC in Secure state\n");
    hvc(HVC_ECHO, 1);
    says("trusted: echo of the monitor", smc(SMC_ECHO, 7));
    write_register(cntps_tval_el1, 0x7fffffff);
    says("trusted: CNTPS_CTL_EL1", read_register(cntps_ctl_el1));
    smc(SMC_CLEAR_SCR, SCR_ST);
    text("trusted: CNTPS without SCR_EL3.ST\n");
    (void)read_register(cntps_ctl_el1);
    u64 message = smc(SMC_WORLD_SWITCH, 0x111);
    says("trusted: message", message);
    for (;;) {
        message = smc(SMC_WORLD_SWITCH, message + 1);
    }
}
