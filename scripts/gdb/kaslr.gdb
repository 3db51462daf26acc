# Finds where a Linux kernel with KASLR has put itself, and loads its symbols there: source this file with the guest at its first instruction.
#   gdb-multiarch -ex 'target remote :1234' -ex 'set $image = 0x40200000' -x scripts/gdb/kaslr.gdb
# SYMBOLS  the kernel's symbols, linked where they are linked (environment)
# $image   the physical address of the Image; 0x40200000 if it is void
# Leaves $kaslr_offset. The last thing that __primary_switch does is a jump to __primary_switched at its new address.
python
import os
symbols = os.environ["SYMBOLS"]
gdb.execute("add-symbol-file " + symbols)
number = lambda text: int(gdb.parse_and_eval("(unsigned long)(%s)" % text))
image = number("$image") if gdb.convenience_variable("image") is not None else 0x40200000
# An Image is linked at a multiple of 2 MiB, and its code begins behind the header.
linked = number("&_stext") & ~0x1fffff
switch = image + number("&__primary_switch") - linked
BR_X8 = 0xd61f0100
jump = next(a for a in range(switch, switch + 0x400, 4) if int.from_bytes(gdb.selected_inferior().read_memory(a, 4).tobytes(), "little") == BR_X8)
gdb.Breakpoint("*0x%x" % jump, temporary=True)
gdb.execute("continue")
offset = (number("$x8") - number("&__primary_switched")) & (2 ** 64 - 1)
gdb.set_convenience_variable("kaslr_offset", offset)
gdb.execute("remove-symbol-file -a 0x%x" % number("&_stext"))
gdb.execute("symbol-file -o 0x%x %s" % (offset, symbols))
print("KASLR offset 0x%x" % offset)
end
