#!/usr/bin/env bash
# Installs what is missing, fetches and builds the guests, builds Release, runs every test.
# The last line is "N passed, N failed, N skipped". Under CI=true what is missing is a failure, never a skip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# prepare SCRIPT: outside CI a computer without apt or network still runs the tests it can.
prepare() {
    if ! "$1"; then
        [ "${CI-}" != true ] || { printf 'test: %s failed\n' "$1" >&2; exit 1; }
        printf 'test: %s failed; tests that need it are skipped\n' "$1" >&2
    fi
}

prepare scripts/install-tools.sh
prepare scripts/fetch-guests.sh
prepare scripts/build-guests.sh
prepare scripts/build-firmware.sh
dotnet build -c Release -v q -nologo -clp:ErrorsOnly GdbHost.sln
# The end-to-end tests start the program that users install, as it is published.
scripts/publish.sh
export GDBHOST_UNDER_TEST=$PWD/artifacts/publish/gdbhost

results=artifacts/test-results
rm -rf "$results"
status=0
# Seconds that a test process may take to start; on a busy host the usual 90 are not always enough.
export VSTEST_CONNECTION_TIMEOUT=300
# A test that hangs is ended and counts as a failure; no test measures time itself.
dotnet test GdbHost.sln -c Release --no-build -nologo --results-directory "$results" \
    --logger trx --logger "console;verbosity=minimal" --blame-hang-timeout 8m --blame-hang-dump-type none || status=$?

# Sums one attribute of the <Counters> line of every result file.
sum() {
    grep -rhoE '<Counters [^>]*>' "$results" --include='*.trx' | { grep -oE " $1=\"[0-9]+\"" || true; } \
        | tr -dc '0-9\n' | awk '{ total += $1 } END { print total + 0 }'
}
passed=$(sum passed)
total=$(sum total)
failed=$(($(sum failed) + $(sum error) + $(sum timeout) + $(sum aborted)))
skipped=$((total - passed - failed))

if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
    echo "test: dotnet test ended with status $status: a test host stopped before it reported" >&2
    failed=1
fi
if [ "$total" = 0 ]; then
    echo "test: no test ran" >&2
    status=1
fi
if [ "${CI-}" = true ] && [ "$skipped" != 0 ]; then
    echo "test: nothing may be skipped under CI=true" >&2
    status=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$status" = 0 ]
