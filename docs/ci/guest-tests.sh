#!/usr/bin/env bash
# Tests of a guest in CI: each is a guest, a script for gdb and a limit of time. Put your hypervisor and your scripts in the place of the demo's.
# Every test is followed to its end; the status is 1 if one has failed. A guest that hangs ends by --timeout, with a post-mortem in the log.
#   GDBHOST   the program; default artifacts/publish/gdbhost, which scripts/publish.sh makes
#   REPORTS   where JUnit XML and a page for a browser of each test go; default artifacts/junit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

gdbhost=${GDBHOST:-artifacts/publish/gdbhost}
reports=${REPORTS:-artifacts/junit}
guest=(--machine virt,gic=2,el2=on --memory 256M --kernel src/GdbStub/Demo/hypervisor.elf --load src/GdbStub/Demo/guest.elf --serial none)
export SYMBOLS=src/GdbStub/Demo/guest.elf

status=0
mkdir -p "$reports"
# check NAME SCRIPT: what the script takes comes from the environment.
check() {
    "$gdbhost" run "${guest[@]}" --timeout 120 --junit "$reports/$1.xml" --report "$reports/$1.html" --script "$2" || status=1
}

SYMBOL=guest_main check boot scripts/gdb/boot-to-symbol.gdb
UNTIL=guest_step check traps scripts/gdb/hypervisor-traps.gdb
AFTER=guest_main VARIABLE=guest_counter check counter scripts/gdb/watch-a-variable.gdb
exit "$status"
