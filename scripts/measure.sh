#!/usr/bin/env bash
# Measures the C# sources: lines per file, files and folders over the aims, share of comment lines.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for part in src/Protocol src/Machine src/GdbStub src tests; do
    git ls-files --cached --others --exclude-standard -- "$part/*.cs" | while read -r file; do
        awk -v file="$file" '
            NF { code++ }
            /^[[:space:]]*(\/\/|\/\*|\*)/ { comment++ }
            END { print NR, code + 0, comment + 0, file }' "$file"
    done | sort -n | awk -v part="$part" '
        { lines[NR] = $1; total += $1; code += $2; comment += $3; if ($1 > 600) over[++overs] = $4 " (" $1 ")" }
        END {
            if (NR == 0) { printf "%-13s no files\n", part; exit }
            printf "%-13s %4d files, %6d lines; per file: median %d, 90%% %d, max %d; comment lines %.0f%%; over 600: %d\n", part, NR, total,
                lines[int((NR + 1) / 2)], lines[int(NR * 0.9 + 0.999)], lines[NR], 100 * comment / code, overs
            for (i = 1; i <= overs; i++) { print "    " over[i] }
        }'
done

echo "folders with more than 20 files:"
git ls-files --cached --others --exclude-standard -- src tests | sed 's|/[^/]*$||' | sort | uniq -c | awk '$1 > 20 { print "    " $2 " (" $1 ")"; n++ } END { if (!n) print "    none" }'
