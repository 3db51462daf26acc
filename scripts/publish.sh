#!/usr/bin/env bash
# Publishes gdbhost into artifacts/publish: Release, one native program compiled ahead of time, which needs no .NET runtime.
#
#   scripts/publish.sh [RID]        default: this host's, such as linux-x64
#
# For x86-64 it is compiled for processors with AVX2 (x86-64-v3), which the translator needs anyway, unless this host has none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case $(uname -m) in
    x86_64) host=linux-x64 ;;
    aarch64) host=linux-arm64 ;;
    *) host= ;;
esac
rid=${1:-$host}
[ -n "$rid" ] || { echo "publish: no runtime identifier for $(uname -m); name one, such as linux-x64" >&2; exit 2; }
command -v gcc >/dev/null || { echo "publish: gcc is missing, which links the program; scripts/install-tools.sh installs it" >&2; exit 2; }

processor=()
if [ "$rid" = linux-x64 ] && { [ "$host" != linux-x64 ] || grep -qw avx2 /proc/cpuinfo; }; then
    processor=(-p:IlcInstructionSet=x86-64-v3)
fi

rm -rf artifacts/publish
dotnet publish -c Release -v q -nologo -clp:ErrorsOnly src/GdbStub \
    -r "$rid" -p:PublishAot=true "${processor[@]}" -o artifacts/publish
echo "publish: artifacts/publish/gdbhost"
