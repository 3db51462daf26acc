# Lets the guest run until it comes to a symbol, and says PASS or FAIL: is the boot still whole that far?
#   SYMBOLS=vmlinux SYMBOL=start_kernel gdbhost run ... --timeout 60 --junit report.xml --script scripts/gdb/boot-to-symbol.gdb
# SYMBOLS  a file of symbols beside those of --kernel; may be left out
# SYMBOL   a name or *ADDRESS; start_kernel if left out
python
import os
if os.environ.get("SYMBOLS"):
    gdb.execute("add-symbol-file " + os.environ["SYMBOLS"])
wanted = os.environ.get("SYMBOL", "start_kernel")
reached = gdb.Breakpoint(wanted)
gdb.execute("continue")
print("%s: the guest comes to %s" % ("PASS" if reached.is_valid() and reached.hit_count == 1 else "FAIL", wanted))
end
