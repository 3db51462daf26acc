// The monitor at EL3: owns Secure state, switches between the worlds, takes group 0 as FIQ.
#include "worlds.h"

void enter_hypervisor(void);
void trusted_entry(void);

/* EL1's registers of a world that does not run. */
struct world {
    struct frame frame;
    u64 sp_el1, vbar_el1, elr_el1, spsr_el1, sctlr_el1, cpacr_el1;
};

static struct world kernel, trusted;
static u64 timer_interrupts;
static int last_round;

volatile u64 secure_interrupt_seen;
volatile u64 kernel_done;

/* The compiler copies structures by it. */
void *memcpy(void *to, const void *from, u64 bytes)
{
    volatile unsigned char *t = to;
    const unsigned char *f = from;
    for (u64 i = 0; i < bytes; i++) {
        t[i] = f[i];
    }
    return to;
}

static void keep(struct world *w, const struct frame *frame)
{
    w->frame = *frame;
    w->sp_el1 = read_register(sp_el1);
    w->vbar_el1 = read_register(vbar_el1);
    w->elr_el1 = read_register(elr_el1);
    w->spsr_el1 = read_register(spsr_el1);
    w->sctlr_el1 = read_register(sctlr_el1);
    w->cpacr_el1 = read_register(cpacr_el1);
}

static void put_back(const struct world *w, struct frame *frame)
{
    *frame = w->frame;
    write_register(sp_el1, w->sp_el1);
    write_register(vbar_el1, w->vbar_el1);
    write_register(elr_el1, w->elr_el1);
    write_register(spsr_el1, w->spsr_el1);
    write_register(sctlr_el1, w->sctlr_el1);
    write_register(cpacr_el1, w->cpacr_el1);
}

static void world_switch(struct frame *frame)
{
    u64 scr = read_register(scr_el3);
    u64 message = frame->x[1];
    if (scr & SCR_NS) {
        keep(&kernel, frame);
        write_register(scr_el3, (scr & ~SCR_NS) | SCR_ST);
        put_back(&trusted, frame);
    } else {
        keep(&trusted, frame);
        write_register(scr_el3, (scr | SCR_NS) & ~SCR_ST);
        put_back(&kernel, frame);
    }
    frame->x[0] = message;
}

static void power_off(void)
{
    *at(SECURE_GPIO + 0x400) = 1;
    *at(SECURE_GPIO + 4) = 0;
    *at(SECURE_GPIO + 4) = 1;
}

static void arm_timer(void)
{
    write_register(cntps_tval_el1, 2000);
    write_register(cntps_ctl_el1, 1);
}

static void fast_interrupt(const struct frame *frame, u64 vector)
{
    u32 id = *at(GICC + 0x0c);
    if (last_round && !kernel_done) {
        arm_timer();
        *at(GICC + 0x10) = id;
        return;
    }
    report("monitor", frame, vector);
    says("monitor: interrupt", id);
    says("monitor: running priority", *at(GICC + 0x14));
    write_register(cntps_ctl_el1, 0);
    *at(GICC + 0x10) = id;
    timer_interrupts++;
    secure_interrupt_seen = timer_interrupts;
    if (last_round) {
        text("monitor: power off\n");
        power_off();
    }
}

static void call(struct frame *frame)
{
    u64 scr = read_register(scr_el3);
    switch (frame->x[0]) {
    case SMC_ECHO:
        says("monitor: echo in Security state", scr & SCR_NS);
        frame->x[0] = frame->x[1] + 1;
        break;
    case SMC_WORLD_SWITCH:
        world_switch(frame);
        break;
    case SMC_SET_SCR:
        write_register(scr_el3, scr | frame->x[1]);
        break;
    case SMC_CLEAR_SCR:
        write_register(scr_el3, scr & ~frame->x[1]);
        break;
    case SMC_ARM_SECURE_TIMER:
        last_round = frame->x[1] != 0;
        arm_timer();
        break;
    case SMC_SET_MDCR:
        write_register(mdcr_el3, frame->x[1]);
        break;
    case SMC_SET_CPTR:
        write_register(cptr_el3, frame->x[1]);
        break;
    }
}

/* Vector numbers: 8 to 11 are a lower level's synchronous exception, IRQ, FIQ and SError. */
void monitor(struct frame *frame, u64 vector)
{
    if (vector == 10) {
        fast_interrupt(frame, vector);
        return;
    }
    if (vector == 8 && frame->esr >> 26 == 0x17) {
        call(frame);
        return;
    }
    u64 class = report("monitor", frame, vector);
    if (class == 0x07) {
        write_register(cptr_el3, 0);
        return;
    }
    frame->elr += 4;
}

static void set_up_interrupts(void)
{
    says("monitor: distributor has security extensions", *at(GICD + 4) >> 10 & 1);
    *at(GICD + 0x80) = ~(0xff00U | 1U << CNTPS_PPI);
    for (int word = 1; word < 9; word++) {
        *at(GICD + 0x80 + 4 * (u64)word) = 0xffffffff;
    }
    says("monitor: group register", *at(GICD + 0x80));
    for (int word = 0; word < 8; word++) {
        *at(GICD + 0x400 + 4 * (u64)word) = 0xa0a0a0a0;
    }
    ((volatile unsigned char *)(GICD + 0x400))[CNTPS_PPI] = 0x20;
    *at(GICD + 0x100) = 1U << CNTPS_PPI;
    *at(GICC + 0x04) = 0xff;
    *at(GICC + 0x08) = 2;
    *at(GICC + 0x1c) = 3;
    *at(GICC + 0x00) = 3 | 1 << 3;
    *at(GICD + 0x00) = 3;
    says("monitor: GICC_CTLR", *at(GICC));
    says("monitor: GICD_CTLR", *at(GICD));
}

void monitor_main(void)
{
    says("monitor: level", read_register(CurrentEL) >> 2);
    says("monitor: SCR_EL3", read_register(scr_el3) & ~SCR_RW);
    *(volatile u64 *)SECURE_RAM = 0x5ec0de;
    says("monitor: secure RAM", *(volatile u64 *)SECURE_RAM);
    for (const char *t = "hello from the secure UART\n"; *t; t++) {
        *at(SECURE_UART) = (unsigned char)*t;
    }
    set_up_interrupts();

    trusted.frame.elr = (u64)trusted_entry;
    trusted.frame.spsr = 0x3c5;
    trusted.sctlr_el1 = 0x30d00800;
    write_register(scr_el3, SCR_RES1 | SCR_RW | SCR_NS | SCR_FIQ | SCR_EA | SCR_HCE);
    write_register(cntfrq_el0, 62500000);
    enter_hypervisor();
}
