# Situation 4, second half: where do a device's messages go, and what stops a device that sends somebody else's?
# Start Debian at EL1 with two ports, stopped, then: gdb-multiarch -ex 'target remote :1234' -x this file. No symbols are needed.
#   gdbhost run --machine virt,gic=3,el2=off --memory 512M --kernel vmlinuz --initrd initramfs.cpio.gz --append "console=ttyAMA0 panic=-1" \
#       --device pcie-root-port,addr=1,chassis=1,id=victim --device pcie-root-port,addr=2,chassis=2,id=thief --wait
# With gic=2 messages go to the GICv2m, where the data is the number of the interrupt and nobody asks who has sent it.

echo \n--- The kernel sets the ports up, write by write, until the second one's message leads to an interrupt ---\n
monitor break pci 00:02.0 write
python
import re
for _ in range(1000):
    stop = gdb.execute("continue", to_string=True)
    if "makes interrupt" in gdb.execute("monitor msi explain 00:02.0", to_string=True):
        break
print(stop)
answer = gdb.execute("monitor msi explain 00:01.0", to_string=True)
data, doorbell = re.search(r"data (0x[0-9a-f]+) to (0x[0-9a-f]+)", answer).groups()
gdb.set_convenience_variable("data", int(data, 16))
gdb.set_convenience_variable("doorbell", int(doorbell, 16))
end
monitor break off

echo \n--- The way of the first port's message, and all messages ---\n
monitor msi explain 00:01.0
info os msi
echo \n--- What the ITS was told (a GICv2m has nothing to be told) ---\n
monitor gic its

echo \n--- The second port sends the first one's message ---\n
eval "monitor pci_dma thief message 0x%lx 0x%lx", $doorbell, $data
monitor gic
echo \n--- The same with the first port's requester ID: what bridges let pass, the ITS believes ---\n
eval "monitor pci_dma thief message 0x%lx 0x%lx 0x8", $doorbell, $data
monitor why irq 8192
