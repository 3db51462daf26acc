#!/usr/bin/env bash
# Boots Debian to GUEST-UP here and on qemu-system-aarch64, alternately, and prints both side by side.
#
#   scripts/bench.sh [RUNS]         default 3; medians are printed
#
# CPU seconds are user + system of the whole process, from its start to the guest's power-off directly after GUEST-UP.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=${1:-3}
guests=${GDBHOST_CACHE:-.cache}/guests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
append="console=ttyAMA0 nokaslr GUEST_STOP=up"
TIMEFORMAT='%U %S %R'

dotnet build -c Release -v q -nologo -clp:ErrorsOnly src/GdbStub
gdbhost=artifacts/bin/GdbStub/release/gdbhost

ours() {
    "$gdbhost" run --machine "virt,gic=2,el2=off" --cpu cortex-a53 --memory 1G --kernel "$guests/debian/vmlinuz" \
        --initrd "$guests/debian/initramfs.cpio.gz" --append "$append" --gdb none --serial "file:$work/ours.serial" \
        --log info 2>"$work/ours.log" </dev/null
}
qemu() {
    qemu-system-aarch64 -M virt,gic-version=2 -cpu cortex-a53 -m 1G -nic none -display none -monitor none \
        -kernel "$guests/debian/vmlinuz" -initrd "$guests/debian/initramfs.cpio.gz" -append "$append" \
        -serial "file:$work/qemu.serial" </dev/null
}
# timed NAME: appends "CPU-seconds wall-seconds" to NAME.times, and fails if the guest did not come up.
timed() {
    { time "$1"; } 2>"$work/time" || { cat "$work/$1.log" "$work/time" >&2 || true; exit 1; }
    grep -q GUEST-UP "$work/$1.serial" || { echo "bench: $1 did not reach GUEST-UP" >&2; exit 1; }
    tail -n 1 "$work/time" | awk '{ print $1 + $2, $3 }' >>"$work/$1.times"
}
# median FILE COLUMN
median() { awk -v column="$2" '{ print $column }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

listening_ms() {
    local port=$work/port begin end pid
    rm -f "$port"
    begin=$(date +%s%N)
    "$gdbhost" run --memory 1G --kernel "$guests/debian/vmlinuz" --serial none --gdb 0 --gdb-port-file "$port" --wait >/dev/null 2>&1 </dev/null &
    pid=$!
    until [ -s "$port" ]; do kill -0 "$pid" || return 1; sleep 0.002; done
    end=$(date +%s%N)
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    echo $(((end - begin) / 1000000))
}

for ((run = 1; run <= runs; run++)); do
    timed ours
    timed qemu
    listening_ms >>"$work/listen.times"
done

instructions=$(grep -oE '; [0-9]+ instructions' "$work/ours.log" | tail -n 1 | tr -dc '0-9' || true)
cpu=$(median "$work/ours.times" 1)
printf '%-34s %12s %12s\n' "Debian to GUEST-UP, median of $runs" ours "QEMU $(qemu-system-aarch64 --version | awk 'NR == 1 { print $4 }')"
printf '%-34s %12s %12s\n' "CPU seconds (user + system)" "$cpu" "$(median "$work/qemu.times" 1)"
printf '%-34s %12s %12s\n' "wall seconds" "$(median "$work/ours.times" 2)" "$(median "$work/qemu.times" 2)"
if [ -n "$instructions" ]; then
    printf '%-34s %12s\n' "guest instructions" "$instructions"
    printf '%-34s %12s\n' "million instructions per CPU second" "$(awk -v n="$instructions" -v s="$cpu" 'BEGIN { printf "%.0f", n / s / 1e6 }')"
fi
printf '%-34s %12s\n' "start to listening, ms" "$(median "$work/listen.times" 1)"
