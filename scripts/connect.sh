#!/usr/bin/env bash
# Starts GdbHost, stopped at its first instruction, and attaches gdb-multiarch to it.
#
#   scripts/connect.sh                                      the demo, with the symbols of both its sides
#   scripts/connect.sh --kernel hypervisor.elf --memory 4G  the options of "gdbhost run"; an ELF kernel gives the symbols
#
# gdbhost runs in a session of its own, so that Ctrl-C reaches gdb only. The serial port goes to the file
# that is printed, because gdb owns the terminal.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
gdb=(-q -ex "set confirm off")
if [ $# = 0 ]; then
    cd "$root" # the paths in the demo's symbols begin here
    demo=src/GdbStub/Demo
    set -- --machine virt,gic=2,el2=on --memory 256M --clock host --kernel "$demo/hypervisor.elf" --load "$demo/guest.elf"
    gdb+=("$demo/hypervisor.elf" -ex "add-symbol-file $demo/guest.elf")
else
    for ((i = 1; i < $#; i++)); do
        if [ "${!i}" = --kernel ]; then
            next=$((i + 1))
            if [ "$(head -c 4 "${!next}" | tr -d '\177')" = ELF ]; then gdb+=("${!next}"); fi
        fi
    done
fi

dotnet build -c Release -v q -nologo -clp:ErrorsOnly "$root/src/GdbStub"
setsid "$root"/artifacts/bin/GdbStub/release/gdbhost run "$@" --wait --serial "file:$work/serial" --gdb 0 --gdb-port-file "$work/port" \
    >"$work/log" 2>&1 </dev/null &
host=$!
trap 'kill "$host" 2>/dev/null || true; rm -rf "$work"' EXIT
until [ -s "$work/port" ]; do
    kill -0 "$host" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.02
done
echo "serial port: $work/serial"
gdb-multiarch "${gdb[@]}" -ex "target remote 127.0.0.1:$(cat "$work/port")"
