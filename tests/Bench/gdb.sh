#!/usr/bin/env bash
# Measures both stubs with a raw client of gdb's protocol on the same guest, alternately, and prints a Markdown table of medians.
#   gdb.sh GDBHOST VMLINUZ RUNS
# Rows: see below and gdb-client.py. "conditions" and "hot-page" run a loop of two instructions; QEMU's stub takes no conditions, so that row
# has our figure alone, and the goal is a number.
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
    # The port is open before the machine is built; QEMU opens its own afterwards. What is measured begins with a machine that is there.
    until [ -s "$work/port" ] && grep -q 'target remote' "$work/ours.log"; do
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

# row | what it counts | better | goal, as a multiple of QEMU (x) or as a number | vCPUs | guest | address
rows='first-stop|ms from connect to the answer to "?"|less|1|1|linux|40200000
registers|g packets a second|more|2x|1|linux|40200000
steps|vCont;s a second|more|2x|1|linux|40200000
memory|MB/s in the largest packets of the stub, 64 KiB at most|more|5x|1|linux|40200000
binary|MB/s by x, which QEMU 7.2 does not have|more||1|linux|40200000
conditions|hits of a false condition a second|more|500000|1|loop|40080000
hot-page|times slower with a breakpoint elsewhere on the page of a loop|less|1.1|1|loop|40080000
interrupt|ms from Ctrl-C to the stop, Linux booting on 4 vCPUs|less|2|4|linux|40200000'

for ((n = 1; n <= runs; n++)); do
    while IFS='|' read -r row _ _ _ cpus guest address; do
        case $guest in linux) image=$vmlinuz ;; *) image=$work/loop.bin ;; esac
        sides=(ours qemu)
        [ $((n % 2)) = 1 ] || sides=(qemu ours)
        for side in "${sides[@]}"; do
            case $side.$row in qemu.conditions | qemu.binary) continue ;; esac
            printf 'bench: run %d of %d, %s, %s\n' "$n" "$runs" "$row" "$side" >&2
            measure "$side" "$row" "$cpus" "$image" "$address"
        done
    done <<<"$rows"
done

printf '| Row | what | ours | QEMU | ours / QEMU | goal | met |\n|---|---|---:|---:|---:|---:|---|\n'
while IFS='|' read -r row what better goal _; do
    ours=$(median "$work/ours.$row")
    qemu=$([ ! -e "$work/qemu.$row" ] || median "$work/qemu.$row")
    awk -v row="$row" -v what="$what" -v better="$better" -v goal="$goal" -v ours="$ours" -v qemu="$qemu" 'BEGIN {
        wanted = goal ~ /x$/ ? goal * qemu : goal + 0
        met = goal == "" ? "" : (better == "more" ? ours >= wanted : ours <= wanted) ? "yes" : "no"
        form = ours >= 100 ? "%.0f" : "%.2f"
        printf "| %s | %s | " form " | %s | %s | %s | %s |\n", row, what, ours, qemu == "" ? "" : sprintf(qemu >= 100 ? "%.0f" : "%.2f", qemu),
            qemu == "" ? "" : sprintf("**%.2f**", ours / qemu), goal, met
    }'
done <<<"$rows"
