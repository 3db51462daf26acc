#!/usr/bin/env bash
# Builds Trusted Firmware-A for QEMU's virt board from Debian's source package, whose binary package leaves that board out.
#
#   scripts/build-firmware.sh [--refresh]
#
# $GDBHOST_CACHE/built/tf-a, or .cache/built/tf-a in the repository:
#   bl1.bin            goes into the first flash bank
#   bl2.bin bl31.bin   are loaded by BL1 and BL2 by semihosting, as is bl33.bin: an arm64 Image
#   gicv3/             the same for a board with a GICv3
# The build is for a core without AArch32 (CTX_INCLUDE_AARCH32_REGS=0), and BL33 is entered as a Linux kernel.
set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${GDBHOST_CACHE:-$repository/.cache}/built/tf-a
cross=${CROSS_COMPILE:-aarch64-linux-gnu-}
package=arm-trusted-firmware
keys=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { printf 'build-firmware: %s\n' "$*" >&2; exit 1; }
for tool in "${cross}gcc" make xz flock; do
    command -v "$tool" >/dev/null || fail "'$tool' is missing; scripts/test.sh installs what is needed on Debian 12"
done

mkdir -p "$out"
exec 9>"$out.lock"
flock 9
[ "${1-}" = --refresh ] || [ ! -f "$out/gicv3/bl31.bin" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# apt with lists of its own, so that no source of the computer changes. It checks every hash against the signed index.
mkdir -p "$work"/apt/{parts,lists/partial,cache/archives/partial}
archive=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main' | head -n 1)
[ -n "$archive" ] || fail "apt knows no archive of Debian 12 (bookworm, main); add one to its sources"
printf 'Types: deb-src\nURIs: %s\nSuites: bookworm\nComponents: main\nSigned-By: %s\n' "$archive" "$keys" \
    >"$work/apt/parts/debian.sources"
private_apt() {
    apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/apt/parts" -o Dir::State::Lists="$work/apt/lists" \
        -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@" >>"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; exit 1; }
}
cd "$work"
private_apt update
private_apt source --download-only "$package"
mkdir source
tar -C source --strip-components=1 -xf "$package"_*.orig.tar.xz

# firmware DRIVER FOLDER: the driver is that of the GIC.
firmware() {
    # The message of the linker about writable code is an error to this makefile, and newer than it.
    make -s -C source PLAT=qemu CROSS_COMPILE="$cross" LD="${cross}ld.bfd --no-warn-rwx-segments" DEBUG=0 LOG_LEVEL=40 \
        BUILD_BASE="$work/$1" BUILD_STRING=debian BUILD_MESSAGE_TIMESTAMP='"of Debian"' QEMU_USE_GIC_DRIVER="$1" \
        ARM_LINUX_KERNEL_AS_BL33=1 CTX_INCLUDE_AARCH32_REGS=0 bl1 bl2 bl31 >"$work/make.log" 2>&1 || { cat "$work/make.log" >&2; exit 1; }
    mkdir -p "$2"
    cp "$work/$1"/qemu/release/bl1.bin "$work/$1"/qemu/release/bl2.bin "$2/"
    cp "$work/$1/qemu/release/bl31.bin" "$2/bl31.bin.new"
    mv "$2/bl31.bin.new" "$2/bl31.bin"
}
firmware QEMU_GICV2 "$out"
firmware QEMU_GICV3 "$out/gicv3"
printf 'build-firmware: %s\n' "$out"
