# Stops where Linux gives a virtio device to its driver, and names the device and the function or platform device it is on.
# Source linux.gdb first.
break virtio_dev_probe
commands
  silent
  printf "virtio probe of %s on %s\n", *(char **) $x0, *(char **) *(unsigned long *) ($x0 + $device_parent)
end
