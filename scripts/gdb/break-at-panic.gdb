# Lets the guest run to its end and fails where it panics, with who called and what the console said last.
#   SYMBOLS=vmlinux gdbhost run ... --timeout 600 --junit report.xml --script scripts/gdb/break-at-panic.gdb
# SYMBOLS  a file of symbols beside those of --kernel; may be left out
# PANIC    the function that is called when all is lost; panic if left out
python
import os
if os.environ.get("SYMBOLS"):
    gdb.execute("add-symbol-file " + os.environ["SYMBOLS"])
name = os.environ.get("PANIC", "panic")
panic = gdb.Breakpoint(name)
gdb.execute("continue")
if panic.is_valid() and panic.hit_count:
    gdb.execute("backtrace 20")
    gdb.execute("monitor why")
    gdb.execute("monitor serial")
    print("FAIL: the guest does not come to " + name)
else:
    print("PASS: the guest does not come to " + name)
end
