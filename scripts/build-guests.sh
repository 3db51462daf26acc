#!/usr/bin/env bash
# Builds our own guests for the end-to-end tests into $GDBHOST_CACHE/built, or .cache/built in the repository.
#
#   scripts/build-guests.sh
#
# built/semihosting/  semihosting.elf (tests/Guests/semihosting)
# built/securegic/    securegic.elf (tests/Guests/securegic)
# built/smmu/         smmu.elf (tests/Guests/smmu)
# built/worlds/       worlds.elf (tests/Guests/worlds)
# built/report/       report.elf, report.bin, echo.elf (tests/Guests/report)
# built/situation1/   too-small.elf, ecam-unmapped.elf, reported.elf, fixed.elf, guest.dtb (tests/Guests/situation1)
# built/bench/        bench.elf (tests/Bench/Guests)
# built/virtio/       debian.cpio.gz, cloud.cpio.gz: the kernels' initramfs with the init of tests/Guests/virtio
# built/kvm/          kvm.cpio.gz, kernel.img, initrd.img: a machine monitor for /dev/kvm, its guest on two disks (tests/Guests/kvm)
# built/vfio/         vfio.cpio.gz: the initramfs with VFIO's modules and a program that drives a device by them (tests/Guests/vfio)
# built/lockstep/     one ELF for each program of tests/Guests/lockstep
set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${GDBHOST_CACHE:-$repository/.cache}
cross=${CROSS_COMPILE:-aarch64-linux-gnu-}

fail() { printf 'build-guests: %s\n' "$*" >&2; exit 1; }
for tool in "${cross}gcc" dtc flock cpio gzip; do
    command -v "$tool" >/dev/null || fail "'$tool' is missing; scripts/test.sh installs what is needed on Debian 12"
done
initramfs=$cache/guests/debian/initramfs.cpio.gz
[ -f "$initramfs" ] || fail "$initramfs is missing: run scripts/fetch-guests.sh first"

mkdir -p "$cache/built"
exec 9>"$cache/built.lock"
flock 9

# Bare-metal code for EL2 and below: no unaligned access, for its MMU is off; no library.
bare=("${cross}gcc" -std=gnu11 -O1 -g -Wall -Wextra -Werror -march=armv8-a -mgeneral-regs-only -mstrict-align -ffreestanding -fno-pic
    -fno-stack-protector -fno-asynchronous-unwind-tables -nostdlib -static
    -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wa,--fatal-warnings)

# bare_metal FOLDER LINKER-SCRIPT OUTPUT SOURCE...: a program for the machine itself, built in its folder.
bare_metal() {
    local folder=$1 script=$2 output=$3
    shift 3
    mkdir -p "$(dirname "$output")"
    (
        cd "$folder"
        "${bare[@]}" -fdebug-prefix-map="$folder=${folder#"$repository/"}" -Wl,-T,"$script" "$@" -o "$output.new"
        mv "$output.new" "$output"
    )
}
bare_metal "$repository/tests/Guests/semihosting" program.ld "$cache/built/semihosting/semihosting.elf" start.S main.c
bare_metal "$repository/tests/Guests/securegic" securegic.ld "$cache/built/securegic/securegic.elf" start.S program.c
bare_metal "$repository/tests/Guests/smmu" smmu.ld "$cache/built/smmu/smmu.elf" \
    start.S board.c driver.c exerciser.c edu.c stages.c stalls.c ats.c queues.c records.c main.c
bare_metal "$repository/tests/Guests/worlds" worlds.ld "$cache/built/worlds/worlds.elf" start.S console.c monitor.c hypervisor.c kernel.c

# hypervisor NAME -DIPA_BITS=.. -DECAM_MAPPED=.. -DREGISTERS_PRESERVED=..
hypervisor() {
    local name=$1
    shift
    bare_metal "$situation1" hypervisor.ld "$out/$name.elf" "$@" boot.S main.c stage2.c report.c uart.c
}

situation1=$repository/tests/Guests/situation1
out=$cache/built/situation1
mkdir -p "$out"
hypervisor too-small -DIPA_BITS=32 -DECAM_MAPPED=0 -DREGISTERS_PRESERVED=0
hypervisor ecam-unmapped -DIPA_BITS=40 -DECAM_MAPPED=0 -DREGISTERS_PRESERVED=0
hypervisor reported -DIPA_BITS=40 -DECAM_MAPPED=0 -DREGISTERS_PRESERVED=1
hypervisor fixed -DIPA_BITS=40 -DECAM_MAPPED=1 -DREGISTERS_PRESERVED=1

initrd_end=$(printf '0x%x' $((0x89000000 + $(stat -L -c %s "$initramfs"))))
"${cross}gcc" -E -P -nostdinc -undef -x assembler-with-cpp -DINITRD_END="$initrd_end" "$situation1/guest.dts" \
    | dtc -q -I dts -O dtb -o "$out/guest.dtb.new" -
mv "$out/guest.dtb.new" "$out/guest.dtb"
printf 'build-guests: %s\n' "$out"

mkdir -p "$cache/built/bench"
"$repository/tests/Bench/Guests/build.sh" "$cache/built/bench/bench.elf"
printf 'build-guests: %s\n' "$cache/built/bench"

# A later archive's files take the place of an earlier one's (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
out=$cache/built/virtio
mkdir -p "$out"
layers=$(mktemp -d "$cache/layer.XXXXXX")
trap 'rm -rf "$layers"' EXIT
layer=$layers/virtio
mkdir "$layer"
install -m 755 "$repository/tests/Guests/virtio/init" "$layer/init"
mkdir "$layer/bin"
"${cross}gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -nostdlib -static \
    -Wl,--build-id=none -Wa,--fatal-warnings "$repository/tests/Guests/virtio/stream.c" -o "$layer/bin/stream"
touch -d @0 "$layer/init" "$layer/bin/stream"
for flavor in debian cloud; do
    (cat "$cache/guests/$flavor/initramfs.cpio.gz"
        cd "$layer" && printf '%s\n' init bin/stream | cpio --quiet -o -H newc --reproducible -R 0:0 | gzip -9n) >"$out/$flavor.cpio.gz.new"
    mv "$out/$flavor.cpio.gz.new" "$out/$flavor.cpio.gz"
done
printf 'build-guests: %s\n' "$out"

kvm=$repository/tests/Guests/kvm
out=$cache/built/kvm
layer=$layers/kvm
mkdir -p "$out" "$layer"
"${cross}gcc" -std=gnu11 -O1 -Wall -Wextra -Werror -static -pthread "$kvm"/{vmm,uart,gic}.c -o "$layer/vmm"
"${cross}strip" "$layer/vmm"
install -m 755 "$kvm/init" "$layer/kvm-init"
initrd_end=$(printf '0x%x' $((0x88000000 + $(stat -L -c %s "$initramfs"))))
for version in 2 3; do
    "${cross}gcc" -E -P -nostdinc -undef -x assembler-with-cpp -DGIC="$version" -DINITRD_END="$initrd_end" "$kvm/guest.dts" \
        | dtc -q -I dts -O dtb -o "$layer/guest-gicv$version.dtb" -
done
find "$layer" -exec touch -d @0 {} +
(cat "$initramfs"
    cd "$layer" && find . -type f | sort | cpio --quiet -o -H newc --reproducible -R 0:0 | gzip -9n) >"$out/kvm.cpio.gz.new"
mv "$out/kvm.cpio.gz.new" "$out/kvm.cpio.gz"
# Disks are whole sectors.
cp -L --no-preserve=mode "$cache/guests/debian/vmlinuz" "$out/kernel.img.new"
cp -L --no-preserve=mode "$initramfs" "$out/initrd.img.new"
truncate -s %512 "$out"/{kernel,initrd}.img.new
for disk in kernel initrd; do mv "$out/$disk.img.new" "$out/$disk.img"; done
printf 'build-guests: %s\n' "$out"

vfio=$repository/tests/Guests/vfio
out=$cache/built/vfio
layer=$layers/vfio
mkdir -p "$out" "$layer/bin"
"${cross}gcc" -std=gnu11 -O1 -Wall -Wextra -Werror -static "$vfio"/{main,vfio,log,exerciser,edu}.c -o "$layer/bin/vfio"
"${cross}strip" "$layer/bin/vfio"
install -m 755 "$vfio/init" "$layer/vfio-init"
cp -r "$cache/guests/debian/vfio" "$layer/vfio"
find "$layer" -exec touch -d @0 {} +
(cat "$initramfs"
    cd "$layer" && find bin/vfio vfio vfio-init | sort | cpio --quiet -o -H newc --reproducible -R 0:0 | gzip -9n) >"$out/vfio.cpio.gz.new"
mv "$out/vfio.cpio.gz.new" "$out/vfio.cpio.gz"
printf 'build-guests: %s\n' "$out"

lockstep=$repository/tests/Guests/lockstep
out=$cache/built/lockstep
for source in "$lockstep"/*.c; do
    name=$(basename "$source" .c)
    [ "$name" != harness ] || continue
    bare_metal "$lockstep" lockstep.ld "$out/$name.elf" start.S harness.c "$name.c"
done
printf 'build-guests: %s\n' "$out"

# The command-line tests know these addresses.
report=$repository/tests/Guests/report
out=$cache/built/report
mkdir -p "$out"
for name in report echo; do
    "${cross}gcc" -nostdlib -static -Wl,--build-id=none -Wl,-Ttext=0x41000000 -Wl,--no-warn-rwx-segments -Wa,--fatal-warnings \
        -DPEEK=0x48000000 -DCOUNTER=0x46000000 "$report/$name.S" -o "$out/$name.elf.new"
    mv "$out/$name.elf.new" "$out/$name.elf"
done
"${cross}objcopy" -O binary "$out/report.elf" "$out/report.bin.new"
mv "$out/report.bin.new" "$out/report.bin"
printf 'build-guests: %s\n' "$out"
