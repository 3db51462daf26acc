# Stops at each write of Linux to a base address register of a type 0 function, and where a driver maps the region behind one.
# Then "finish" and "awatch -l *(unsigned int *) $x0" stop at the driver's next access to the region. Source linux.gdb first.
break pci_generic_config_write if (unsigned int) $x2 >= 0x10 && (unsigned int) $x2 <= 0x24
commands
  silent
  printf "BAR%d of ", ((unsigned int) $x2 - 0x10) / 4
  set $bus = *(unsigned char *) ($x0 + $pci_bus_number)
  pci-print-function $bus $x1
  printf " is written: 0x%x\n", (unsigned int) $x4
end

break pci_iomap_range
commands
  silent
  printf "BAR%d of ", (unsigned int) $x1
  pci-print-dev $x0
  printf " is mapped from offset 0x%lx\n", $x2
end
