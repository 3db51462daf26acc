# Measurements (row, side, variant, value; one a line) to the two tables of results.md. Reads rows.txt first.
#   awk -f table.awk rows.txt measurements

FNR == 1 { file++ }
/^#/ || NF == 0 { next }

file == 1 {
    rows[++count] = $1
    kind[$1] = $2
    units[$1] = $4
    goal[$1] = $6
    title[$1] = $7
    for (i = 8; i <= NF; i++) { title[$1] = title[$1] " " $i }
    next
}

{
    measured[$1]++
    key = $1 SUBSEP $2 SUBSEP $3
    n = ++runs[key]
    values[key, n] = $4
    if (n > most) { most = n }
}

# The median of a row's values; of an even number the lower middle, which is a value that was measured.
function median(row, side, variant,    key, n, i, j, t, v) {
    key = row SUBSEP side SUBSEP variant
    n = runs[key]
    for (i = 1; i <= n; i++) {
        t = values[key, i]
        for (j = i; j > 1 && v[j - 1] > t; j--) { v[j] = v[j - 1] }
        v[j] = t
    }
    return v[int((n + 1) / 2)]
}

function lowest(row, side, variant,    key, i, low) {
    key = row SUBSEP side SUBSEP variant
    low = values[key, 1]
    for (i = 2; i <= runs[key]; i++) { low = values[key, i] < low ? values[key, i] : low }
    return low
}

# CPU seconds of runs that are to be taken from one another. System time is mostly the host clearing memory for the guest, and in a virtual
# machine a page that its own host has to find first costs ten times as much: the least is what the process asks for.
function cpu(row, side, variant) { return median(row, side, variant ".user") + lowest(row, side, variant ".system") }

function unit_time(row, side) { return (cpu(row, side, units[row]) - cpu(row, side, 0)) / units[row] }

function seconds(s) {
    if (s < 1e-6) { return sprintf("%.1f ns", s * 1e9) }
    if (s < 1e-3) { return sprintf("%.2f us", s * 1e6) }
    return sprintf("%.2f ms", s * 1e3)
}

# ratios RUN by RUN: the least and the most, so that a reader sees how far noise goes.
function spread(row, variant, inverse,    n, i, r, ours, theirs, low, high) {
    n = runs[row, "ours", variant]
    for (i = 1; i <= n; i++) {
        ours = values[row, "ours", variant, i]
        theirs = values[row, "qemu", variant, i]
        if (inverse) {
            ours = values[row, "ours", variant ".user", i] - values[row, "ours", "0.user", i]
            theirs = values[row, "qemu", variant ".user", i] - values[row, "qemu", "0.user", i]
        }
        if (ours <= 0 || theirs <= 0) { return "noise" }
        r = inverse ? theirs / ours : ours / theirs
        if (i == 1 || r < low) { low = r }
        if (i == 1 || r > high) { high = r }
    }
    return sprintf("%.2f-%.2f", low, high)
}

# Millions of guest instructions in a second of our CPU time.
function mips(row, variant, less,    n, t) {
    n = median(row, "ours", variant ".instructions") - (less == "" ? 0 : median(row, "ours", less ".instructions"))
    t = less == "" ? median(row, "ours", variant) : cpu(row, "ours", variant) - cpu(row, "ours", less)
    return n > 0 && t > 0 ? sprintf("%.0f", n / t / 1e6) : ""
}

function verdict(ratio, row, least) {
    if (goal[row] == "-") { return "" }
    return (least ? ratio >= goal[row] : ratio <= goal[row]) ? "yes" : "no"
}

function heading(first, second, figure) {
    printf "| %s | %s | ours | QEMU | %s, QEMU = 1 | least and most | goal | met | ours, MIPS |\n", first, second, figure
    printf "|---|---|---:|---:|---:|---:|---:|---|---:|\n"
}

function speeds(    i, row, ours, theirs, ratio) {
    heading("Kernel", "what one unit is", "speed")
    for (i = 1; i <= count; i++) {
        row = rows[i]
        if (kind[row] != "kernel" || !measured[row]) { continue }
        ours = unit_time(row, "ours")
        theirs = unit_time(row, "qemu")
        if (ours <= 0 || theirs <= 0) {
            printf "| %s | %s | | | lost in noise | | | | |\n", row, title[row]
            continue
        }
        ratio = theirs / ours
        printf "| %s | %s | %s | %s | **%.2f** | %s | %s | %s | %s |\n", row, title[row], seconds(ours), seconds(theirs), ratio,
            spread(row, units[row], 1), goal[row] == "-" ? "" : goal[row], verdict(ratio, row, 1), mips(row, units[row], 0)
    }
}

function cost(row, variant, unit, more,    ours, theirs) {
    if (!runs[row, "ours", variant]) { return }
    ours = median(row, "ours", variant)
    theirs = median(row, "qemu", variant)
    printf "| %s | %s%s | %s %s | %s %s | **%.2f** | %s | %s | %s | %s |\n", row, title[row], more, ours, unit, theirs, unit, ours / theirs,
        spread(row, variant, 0), goal[row] == "-" ? "" : goal[row], verdict(ours / theirs, row, 0), mips(row, variant, "")
}

function read(row, side, how) { return cpu(row, side, how ".bench") - cpu(row, side, how ".none") }

# A figure that is a ratio already, with a goal of its own.
function ownRatio(row,    ours, theirs) {
    if (!runs[row, "ours", "cost"]) { return }
    ours = read(row, "ours", "with") / read(row, "ours", "without")
    theirs = read(row, "qemu", "with") / read(row, "qemu", "without")
    printf "| %s | %s | %.2f x | %.2f x | **%.2f** | %s | %s | %s | |\n", row, title[row], ours, theirs, ours / theirs,
        spread(row, "cost", 0), goal[row], verdict(ours, row, 0)
}

function costs(    i, row) {
    heading("Row", "what", "cost")
    for (i = 1; i <= count; i++) {
        row = rows[i]
        if (kind[row] == "boot" || kind[row] == "xen" || kind[row] == "disk" || kind[row] == "network") { cost(row, "cpu", "s", ", CPU time") }
        if (kind[row] == "smmu") { ownRatio(row) }
        if (kind[row] == "attach") { cost(row, "wall", "ms", "") }
        if (kind[row] == "memory") {
            cost(row, "at-up", "MiB", ", at GUEST-UP")
            cost(row, "at-done", "MiB", ", at GUEST-DONE")
            cost(row, "peak", "MiB", ", peak")
        }
    }
}

END {
    printf "Medians of %d.\n\n", most
    costs()
    printf "\n"
    speeds()
}
