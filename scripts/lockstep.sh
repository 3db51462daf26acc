#!/usr/bin/env bash
# Runs random programs on our core and on qemu-aarch64 side by side, and compares all registers and memory after every block.
#
#   scripts/lockstep.sh [SECONDS [SEED [ENGINE]]]     600 seconds, a seed from the clock and the interpreter, unless said otherwise
#   scripts/lockstep.sh again SEED PROGRAM [ENGINE]   one program alone, shrunk to what still differs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build -c Release -v q -nologo -clp:ErrorsOnly tests/Lockstep
if [ "${1-}" = again ]; then
    exec dotnet run -c Release --no-build --project tests/Lockstep -- "$@"
fi
exec dotnet run -c Release --no-build --project tests/Lockstep -- "${1:-600}" "${2:-$(date +%s)}" ${3:+"$3"}
