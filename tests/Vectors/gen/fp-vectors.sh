#!/usr/bin/env bash
# Makes tests/Vectors/a64/fp/*.txt (operations), a64/fp-instructions.txt (whole instructions) and a64/fp-allocated.txt (which
# words are UNDEFINED), as qemu-aarch64 has them on its Cortex-A53.
# Usage: fp-vectors.sh [OUTPUT_FOLDER [SEED [LINES_PER_OPERATION [LINES_PER_INSTRUCTION [WORDS]]]]]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../a64}
seed=${2:-1}
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
gcc=(aarch64-linux-gnu-gcc -O2 -Wall -static)
emulate=(qemu-aarch64 -cpu cortex-a53)
"${gcc[@]}" -o "$tool/fp-vectors" "$here/fp-vectors.c"
"${gcc[@]}" -o "$tool/fp-instructions" "$here/fp-instructions.c"
oracle="# oracle: $(qemu-aarch64 --version | head -1), -cpu cortex-a53; made by tests/Vectors/gen/fp-vectors.sh, seed $seed"
mkdir -p "$out/fp"

make_family() {
    {
        echo "$oracle"
        echo "# operation, FPCR[26:22] plus 20 if FPSR.IXC was set before, operands = result, FPSR[7:0] afterwards (hexadecimal)"
        "${emulate[@]}" "$tool/fp-vectors" "$1" "$seed" "$2"
    } > "$out/fp/$1.txt"
}
while read -r family lines; do
    make_family "$family" "${3:-$lines}"
done << 'FAMILIES'
arithmetic 300
fused 300
compare 150
minmax 150
estimate 250
integral 120
convert 300
toint 80
fromint 100
FAMILIES
{
    echo "$oracle"
    echo "# as the other files, but every kind of number as every operand"
    "${emulate[@]}" "$tool/fp-vectors" corners
} > "$out/fp/corners.txt"

"${emulate[@]}" "$tool/fp-instructions" expand "$seed" 3 < "$here/fp-templates.txt" > "$tool/listing.s"
aarch64-linux-gnu-as -march=armv8-a -o "$tool/listing.o" "$tool/listing.s"
aarch64-linux-gnu-objcopy -O binary -j .text "$tool/listing.o" "$tool/words.bin"
{
    echo "$oracle; encodings by $(aarch64-linux-gnu-as --version | head -1)"
    echo "# instruction ; word, FPCR[26:22] plus 20 if FPSR.IXC was set before, NZCV ; registers before ; changes (hexadecimal)"
    "${emulate[@]}" "$tool/fp-instructions" run "$seed" "${4:-2}" "$tool/listing.s" "$tool/words.bin"
} > "$out/fp-instructions.txt"

{
    echo "$oracle"
    echo "# word, a: allocated, u: UNDEFINED"
    "${emulate[@]}" "$tool/fp-instructions" allocate "$seed" "${5:-6000}"
} > "$out/fp-allocated.txt"
