#!/usr/bin/env bash
# Builds everything, Release. Further arguments go to dotnet build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec dotnet build -c Release -nologo GdbHost.sln "$@"
