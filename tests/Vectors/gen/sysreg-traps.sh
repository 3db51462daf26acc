#!/usr/bin/env bash
# Makes tests/Vectors/sysregs/traps.txt: which system registers and system instructions trap, as qemu-system-aarch64 has it.
# The registers are those of encodings.txt beside it, the reserved feature registers, and those of Cortex-A53 alone.
# Usage: sysreg-traps.sh [OUTPUT_FILE]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vectors=$here/../sysregs
out=${1:-$vectors/traps.txt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    grep -v '^#' "$vectors/encodings.txt"
    for crm in {1..7}; do
        for op2 in {0..7}; do
            grep -q " S3_0_C0_C${crm}_$op2\$" "$vectors/encodings.txt" || echo "S3_0_C0_C${crm}_$op2 S3_0_C0_C${crm}_$op2"
        done
    done
    cat << 'CORTEX_A53'
L2CTLR_EL1 S3_1_C11_C0_2
L2ECTLR_EL1 S3_1_C11_C0_3
L2ACTLR_EL1 S3_1_C15_C0_0
CPUACTLR_EL1 S3_1_C15_C2_0
CPUECTLR_EL1 S3_1_C15_C2_1
CPUMERRSR_EL1 S3_1_C15_C2_2
L2MERRSR_EL1 S3_1_C15_C2_3
CBAR_EL1 S3_1_C15_C3_0
CORTEX_A53
} > "$work/registers.txt"
while read -r name encoding; do
    IFS=_ read -r op0 op1 crn crm op2 <<< "${encoding//[SC]/}"
    echo "{ \"$name\", $op0 << 14 | $op1 << 11 | $crn << 7 | $crm << 3 | $op2 },"
done < "$work/registers.txt" > "$work/registers.h"
aarch64-linux-gnu-gcc -O1 -Wall -ffreestanding -mgeneral-regs-only -nostdlib -static -fno-pie -no-pie -I"$work" \
    -Wl,-Ttext=0x40080000 -Wl,-e,_start -o "$work/traps" "$here/sysregs/start.S" "$here/sysregs/traps.c"
{
    cat << 'HEAD'
# Which system registers and system instructions trap, from EL0 and EL1, under the controls of Armv8.0.
# Oracle: qemu-system-aarch64 7.2, -M virt,virtualization=on -cpu cortex-a53; made by tests/Vectors/gen/sysreg-traps.sh.
# A section names the controls that differ from the first section, and then only what they change.
# Line: level, R or W, register or instruction, level the exception is taken to, ESR_ELx. Not listed: no exception
# (in the first section), or as in the first section.
HEAD
    cut -d' ' -f1 "$work/registers.txt" | paste -sd' ' | fold -sw 110 | sed 's/^/probed /; s/ *$//'
    timeout 120 qemu-system-aarch64 -M virt,virtualization=on -cpu cortex-a53 -m 256 -nographic -nic none -monitor none \
        -serial stdio -kernel "$work/traps" | tr -d '\r'
} > "$out"
