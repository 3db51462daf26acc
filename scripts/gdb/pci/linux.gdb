# Where Linux 6.1 for arm64 keeps what the scripts beside this one print, in bytes from the beginning of each structure: for kernels
# without debug information. With it, "print &((struct pci_bus *) 0)->number" and its like give the numbers of another kernel.
set $pci_bus_number = 216
set $pci_dev_bus = 16
set $pci_dev_devfn = 56
set $device_parent = 64
set $msi_desc_dev = 8

define pci-print-function
  printf "%02x:%02x.%d", $arg0, ($arg1 >> 3) & 31, $arg1 & 7
end
document pci-print-function
pci-print-function BUS DEVFN: prints bus, device and function as lspci does.
end

define pci-print-dev
  set $bus = *(unsigned char *) (*(unsigned long *) ($arg0 + $pci_dev_bus) + $pci_bus_number)
  set $devfn = *(unsigned int *) ($arg0 + $pci_dev_devfn)
  pci-print-function $bus $devfn
end
document pci-print-dev
pci-print-dev ADDRESS: prints bus, device and function of a struct pci_dev.
end
