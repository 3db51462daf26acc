#!/usr/bin/env bash
# Makes tests/Vectors/debug/counters.txt: what the PMU counts on qemu-system-aarch64 with one cycle for each instruction.
# Usage: pmu-vectors.sh [OUTPUT_FILE]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../debug/counters.txt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
aarch64-linux-gnu-gcc -O1 -Wall -Wno-main -ffreestanding -mgeneral-regs-only -mstrict-align -nostdlib -static -fno-pie -no-pie \
    -Wl,--build-id=none,--no-warn-rwx-segments -Wl,-Ttext=0x40080000 -Wl,-e,_start \
    -o "$work/counters" "$here/pmu/start.S" "$here/pmu/cases.S" "$here/pmu/counters.c"
timeout 60 qemu-system-aarch64 -M virt,secure=on,virtualization=on,gic-version=2 -cpu cortex-a53 -m 256 -nographic -icount shift=0 \
    -nodefaults -serial "file:$work/answers" -semihosting -kernel "$work/counters" < /dev/null
{
    cat << 'HEAD'
# What the PMU counts.
# Oracle: qemu-system-aarch64 7.2, -M virt,secure=on,virtualization=on -cpu cortex-a53 -icount shift=0; made by
# tests/Vectors/gen/pmu-vectors.sh from the cases in tests/Vectors/gen/pmu/cases.S.
# Line: name, level and n or s for the Security state, instructions -> X19 to X24 at the SMC #7 that ends them. The vectors of
# EL1 are BR X28, those of EL2 BR X29; MDCR_EL3 is 20000.
HEAD
    tr -d '\r' < "$work/answers"
} > "$out"
