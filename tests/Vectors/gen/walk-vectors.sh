#!/usr/bin/env bash
# walk-vectors.sh FILE...: runs the cases of each file on QEMU's Cortex-A53 and writes its answers into the file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)/walks
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
aarch64-linux-gnu-gcc -O1 -Wall -Wextra -Werror -ffreestanding -nostdlib -static -mgeneral-regs-only -mstrict-align \
    -fno-pic -fno-stack-protector -Wl,--build-id=none,--no-warn-rwx-segments -T "$here/oracle.ld" "$here/start.S" "$here/oracle.c" -o "$work/oracle.elf"
for file in "$@"; do
    { cat "$file"; printf '\0'; } > "$work/cases"
    timeout 60 qemu-system-aarch64 -M virt,secure=on,virtualization=on,gic-version=2 -cpu cortex-a53 -m 1024 -nographic \
        -nodefaults -serial "file:$work/answers" -semihosting -kernel "$work/oracle.elf" \
        -device "loader,file=$work/cases,addr=0x5f000000,force-raw=on" < /dev/null
    if grep -n ' ! ' "$work/answers"; then
        echo "$file: not changed" >&2
        exit 1
    fi
    tr -d '\r' < "$work/answers" > "$file"
done
