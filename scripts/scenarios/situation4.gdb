# Situation 4, first half: what does Xen do for its dom0, and how does an interrupt get there?
# Start Xen with dom0 (docs/QEMU.md), stopped, then: gdb-multiarch -ex 'target remote :1234' -x this file. No symbols are needed.

monitor traps on 65536

echo \n--- The first access of dom0 to a device that Xen emulates ---\n
monitor break trap data-abort ipa 0x8000000-0x9ffffff
continue
monitor why

echo \n--- The way of the virtual timer's interrupt: first to Xen ---\n
monitor break irq 27
continue
monitor why irq 27

echo \n--- What Xen has been called for until then, and the last accesses to the GIC that it emulated ---\n
monitor break off
monitor traps counts
monitor traps last 4 class data-abort ipa 0x8000000-0x8ffffff

echo \n--- Then to dom0: by a list register, at dom0's own vector ---\n
hbreak *($VBAR_EL1 + 0x280)
continue
monitor why irq 27
monitor traps last 1 class irq
