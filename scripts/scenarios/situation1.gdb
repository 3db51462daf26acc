# Situation 1: a Linux guest dies in its first access to the PCIe configuration space, at an address that is none.
# Start one of the hypervisors of tests/Guests/situation1, stopped, then: gdb-multiarch -ex 'target remote :1234' -x this file.
# No symbols are needed. Each question is one command.

monitor traps on

echo \n--- What does the guest do that its hypervisor does not expect? ---\n
monitor break stage2
continue

echo \n--- Why? (first defect) ---\n
monitor why
monitor reach 0x4010000000

echo \n--- What did the hypervisor do about it? (second defect) ---\n
monitor break flagged
continue
monitor traps last 1 class flagged

echo \n--- What does the guest make of it? It uses the register that was changed, as an address ---\n
monitor break off
monitor translate $x0 el1 r
