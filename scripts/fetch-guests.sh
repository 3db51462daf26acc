#!/usr/bin/env bash
# Brings the real guests (Debian arm64 kernels, Xen, busybox) and builds their initramfs.
#
#   scripts/fetch-guests.sh [--refresh]
#
# Everything goes to $GDBHOST_CACHE/guests, or .cache/guests in the repository:
#   debian/ cloud/     vmlinuz (an arm64 Image with an EFI stub), config, version, initramfs.cpio.gz, modules/
#   debian/dtbs/       the device trees of the kernel package
#   debian/vfio/       the modules of VFIO, in no initramfs
#   xen/xen            Xen 4.17 (an arm64 Image)
#   busybox/busybox    the static arm64 busybox
#   wanted             the modules that were asked for
#   SHA256SUMS         what every later run checks; while it holds, and the same modules are asked for, nothing is downloaded
# --refresh takes newer packages if there are any.
set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${GDBHOST_CACHE:-$repository/.cache}
guests=$cache/guests
init=$repository/tests/Guests/initramfs/init
wanted_modules=(virtio_pci virtio_mmio virtio_blk virtio_net virtio_console virtio_rng nvme e1000e)
vfio_modules=(vfio vfio_iommu_type1 vfio_pci)

say() { printf 'fetch-guests: %s\n' "$*"; }
fail() { printf 'fetch-guests: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Packages ------------------------------------------------------------------------------------------

# The newest kernel package of one flavor ("arm64" or "cloud-arm64") that apt knows.
newest_kernel() {
    apt-cache pkgnames linux-image-6.1.0- | { grep -E "^linux-image-6\.1\.0-[0-9]+-$1-unsigned(:arm64)?\$" || true; } \
        | sed 's/:arm64$//' | sort -V | tail -n 1
}

known_to_apt() { apt-cache show --no-all-versions "$1:arm64" >/dev/null 2>&1; }

let_apt_know() {
    if [ "$(dpkg --print-architecture)" != arm64 ] && ! dpkg --print-foreign-architectures | grep -qx arm64; then
        say "dpkg --add-architecture arm64"
        as_root dpkg --add-architecture arm64
        as_root apt-get update -q
    elif [ -n "$refresh" ] || [ -z "$(newest_kernel arm64)" ] || ! known_to_apt xen-hypervisor-4.17-arm64 \
        || ! known_to_apt busybox-static; then
        as_root apt-get update -q
    fi
}

# Downloads one arm64 package and unpacks it to $work/<package>; apt checks its hash against the signed index.
unpack() {
    local package=$1
    (
        mkdir -p "$work/debs/$package"
        cd "$work/debs/$package"
        apt-get download -q "$package:arm64" 2>"$work/apt.log" || {
            as_root apt-get update -q # an index older than the archive names files that are gone
            apt-get download -q "$package:arm64" 2>"$work/apt.log" || { cat "$work/apt.log" >&2; exit 1; }
        }
        dpkg -x ./*.deb "$work/$package"
        basename -- *.deb >>"$work/packages"
    )
}

# Kernel modules --------------------------------------------------------------------------------------

# The file of a module; '-' and '_' are the same letter in module names.
module_file() {
    find "$1" -name "$(printf '%s' "$2" | sed 's/[-_]/[-_]/g').ko" | head -n 1
}

# Appends a module's file to $module_order after everything it depends on. The package carries no modules.dep
# (depmod runs at installation); the .modinfo section of each module names the same dependencies.
place_module() {
    local tree=$1 name=$2 file dependency
    file=$(module_file "$tree" "$name")
    [ -n "$file" ] || return 0 # built into this kernel, or not made for it
    case " ${module_order[*]-} " in *" $file "*) return 0 ;; esac
    for dependency in $(grep -az -o '^depends=.*' "$file" | tr -d '\0' | sed 's/^depends=//' | tr ',' ' '); do
        place_module "$tree" "$dependency"
    done
    module_order+=("$file")
}

# take_modules TREE FOLDER MODULE...: the files of modules and of what they depend on, and "order", in which they are loaded.
take_modules() {
    local tree=$1 folder=$2 file module
    shift 2
    mkdir -p "$folder"
    module_order=()
    for module in "$@"; do place_module "$tree" "$module"; done
    : >"$folder/order"
    for file in "${module_order[@]}"; do
        cp "$file" "$folder/"
        basename "$file" >>"$folder/order"
    done
}

take_kernel() {
    local flavor=$1 package=$2 root
    root=$work/$package
    mkdir -p "$work/new/$flavor"
    cp "$root"/boot/vmlinuz-* "$work/new/$flavor/vmlinuz"
    cp "$root"/boot/config-* "$work/new/$flavor/config"
    basename "$root"/boot/vmlinuz-* | sed 's/^vmlinuz-//' >"$work/new/$flavor/version"
    take_modules "$root/lib/modules" "$work/new/$flavor/modules" "${wanted_modules[@]}"
}

# Initramfs -------------------------------------------------------------------------------------------

# The same bytes for the same input: sorted names, fixed times, owner 0:0, no device numbers, no gzip name.
build_initramfs() {
    local flavor=$1 tree
    tree=$work/tree-$flavor
    mkdir -p "$tree"/{bin,dev,proc,sys,modules}
    cp "$init" "$tree/init"
    cp "$2/busybox/busybox" "$tree/bin/busybox"
    for applet in sh mount cat insmod poweroff; do ln -s busybox "$tree/bin/$applet"; done
    cp "$2/$flavor/modules"/* "$tree/modules/"
    chmod -R u=rwX,go=rX "$tree"
    chmod 755 "$tree/init" "$tree/bin/busybox"
    find "$tree" -exec touch -h -d @0 {} +
    (cd "$tree" && find . | sort | cpio --quiet -o -H newc --reproducible -R 0:0) | gzip -9n >"$2/$flavor/initramfs.cpio.gz.new"
    mv "$2/$flavor/initramfs.cpio.gz.new" "$2/$flavor/initramfs.cpio.gz"
}

write_sums() {
    (cd "$1" && find . -type f ! -name SHA256SUMS ! -name '*.new' | sort | xargs -d '\n' sha256sum >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS)
}

wanted() { printf '%s\n' "${wanted_modules[*]}" "vfio: ${vfio_modules[*]}"; }

holds() {
    wanted | cmp -s - "$guests/wanted" && [ -f "$guests/SHA256SUMS" ] && (cd "$guests" && sha256sum --quiet -c SHA256SUMS >/dev/null 2>&1)
}

# -------------------------------------------------------------------------------------------------------

refresh=
case ${1-} in
    '') ;;
    --refresh) refresh=yes ;;
    *) fail "unknown option '$1'; usage: scripts/fetch-guests.sh [--refresh]" ;;
esac
for tool in apt-get dpkg cpio gzip sha256sum flock; do
    command -v "$tool" >/dev/null || fail "'$tool' is missing; scripts/test.sh installs what is needed on Debian 12"
done

mkdir -p "$guests"
exec 9>"$cache/guests.lock"
flock 9
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ -z "$refresh" ] && holds; then
    if ! cmp -s "$init" "$guests/init"; then
        say "the initramfs changed: building it again"
        for flavor in debian cloud; do build_initramfs "$flavor" "$guests"; done
        cp "$init" "$guests/init"
        write_sums "$guests"
    fi
    say "$(cat "$guests/debian/version"), $(cat "$guests/cloud/version") in $guests: unchanged"
    exit 0
fi

let_apt_know
debian=$(newest_kernel arm64)
cloud=$(newest_kernel cloud-arm64)
[ -n "$debian" ] && [ -n "$cloud" ] || fail "apt knows no linux-image-6.1.0-*-arm64-unsigned; Debian 12 (bookworm) sources are needed"
for package in "$debian" "$cloud" xen-hypervisor-4.17-arm64 busybox-static; do
    say "$package"
    unpack "$package"
done

mkdir -p "$work/new"/{debian/dtbs,xen,busybox}
cp "$work/busybox-static/bin/busybox" "$work/new/busybox/busybox"
cp "$work/xen-hypervisor-4.17-arm64/boot/xen-4.17-arm64" "$work/new/xen/xen"
cp -r "$work/$debian/usr/lib"/linux-image-*/. "$work/new/debian/dtbs/"
take_kernel debian "$debian"
take_kernel cloud "$cloud"
take_modules "$work/$debian/lib/modules" "$work/new/debian/vfio" "${vfio_modules[@]}"
for flavor in debian cloud; do build_initramfs "$flavor" "$work/new"; done
cp "$init" "$work/new/init"
cp "$work/packages" "$work/new/packages"
wanted >"$work/new/wanted"
write_sums "$work/new"
rm -rf "$guests"
mv "$work/new" "$guests"
say "$(cat "$guests/debian/version"), $(cat "$guests/cloud/version") in $guests"
