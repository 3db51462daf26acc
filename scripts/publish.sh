#!/usr/bin/env bash
# Publishes gdbhost into artifacts/publish: Release, compiled ahead of time (ReadyToRun), needs the .NET runtime.
#
#   scripts/publish.sh [RID]        default: this host's, such as linux-x64
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case $(uname -m) in
    x86_64) host=linux-x64 ;;
    aarch64) host=linux-arm64 ;;
    *) host= ;;
esac
rid=${1:-$host}
[ -n "$rid" ] || { echo "publish: no runtime identifier for $(uname -m); name one, such as linux-x64" >&2; exit 2; }

rm -rf artifacts/publish
dotnet publish -c Release -v q -nologo -clp:ErrorsOnly src/GdbStub \
    -r "$rid" --no-self-contained -p:PublishReadyToRun=true -o artifacts/publish
echo "publish: artifacts/publish/gdbhost"
