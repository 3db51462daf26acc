# Stops at each access of Linux to PCI configuration space and says which: bus, device, function, register, bytes, value.
# Source linux.gdb first.
break pci_generic_config_read
commands
  silent
  printf "config read "
  set $bus = *(unsigned char *) ($x0 + $pci_bus_number)
  pci-print-function $bus $x1
  printf " register 0x%x, %d bytes\n", (unsigned int) $x2, (unsigned int) $x3
end

break pci_generic_config_write
commands
  silent
  printf "config write "
  set $bus = *(unsigned char *) ($x0 + $pci_bus_number)
  pci-print-function $bus $x1
  printf " register 0x%x, %d bytes, value 0x%x\n", (unsigned int) $x2, (unsigned int) $x3, (unsigned int) $x4
end
