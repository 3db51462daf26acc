# Counts what EL2 and EL3 are called for until the guest comes to a symbol, and fails where a return from there looks wrong.
#   SYMBOLS=vmlinux UNTIL=start_kernel gdbhost run ... --timeout 60 --junit report.xml --script scripts/gdb/hypervisor-traps.gdb
# SYMBOLS  a file of symbols beside those of --kernel; may be left out
# UNTIL    a name or *ADDRESS; start_kernel if left out
monitor traps on
python
import os
if os.environ.get("SYMBOLS"):
    gdb.execute("add-symbol-file " + os.environ["SYMBOLS"])
wanted = os.environ.get("UNTIL", "start_kernel")
reached = gdb.Breakpoint(wanted)
gdb.execute("continue")
print("%s: the guest comes to %s" % ("PASS" if reached.is_valid() and reached.hit_count else "FAIL", wanted))
if gdb.selected_inferior().pid:
    gdb.execute("monitor traps counts")
    gdb.execute("monitor traps last 10")
    flagged = gdb.execute("monitor traps last 3 class flagged", to_string=True)
    print(flagged)
    print("%s: no return from EL2 or EL3 is flagged" % ("PASS" if flagged.startswith("No such exception") else "FAIL"))
end
