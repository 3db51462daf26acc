# What one wants to know of a guest that hangs, in one go: for a guest that runs, gdb-multiarch -ex 'target remote :1234' -x this file.
#   SYMBOLS=vmlinux gdbhost run ... --script scripts/gdb/post-mortem.gdb
# SYMBOLS  a file of symbols beside those of --kernel; may be left out
python
import os
if os.environ.get("SYMBOLS"):
    gdb.execute("add-symbol-file " + os.environ["SYMBOLS"])
for title, command in [
    ("vCPUs", "info threads"),
    ("callers", "thread apply all backtrace 16"),
    ("registers", "thread apply all info registers pc sp x29 x30 cpsr"),
    ("what each vCPU waits for", "monitor why hang"),
    ("the last abort or trap", "monitor why"),
    ("exceptions to EL2 and EL3", "monitor traps last 10"),
    ("power", "monitor psci"),
    ("timers", "monitor timer"),
    ("console", "monitor serial"),
]:
    print("--- %s ---" % title)
    gdb.execute(command)
print("PASS: post-mortem")
end
