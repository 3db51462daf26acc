#!/usr/bin/env bash
# Makes tests/Vectors/a64/fp/*.txt: floating-point operations as qemu-aarch64 executes them on its Cortex-A53.
# Usage: fp-vectors.sh [OUTPUT_FOLDER [SEED [LINES_PER_OPERATION]]]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../a64/fp}
seed=${2:-1}
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
aarch64-linux-gnu-gcc -O2 -Wall -static -o "$tool/fp-vectors" "$here/fp-vectors.c"
oracle=$(qemu-aarch64 --version | head -1)
mkdir -p "$out"
make_family() {
    {
        echo "# oracle: $oracle, -cpu cortex-a53; made by tests/Vectors/gen/fp-vectors.sh, seed $seed"
        echo "# operation, FPCR[26:22] plus 20 if FPSR.IXC was set before, operands = result, FPSR[7:0] afterwards (hexadecimal)"
        qemu-aarch64 -cpu cortex-a53 "$tool/fp-vectors" "$1" "$seed" "$2"
    } > "$out/$1.txt"
}
while read -r family lines; do
    make_family "$family" "${3:-$lines}"
done << 'FAMILIES'
arithmetic 400
fused 400
compare 200
minmax 250
estimate 400
integral 200
convert 400
toint 120
fromint 150
FAMILIES
