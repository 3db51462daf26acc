#!/usr/bin/env bash
# Builds bench.elf of this folder.   build.sh OUTPUT
set -euo pipefail
export LC_ALL=C
output=$1
cd "$(dirname "${BASH_SOURCE[0]}")"
cross=${CROSS_COMPILE:-aarch64-linux-gnu-}

"${cross}gcc" -std=gnu11 -O2 -g -fdebug-prefix-map="$PWD=tests/Bench/Guests" -Wall -Wextra -Werror -Wno-parentheses \
    -mcpu=cortex-a53+crypto -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -fno-tree-vectorize \
    -fno-tree-loop-distribute-patterns -ffp-contract=off -nostdlib -static -Wl,--build-id=none -Wl,-T,bench.ld -Wl,-z,max-page-size=4096 \
    start.S tables.S main.c integer.c control.c memory.c vector.c translation.c events.c -o "$output.new"
mv "$output.new" "$output"
