#!/usr/bin/env bash
# Builds the demo's three ELF files.
#
#   build.sh                         into this folder, with stamp.txt
#   build.sh OUT [ROUND_LIMIT]       into the folder OUT; the guest powers off after ROUND_LIMIT rounds
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(realpath "${1:-$here}")
cross=${CROSS_COMPILE:-aarch64-linux-gnu-}
cd "$here"

# Paths in the symbols are relative to the repository, so that the files are the same bytes wherever they are built.
#   elf NAME SCRIPT DEFECT SOURCE...
elf() {
    local name=$1 script=$2 defect=$3
    shift 3
    "${cross}gcc" -std=gnu11 -Og -g -gdwarf-4 -fdebug-prefix-map="$here=src/GdbStub/Demo" -Wall -Wextra -Werror \
        -march=armv8-a -mgeneral-regs-only -mstrict-align -ffreestanding -fno-pic -fno-stack-protector \
        -fno-asynchronous-unwind-tables -DROUND_LIMIT="$round_limit" -DDEFECT="$defect" -nostdlib -static -Wl,--build-id=none \
        -Wl,-z,max-page-size=4096 -Wl,-T,"$script" -Wl,--no-warn-rwx-segments "$@" -o "$out/$name"
    chmod -x "$out/$name"
}

round_limit=${2:-0}
elf hypervisor.elf hypervisor.ld 0 hypervisor_*.S hypervisor_*.c
elf hypervisor-defect.elf hypervisor.ld 1 hypervisor_*.S hypervisor_*.c
elf guest.elf guest.ld 0 guest_*.S guest_*.c
{
    "${cross}gcc" --version | head -n 1
    sha256sum build.sh ./*.ld ./*.h ./*.S ./*.c | sed 's|\./||'
} >"$out/stamp.txt"
