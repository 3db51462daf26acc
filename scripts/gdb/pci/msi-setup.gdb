# Stops where a driver of Linux asks for MSI-X, and where the message of a vector is written. Source linux.gdb first.
break __pci_enable_msix_range
commands
  silent
  printf "MSI-X wanted by "
  pci-print-dev $x0
  printf ": %d to %d vectors\n", (unsigned int) $x2, (unsigned int) $x3
end

break __pci_write_msi_msg
commands
  silent
  printf "message of %s: address 0x%x%08x, data 0x%x\n", *(char **) *(unsigned long *) ($x0 + $msi_desc_dev), ((unsigned int *) $x1)[1], ((unsigned int *) $x1)[0], ((unsigned int *) $x1)[2]
end
