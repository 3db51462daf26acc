#!/usr/bin/env bash
# Measures what the trap log costs: the same boots under gdb with "monitor traps on" and without, alternately; prints a Markdown table.
#   traps.sh GDBHOST GUESTS BUILT RUNS
# GUESTS and BUILT are the folders of fetched and of built guests. Figures are CPU time of gdbhost. The least user time and the least system
# time of all runs are what the work costs; what comes on top is other work on the computer, and memory that the host had to find first
# (tests/Bench/README.md). The instructions of both runs must be the same.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
gdbhost=$1 guests=$2 built=$3 runs=$4
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$work"' EXIT

fail() { printf 'traps: %s\n' "$*" >&2; exit 1; }

# The functions that make the tree of Xen are those of the other rows.
. tests/Bench/sides.sh
xen_tree
arguments() {
    case $1 in
        xen) printf '%s\n' --memory 1G --kernel "$guests/xen/xen" --dtb "$work/xen.dtb" --load "$guests/debian/vmlinuz@0x4a000000" \
            --load "$guests/debian/initramfs.cpio.gz@0x4e000000" ;;
        kvm) printf '%s\n' --memory 512M --kernel "$guests/debian/vmlinuz" --initrd "$built/kvm/kvm.cpio.gz" \
            --append "console=ttyAMA0 nokaslr panic=-1 loglevel=4 rdinit=/kvm-init GIC=2" \
            --drive "file=$built/kvm/kernel.img,if=none,id=hd0,format=raw,readonly=on" --device virtio-blk-pci,drive=hd0 \
            --drive "file=$built/kvm/initrd.img,if=none,id=hd1,format=raw,readonly=on" --device virtio-blk-pci,drive=hd1 ;;
        debian) printf '%s\n' --memory 1G --kernel "$guests/debian/vmlinuz" --initrd "$guests/debian/initramfs.cpio.gz" \
            --append "console=ttyAMA0 nokaslr GUEST_STOP=up" ;;
    esac
}

# measure GUEST on|off: adds seconds to GUEST.WAY, and sets "total" for on.
measure() {
    local words way="monitor traps $2"
    mapfile -t words < <(arguments "$1")
    rm -f "$work/port"
    { TIMEFORMAT='%3U %3S'; time "$gdbhost" run --machine virt,gic=2,el2=on "${words[@]}" --wait --serial none --log info \
        --gdb 127.0.0.1:0 --gdb-port-file "$work/port" >"$work/log" 2>&1; } 2>"$work/time" &
    local pid=$!
    until [ -s "$work/port" ] && grep -q 'target remote' "$work/log"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; fail "$1 did not start"; }
        sleep 0.05
    done
    gdb-multiarch -nx -batch -ex 'set confirm off' -ex 'set remotetimeout 60' -ex 'set architecture aarch64' -ex "target remote 127.0.0.1:$(cat "$work/port")" -ex "$way" \
        -ex 'continue' >"$work/gdb" 2>&1 || true
    if ! grep -q '^traps: ' "$work/gdb"; then
        jobs -p | xargs -r kill 2>/dev/null || true
        cat "$work/gdb" "$work/log" >&2
        fail "gdb did not attach to $1"
    fi
    wait "$pid" || true
    awk 'END { printf "%.3f\n", $1 + $2 }' "$work/time" >>"$work/$1.$2"
    awk 'END { print $1 }' "$work/time" >>"$work/$1.$2.user"
    awk 'END { print $2 }' "$work/time" >>"$work/$1.$2.system"
    grep -oE '; [0-9]+ instructions' "$work/log" | tail -n 1 | tr -dc '0-9' >"$work/$1.$2.instructions"
}

titles() {
    case $1 in
        debian) echo "Debian at EL2, which stays there" ;;
        xen) echo "Xen with dom0 to GUEST-UP" ;;
        kvm) echo "Debian as the host of KVM, its guest to the end" ;;
    esac
}

for ((n = 1; n <= runs; n++)); do
    for guest in debian xen kvm; do
        ways=(on off)
        [ $((n % 2)) = 1 ] || ways=(off on)
        for way in "${ways[@]}"; do
            printf 'bench: traps, run %d of %d, %s %s\n' "$n" "$runs" "$guest" "$way" >&2
            measure "$guest" "$way"
        done
        cmp -s "$work/$guest.on.instructions" "$work/$guest.off.instructions" || fail "$guest: the log changes the run"
    done
done

least() { awk '{ printf "%.3f", $1 + $2 }' <<<"$(sort -n "$1.user" | head -n 1) $(sort -n "$1.system" | head -n 1)"; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%.3f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
printf '| Guest | log off, least | log on, least | cost | medians | instructions |\n|---|---:|---:|---:|---:|---:|\n'
for guest in debian xen kvm; do
    awk -v title="$(titles "$guest")" -v off="$(least "$work/$guest.off")" -v on="$(least "$work/$guest.on")" -v moff="$(median "$work/$guest.off")" \
        -v mon="$(median "$work/$guest.on")" -v count="$(cat "$work/$guest.on.instructions")" \
        'BEGIN { printf "| %s | %.3f s | %.3f s | **%+.1f %%** | %.3f s, %.3f s | %s |\n", title, off, on, (on / off - 1) * 100, moff, mon, count }'
done
