#!/usr/bin/env bash
# Makes tests/Vectors/a64/instructions-*.txt: words of every row of the instruction tables, and what qemu-aarch64 does with them.
#
#   scripts/vectors.sh [CLASS...]     the classes of tests/InstructionWords/EncodingClass.cs; without any: all
#
# Operations of floating point and Advanced SIMD have generators of their own in tests/Vectors/gen.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=tests/Vectors/a64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet build -c Release -v q -nologo -clp:ErrorsOnly tests/InstructionWords
"${CROSS_COMPILE:-aarch64-linux-gnu-}gcc" -O2 -Wall -Wextra -Werror -static -o "$work/instructions" tests/Vectors/gen/instructions.c

[ $# != 0 ] || set -- immediate branch load-store register simd-fp
for class in "$@"; do
    dotnet run -c Release --no-build --project tests/InstructionWords -- "$class" > "$work/words"
    {
        echo "# oracle: $(qemu-aarch64 --version | head -1), -cpu cortex-a53; made by scripts/vectors.sh, format in tests/Vectors/README.md"
        timeout 300 qemu-aarch64 -cpu cortex-a53 "$work/instructions" < "$work/words"
    } > "$work/vectors"
    mv "$work/vectors" "$out/instructions-$class.txt"
    echo "$out/instructions-$class.txt: $(grep -c -- '->' "$out/instructions-$class.txt") vectors"
done
