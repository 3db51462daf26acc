# The two sides of a measurement, "ours" and "qemu", with equal machines. Sourced by scripts/bench.sh, which sets
# gdbhost, engine_option, guests, work.

qemu=qemu-system-aarch64

# What more the board has, in words that both sides know: ",KEY=VALUE".
board=

# start SIDE EL2 CPUS MEMORY CONSOLE [OPTION...]: replaces the shell; the options are those of the side.
start() {
    local side=$1 el2=$2 cpus=$3 memory=$4 console=$5
    shift 5
    case $side in
        ours) exec "$gdbhost" run "${engine_option[@]}" --machine "virt,gic=2,el2=$el2$board" --cpu cortex-a53 --smp "$cpus" \
            --memory "$memory" --serial "$console" --log info "$@" ;;
        qemu) exec "$qemu" -M "virt,gic-version=2,virtualization=$el2$board" -cpu cortex-a53 -smp "$cpus" -m "$memory" \
            -nic none -display none -monitor none -serial "$console" "$@" ;;
    esac
}

# at SIDE FILE ADDRESS: sets "placed", the options that put a file into memory.
at() {
    case $1 in
        ours) placed=(--load "$2@$3") ;;
        qemu) placed=(-device "loader,file=$2,addr=$3,force-raw=on") ;;
    esac
}

quietly() { (start "$@") >"$work/$1.log" 2>&1 </dev/null; }

# run SIDE ARGUMENTS-OF-START: to the end; sets user, system and cpu (their sum), seconds of the whole process,
# console (a file) and, for ours, instructions (empty if the log has no count).
run() {
    local side=$1 el2=$2 cpus=$3 memory=$4 gdb=()
    shift 4
    [ "$side" = qemu ] || gdb=(--gdb none)
    console=$work/$side.console
    rm -f "$console"
    local TIMEFORMAT='%3U %3S'
    { time quietly "$side" "$el2" "$cpus" "$memory" "file:$console" "${gdb[@]}" "$@"; } 2>"$work/time" || {
        cat "$work/$side.log" >&2
        fail "$side ended with an error: $*"
    }
    if [ "$side" = ours ]; then
        instructions=$(grep -oE '; [0-9]+ instructions' "$work/ours.log" | tail -n 1 | tr -dc '0-9' || true)
    fi
    read -r user system < <(tail -n 1 "$work/time")
    cpu=$(awk '{ printf "%.3f", $1 + $2 }' <<<"$user $system")
}

# The options that boot Debian. debian SIDE APPEND: sets "booted".
debian() {
    local folder=$guests/debian dash=-
    [ "$1" = qemu ] || dash=--
    booted=("${dash}kernel" "$folder/vmlinuz" "${dash}initrd" "$folder/initramfs.cpio.gz" "${dash}append" "$2")
}

# reached TEXT: the guest said it.
reached() { grep -qa "^$1" "$console" || fail "the guest did not reach $1; its console: $(tail -n 5 "$console")"; }

# record_run SIDE VARIANT: CPU seconds and, for ours, the guest's instructions.
record_run() {
    record "$1" "$2" "$cpu"
    [ "$1" != ours ] || [ -z "$instructions" ] || record ours "$2.instructions" "$instructions"
}

# record_parts SIDE VARIANT: as record_run, for a figure that is a difference of runs: user and system time, each for itself.
record_parts() {
    record_run "$1" "$2"
    record "$1" "$2.user" "$user"
    record "$1" "$2.system" "$system"
}

# boot SIDE CPUS EL2: CPU seconds to the power-off directly after GUEST-UP.
boot() {
    debian "$1" "console=ttyAMA0 nokaslr GUEST_STOP=up"
    run "$1" "$3" "$2" 1G "${booted[@]}"
    reached GUEST-UP
    record_run "$1" cpu
}

# read_disk SIDE CPUS EL2 DEVICE [PREFIX]: sets cpu to the CPU seconds for reading a disk that the host has in its cache, without those of a
# boot to the same point. Records the parts of both, if there is a prefix.
read_disk() {
    local dash=- image=$work/disk.img drive without=
    [ "$1" = qemu ] || dash=--
    [ -e "$image" ] || head -c 300M /dev/urandom >"$image"
    drive=("${dash}drive" "file=$image,if=none,id=hd0,format=raw,readonly=on" "${dash}device" "$4,drive=hd0")
    for what in none bench; do
        booted=("${dash}kernel" "$guests/debian/vmlinuz" "${dash}initrd" "$cache/built/virtio/debian.cpio.gz"
            "${dash}append" "console=ttyAMA0 nokaslr DO=$what")
        run "$1" "$3" "$2" 1G "${booted[@]}" "${drive[@]}"
        reached GUEST-DONE
        [ -z "${5:-}" ] || record_parts "$1" "$5.$what"
        without=${without:-$cpu}
    done
    cpu=$(awk -v with="$cpu" -v without="$without" 'BEGIN { printf "%.3f", with - without }')
    instructions=
}

# disk SIDE CPUS EL2: that of a disk on virtio-mmio.
disk() {
    read_disk "$1" "$2" "$3" virtio-blk-device
    record_run "$1" cpu
}

# smmu SIDE CPUS EL2: that of a disk on PCI, with the SMMU in terms of without; the kernel unmaps each request (strict).
smmu() {
    local without
    read_disk "$1" "$2" "$3" virtio-blk-pci-non-transitional without
    without=$cpu
    board=,iommu=smmuv3
    read_disk "$1" "$2" "$3" virtio-blk-pci-non-transitional,iommu_platform=on with
    board=
    record "$1" cost "$(awk -v with="$cpu" -v without="$without" 'BEGIN { printf "%.2f", with / without }')"
}

# network SIDE CPUS EL2 send|receive: CPU seconds for 256 MiB over TCP between the guest and a program on the host, by a virtio card on the
# user network, without those of a boot that ends when the card has its address. The program's own are not in it.
network() {
    local dash=- bytes=$((256 << 20)) peer=receive port card without what
    [ "$1" = qemu ] || dash=--
    [ "$4" = send ] || peer=send
    card=("${dash}netdev" user,id=n0 "${dash}device" virtio-net-pci,netdev=n0)
    [ "$1" != qemu ] || card[3]+=,romfile=
    for what in dhcp "dhcp,$4"; do
        exec 3< <(exec tests/Bench/net-peer.py "$peer" "$bytes" 2>&1)
        local pid=$!
        read -r port <&3
        booted=("${dash}kernel" "$guests/debian/vmlinuz" "${dash}initrd" "$cache/built/virtio/debian.cpio.gz"
            "${dash}append" "console=ttyAMA0 nokaslr PORT=$port BYTES=$bytes DO=$what")
        run "$1" "$3" "$2" 1G "${booted[@]}" "${card[@]}"
        kill "$pid" 2>/dev/null || true
        exec 3<&-
        reached GUEST-DONE
        [ "$what" = dhcp ] || reached STREAMED
        without=${without:-$cpu}
    done
    cpu=$(awk -v with="$cpu" -v without="$without" 'BEGIN { printf "%.3f", with - without }')
    instructions=
    record_run "$1" cpu
}

# The device tree that names dom0's kernel and ramdisk: Xen's docs/misc/arm/device-tree/booting.txt.
xen_tree() {
    local tree=$work/xen.dtb
    [ ! -e "$tree" ] || return 0
    "$gdbhost" dtb --machine virt,gic=2,el2=on --memory 1G --output "$tree"
    fdtput -t s "$tree" /chosen xen,xen-bootargs "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0"
    xen_module "$tree" kernel 4a000000 "$guests/debian/vmlinuz"
    xen_module "$tree" ramdisk 4e000000 "$guests/debian/initramfs.cpio.gz"
    fdtput -t s "$tree" /chosen/module@4a000000 bootargs "console=hvc0 GUEST_STOP=up"
}
xen_module() {
    local node=/chosen/module@$3
    fdtput -c "$1" "$node"
    fdtput -t s "$1" "$node" compatible "multiboot,$2" multiboot,module
    fdtput -t x "$1" "$node" reg 0 "$3" 0 "$(printf %x "$(stat -L -c %s "$4")")"
}

# xen SIDE CPUS EL2: CPU seconds to dom0's power-off directly after GUEST-UP.
xen() {
    local dash=-
    [ "$1" = qemu ] || dash=--
    xen_tree
    local options=("${dash}kernel" "$guests/xen/xen" "${dash}dtb" "$work/xen.dtb")
    at "$1" "$guests/debian/vmlinuz" 0x4a000000
    options+=("${placed[@]}")
    at "$1" "$guests/debian/initramfs.cpio.gz" 0x4e000000
    run "$1" "$3" "$2" 1G "${options[@]}" "${placed[@]}"
    reached GUEST-UP
    record_run "$1" cpu
}

# kernel SIDE UNITS EL2 NAME: CPU seconds with all units, and with none.
kernel() {
    local units dash=-
    [ "$1" = qemu ] || dash=--
    for units in "$2" 0; do
        printf '%s %s\n' "$4" "$units" >"$work/parameters"
        at "$1" "$work/parameters" 0x48000000
        run "$1" "$3" 1 512M "${dash}kernel" "$elf" "${placed[@]}"
        reached "BENCH $4 $units "
        cp "$console" "$work/$1.$units.result"
        record_parts "$1" "$units"
    done
    same_result "$4" "$2"
    same_result "$4" 0
}
same_result() {
    local ours=$work/ours.$2.result theirs=$work/qemu.$2.result
    [ -e "$ours" ] && [ -e "$theirs" ] || return 0
    cmp -s "$ours" "$theirs" || fail "$1: results differ; ours: $(cat "$ours"); QEMU: $(cat "$theirs")"
    rm "$ours" "$theirs"
}

now() { echo "${EPOCHREALTIME/./}"; }

# attach SIDE CPUS EL2: milliseconds from the launch, stopped at the first instruction, to the answer to gdb's "?".
attach() {
    local port=$((20000 + RANDOM % 20000)) reply begin pid gdb
    debian "$1" "console=ttyAMA0"
    case $1 in
        ours) gdb=(--gdb "127.0.0.1:$port" --wait) ;;
        qemu) gdb=(-gdb "tcp:127.0.0.1:$port" -S) ;;
    esac
    begin=$(now)
    (start "$1" "$3" "$2" 1G "file:$work/$1.console" "${gdb[@]}" "${booted[@]}") >"$work/$1.log" 2>&1 </dev/null &
    pid=$!
    until { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/$1.log" >&2; fail "$1 ended before it listened"; }
        sleep 0.001
    done
    printf '$?#3f' >&3
    IFS= read -r -t 20 -d '#' -u 3 reply || fail "$1 does not answer gdb"
    record "$1" wall "$((($(now) - begin) / 1000))"
    exec 3>&-
    kill "$pid"
    wait "$pid" 2>/dev/null || true
}

# memory SIDE CPUS EL2: resident MiB at GUEST-UP and at GUEST-DONE, and the most up to there.
memory() {
    local line pid
    debian "$1" "console=ttyAMA0 nokaslr"
    [ -p "$work/pipe" ] || mkfifo "$work/pipe"
    local gdb=()
    [ "$1" = qemu ] || gdb=(--gdb none)
    (start "$1" "$3" "$2" 1G stdio "${gdb[@]}" "${booted[@]}") >"$work/pipe" 2>"$work/$1.log" </dev/null &
    pid=$!
    console=$work/$1.console
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
            GUEST-UP*) resident "$1" "$pid" VmRSS at-up ;;
            GUEST-DONE*) resident "$1" "$pid" VmRSS at-done; resident "$1" "$pid" VmHWM peak ;;
        esac
    done <"$work/pipe" >"$console"
    wait "$pid" || fail "$1 ended with an error"
    reached GUEST-DONE
}
resident() { record "$1" "$4" "$(awk -v field="$3:" '$1 == field { printf "%.1f", $2 / 1024 }' "/proc/$2/status")"; }
