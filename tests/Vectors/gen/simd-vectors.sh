#!/usr/bin/env bash
# Makes tests/Vectors/a64/simd-instructions.txt: Advanced SIMD instructions as qemu-aarch64 executes them on its Cortex-A53.
# Usage: simd-vectors.sh [OUTPUT_FOLDER [SEED]]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../a64}
seed=${2:-1}
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
aarch64-linux-gnu-gcc -O2 -Wall -static -o "$tool/simd-instructions" "$here/simd-instructions.c"
{
    echo "# oracle: $(qemu-aarch64 --version | head -1), -cpu cortex-a53; made by tests/Vectors/gen/simd-vectors.sh, seed $seed"
    echo "# word ; registers and memory before ; changes, or undefined (hexadecimal)"
    qemu-aarch64 -cpu cortex-a53 "$tool/simd-instructions" "$seed"
} > "$out/simd-instructions.txt"
