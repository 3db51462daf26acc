#!/usr/bin/env bash
# Measures both stubs with a raw client of gdb's protocol on the same guest, alternately, and prints a line for each row: medians.
#   gdb.sh GDBHOST VMLINUZ RUNS
# Rows: see gdb-client.py. "conditions" runs a loop of two instructions with a breakpoint in it whose condition is false; QEMU's stub takes
# no conditions, so that row is ours alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
gdbhost=$1 vmlinuz=$2 runs=$3
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$work"' EXIT

# ADD X0, X0, #1; B .-4
printf '\x00\x04\x00\x91\xff\xff\xff\x17' >"$work/loop.bin"

start_ours() {
    rm -f "$work/port"
    "$gdbhost" run --machine virt,gic=2,el2=on --smp "$1" --memory 1G --kernel "$2" --wait --serial none \
        --gdb 127.0.0.1:0 --gdb-port-file "$work/port" >"$work/ours.log" 2>&1 &
    pid=$!
    until [ -s "$work/port" ]; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/ours.log" >&2; exit 1; }
        sleep 0.01
    done
    port=$(cat "$work/port")
}

start_qemu() {
    port=$((10000 + RANDOM % 10000)) # below those that the system hands out
    qemu-system-aarch64 -M virt,gic-version=2,virtualization=on -nodefaults -cpu cortex-a53 -smp "$1" -m 1G -display none -kernel "$2" \
        -S -gdb "tcp:127.0.0.1:$port" >"$work/qemu.log" 2>&1 &
    pid=$!
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/qemu.log" >&2; exit 1; }
        sleep 0.01
    done
}

# measure SIDE ROW CPUS IMAGE ADDRESS: adds a figure to SIDE.ROW.
measure() {
    "start_$1" "$3" "$4"
    timeout 60 python3 tests/Bench/gdb-client.py "127.0.0.1:$port" "$2" "$5" >>"$work/$1.$2"
    kill "$pid"
    wait "$pid" 2>/dev/null || true
}

median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '%-12s %14s %14s\n' row gdbhost QEMU
for row in first-stop registers steps memory conditions interrupt; do
    image=$vmlinuz address=40200000 cpus=1 sides=(ours qemu)
    case $row in
        conditions) image=$work/loop.bin address=40080000 sides=(ours) ;;
        interrupt) cpus=4 ;;
    esac
    for ((n = 0; n < runs; n++)); do
        for side in "${sides[@]}"; do measure "$side" "$row" "$cpus" "$image" "$address"; done
    done
    printf '%-12s %14s %14s\n' "$row" "$(median "$work/ours.$row")" "$([ ! -e "$work/qemu.$row" ] || median "$work/qemu.$row")"
done
