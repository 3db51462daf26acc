#!/usr/bin/env bash
# Installs with apt (as root, or by sudo) what the tests need and is missing. Debian 12.
set -euo pipefail

# program:package
needed=(
    gdb-multiarch:gdb-multiarch
    lldb:lldb
    python3:python3
    aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu
    qemu-aarch64:qemu-user
    qemu-system-aarch64:qemu-system-arm
    qemu-img:qemu-utils
    dtc:device-tree-compiler
    cpio:cpio
    gzip:gzip
    flock:util-linux
    make:make
    gcc:gcc
    xz:xz-utils
    script:bsdutils
    mformat:mtools
    chromium:chromium
)
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
for entry in "${needed[@]}"; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
done
# The linker's start files, for scripts/publish.sh.
[ -e "/usr/lib/$(uname -m)-linux-gnu/crt1.o" ] || missing+=(libc6-dev)
# The C library for guests that run under qemu-aarch64.
[ -e /usr/aarch64-linux-gnu/lib/libc.a ] || missing+=(libc6-dev-arm64-cross)
# Firmware that the tests start as QEMU's users do.
[ -e /usr/lib/u-boot/qemu_arm64/u-boot.bin ] || missing+=(u-boot-qemu)
[ -e /usr/share/AAVMF/AAVMF_CODE.fd ] || missing+=(qemu-efi-aarch64)
[ ${#missing[@]} -gt 0 ] || exit 0

printf 'install-tools: %s\n' "${missing[*]}"
as_root apt-get update -q
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
