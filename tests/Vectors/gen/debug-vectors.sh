#!/usr/bin/env bash
# Makes tests/Vectors/debug/exceptions.txt: debug exceptions as qemu-system-aarch64's Cortex-A53 takes them.
# Usage: debug-vectors.sh [OUTPUT_FILE]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../debug/exceptions.txt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
aarch64-linux-gnu-gcc -O1 -Wall -Wno-main -ffreestanding -mgeneral-regs-only -mstrict-align -nostdlib -static -fno-pie -no-pie \
    -Wl,--build-id=none,--no-warn-rwx-segments -Wl,-Ttext=0x40080000 -Wl,-e,_start \
    -o "$work/exceptions" "$here/debug/start.S" "$here/debug/exceptions.c"
timeout 300 qemu-system-aarch64 -M virt,secure=on,virtualization=on,gic-version=2 -cpu cortex-a53 -m 256 -nographic \
    -nodefaults -serial "file:$work/answers" -semihosting -kernel "$work/exceptions" < /dev/null
{
    cat << 'HEAD'
# Debug exceptions of Cortex-A53 under many settings of the debug registers.
# Oracle: qemu-system-aarch64 7.2, -M virt,secure=on,virtualization=on -cpu cortex-a53; made by tests/Vectors/gen/debug-vectors.sh.
# Line: registers that are not 0 (and x0; pstate: D is 200, SS is 200000), level and n or s for the Security state, name and
# word of the instruction at 400c0000 -> level the exception is taken to, ESR, ELR (offset from the instruction), FAR of a
# watchpoint, SPSR.SS; or none. Where SCTLR_EL1.M is set, the table at 400f0000 has 40000701 in entry 1 and 40000741 in entry 2.
HEAD
    tr -d '\r' < "$work/answers"
} > "$out"
