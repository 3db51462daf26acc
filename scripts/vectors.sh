#!/usr/bin/env bash
# Makes tests/Vectors/a64/instructions-*.txt: words of every row of the instruction tables, and what qemu-aarch64 does with them.
#
#   scripts/vectors.sh [CLASS...]     the classes of tests/InstructionWords/EncodingClass.cs, "corners" (of the fields of
#                                     every row), "operands" (of vector instructions), "allocation" (which words are UNDEFINED:
#                                     a64/allocated.txt), "operations" (tests/Vectors/gen); without any: all
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=tests/Vectors/a64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet build -c Release -v q -nologo -clp:ErrorsOnly tests/InstructionWords
"${CROSS_COMPILE:-aarch64-linux-gnu-}gcc" -O2 -Wall -Wextra -Werror -static -o "$work/instructions" tests/Vectors/gen/instructions.c

oracle="# oracle: $(qemu-aarch64 --version | head -1), -cpu cortex-a53; made by scripts/vectors.sh, format in tests/Vectors/README.md"

run_class() {
    dotnet run -c Release --no-build --project tests/InstructionWords -- "$1" > "$work/words"
    timeout 300 qemu-aarch64 -cpu cortex-a53 "$work/instructions" < "$work/words"
}

[ $# != 0 ] || set -- immediate branch load-store register simd-fp corners operands allocation operations
for class in "$@"; do
    case $class in
    operations)
        tests/Vectors/gen/fp-vectors.sh
        tests/Vectors/gen/simd-vectors.sh
        continue ;;
    allocation)
        file=$out/allocated.txt
        { echo "$oracle"; run_class allocation | sed -E 's/ 0 -> ill.*/ u/; t; s/ 0 ->.*/ a/'; } > "$work/vectors" ;;
    *)
        file=$out/instructions-$class.txt
        { echo "$oracle"; run_class "$class"; } > "$work/vectors" ;;
    esac
    mv "$work/vectors" "$file"
    echo "$file: $(grep -vc '^[[#]' "$file") vectors"
done
