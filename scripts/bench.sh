#!/usr/bin/env bash
# Measures gdbhost against qemu-system-aarch64 on this computer, alternately, and prints both side by side.
#
#   scripts/bench.sh [--runs N] [--engine NAME] [ROW...]
#
# --runs N        how often each row is measured (default 5); medians are printed
# --engine NAME   handed to gdbhost
# gdb             alone: both stubs under a raw client of gdb's protocol (tests/Bench/gdb.sh); tests/Bench/results.md gets that table
# dma             alone: what a DMA read costs by each way through the SMMU and without one (tests/Bench/Dma); tests/Bench/results.md gets that table
# traps           alone: boots with the trap log on and off (tests/Bench/traps.sh); tests/Bench/results.md gets that table
# ROW...          only these rows of tests/Bench/rows.txt; without them all, and tests/Bench/results.md gets the tables
#
# Times are CPU time (user + system) of the whole process, but for attach. Measurements are kept in artifacts/bench.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }

runs=5
engine=
engine_option=()
wanted=()
while [ $# -gt 0 ]; do
    case $1 in
        --runs | --engine) [ $# -ge 2 ] || fail "$1 needs a value" ;;&
        --runs) runs=$2; shift 2 ;;
        --engine) engine=$2; engine_option=(--engine "$2"); shift 2 ;;
        -*) fail "there is no option $1; the head of $0 lists them" ;;
        *) wanted+=("$1"); shift ;;
    esac
done
[[ $runs =~ ^[1-9][0-9]*$ ]] || fail "--runs $runs is no number of runs"

results=tests/Bench/results.md
# Puts the file $2 between the marks of $1 in the results: what is outside is written by hand, or by another run.
write_results() {
    awk -v mark="$1" -v tables="$2" '
        $0 ~ "^<!-- begin " mark ":" { print; print ""; while ((getline line < tables) > 0) print line; print ""; skip = 1 }
        $0 ~ "^<!-- end " mark ":" { skip = 0 }
        !skip { print }' "$results" >artifacts/bench/results.md
    cp artifacts/bench/results.md "$results"
    printf 'bench: %s is written\n' "$results" >&2
}

# Which run this is: a line on top of its tables.
begun=$(date -u +'%Y-%m-%d %H:%M UTC')
load=$(cut -d ' ' -f 1-3 /proc/loadavg)
describe_run() {
    local commit
    commit=$(git rev-parse --short HEAD)
    git diff --quiet HEAD -- src || commit="$commit with changes"
    printf '%s; commit %s; engine: %s.\n' "$begun" "$commit" "${engine:-default}"
    printf '%s, %s processors; load when begun: %s; %s.\n' "$(awk -F ': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
        "$(nproc)" "$load" "$(qemu-system-aarch64 --version | head -n 1)"
}

mkdir -p artifacts/bench
if [ "${wanted[*]}" = gdb ]; then
    scripts/publish.sh >&2
    tests/Bench/gdb.sh artifacts/publish/gdbhost "${GDBHOST_CACHE:-.cache}/guests/debian/vmlinuz" "$runs" >artifacts/bench/gdb-rows.md
    { describe_run; printf 'Medians of %d.\n\n' "$runs"; cat artifacts/bench/gdb-rows.md; } | tee artifacts/bench/gdb.md
    write_results gdb artifacts/bench/gdb.md
    exit
fi

if [ "${wanted[*]}" = traps ]; then
    scripts/publish.sh >&2
    tests/Bench/traps.sh artifacts/publish/gdbhost "${GDBHOST_CACHE:-.cache}/guests" "${GDBHOST_CACHE:-.cache}/built" "$runs" >artifacts/bench/traps-rows.md
    { describe_run; printf 'The least of %d.\n\n' "$runs"; cat artifacts/bench/traps-rows.md; } | tee artifacts/bench/traps.md
    write_results traps artifacts/bench/traps.md
    exit
fi

if [ "${wanted[*]}" = dma ]; then
    dotnet build -c Release -v q -nologo -clp:ErrorsOnly tests/Bench/Dma >&2
    dotnet artifacts/bin/Bench/release/GdbHost.Bench.dll "$runs" >artifacts/bench/dma-rows.md
    { describe_run; printf 'Medians of %d.\n\n' "$runs"; cat artifacts/bench/dma-rows.md; } | tee artifacts/bench/dma.md
    write_results dma artifacts/bench/dma.md
    exit
fi

rows=tests/Bench/rows.txt
names=$(awk '!/^#/ && NF { print $1 }' "$rows")
for name in "${wanted[@]}"; do
    grep -qx -- "$name" <<<"$names" || fail "there is no row $name; there are: ${names//$'\n'/ }"
done
[ ${#wanted[@]} -gt 0 ] || mapfile -t wanted <<<"$names"

cache=${GDBHOST_CACHE:-.cache}
guests=$cache/guests
[ -e "$guests/debian/vmlinuz" ] || fail "no guests in $cache: run scripts/fetch-guests.sh first"
work=$(mktemp -d)
# What still runs when the script ends early goes with it.
trap 'jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$work"' EXIT

scripts/publish.sh >&2
gdbhost=artifacts/publish/gdbhost
elf=$work/bench.elf
tests/Bench/Guests/build.sh "$elf"
. tests/Bench/sides.sh

measurements=artifacts/bench/measurements.txt
: >"$measurements"
# record SIDE VARIANT VALUE
record() { printf '%s %s %s %s\n' "$row" "$1" "$2" "$3" >>"$measurements"; }

row_of() { awk -v name="$1" '$1 == name { print $2, $3, $4, $5 }' "$rows"; }

for ((n = 1; n <= runs; n++)); do
    for row in "${wanted[@]}"; do
        printf 'bench: run %d of %d, %s\n' "$n" "$runs" "$row" >&2
        read -r kind what amount el2 <<<"$(row_of "$row")"
        # Who goes first alternates, so that neither has the better moments.
        sides=(ours qemu)
        [ $((n % 2)) = 1 ] || sides=(qemu ours)
        for side in "${sides[@]}"; do
            "$kind" "$side" "$amount" "$el2" "$what"
        done
    done
done

tables=artifacts/bench/tables.md
{
    describe_run
    awk -f tests/Bench/table.awk "$rows" "$measurements"
} >"$tables"
cat "$tables"

if [ "${wanted[*]}" = "${names//$'\n'/ }" ]; then
    write_results guests "$tables"
fi
