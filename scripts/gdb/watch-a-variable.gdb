# Says who changes a variable, from which value to which: vCPUs, by any address that leads to it, and devices.
#   VARIABLE=jiffies CHANGES=3 gdbhost run ... --timeout 60 --script scripts/gdb/watch-a-variable.gdb
# SYMBOLS   a file of symbols beside those of --kernel; may be left out
# AFTER     where the variable can be reached, a name or *ADDRESS; main if left out
# VARIABLE  a name or an expression whose address can be taken
# CHANGES   how many to wait for; 3 if left out
python
import os
if os.environ.get("SYMBOLS"):
    gdb.execute("add-symbol-file " + os.environ["SYMBOLS"])
gdb.Breakpoint(os.environ.get("AFTER", "main"), temporary=True)
gdb.execute("continue")
name = os.environ["VARIABLE"]
# A function's name stands for data too where symbols have no types.
value = gdb.parse_and_eval(name)
size = value.type.sizeof if value.type.sizeof > 1 else 8
gdb.execute("monitor watch va 0x%x %d w dma" % (int(value.address), size))
for _ in range(int(os.environ.get("CHANGES", "3"))):
    gdb.execute("continue")
    gdb.execute("info symbol $pc")
print("PASS: %s was changed as often as asked for" % name)
end
