# Situation 6: a device behind a root port whose secondary bus is still 0 has Requester ID 0, so StreamID 0, until software has numbered the bus.
# Start a machine that does nothing (README.md in this folder):
#   gdbhost run --machine virt,el2=off,iommu=smmuv3 --memory 64M --kernel spin.bin --wait --device pcie-root-port,id=rp,addr=1 --device dma-exerciser,bus=rp,id=x
# then, in the folder of the repository: gdb-multiarch -ex 'set architecture aarch64' -ex 'target remote :1234' -x this file.
source scripts/scenarios/stores.gdb

# The stream table knows 01:00.0, StreamID 0x100, and lets it pass; StreamID 0 is nobody's and has no valid entry. There are 512 streams.
set *(unsigned long *)0x40104000 = 0x9
smmu_on
smmu_store 0x20 0
smmu_store 0x88 9
smmu_store 0x20 0xd

# Software numbers the bus, opens the port's window and gives the device its registers; both are bus masters.
store 0x4010008018 0x00010100
store 0x4010008020 0x10001000
store 0x4010008004 6
store 0x4010100010 0x10000000
store 0x4010100004 6

echo \n--- Before enumeration: which StreamID has the device? ---\n
monitor pci
monitor smmu streams

echo \n--- And once the bus has its number? ---\n
stores_run_to_end
monitor pci
monitor smmu streams
monitor dma log on
monitor pci_dma x write 0x43000000 1
monitor dma log last 1

echo \n--- The port loses the number while the device is at work: its requests are of StreamID 0 now, and the SMMU refuses them ---\n
stores_new
set $delay = 100
send 2 0x43000000 8 0
store 0x4010008018 0
monitor break smmu C_BAD_STE
stores_run
monitor dma log last 1
monitor smmu streams
monitor smmu ste 0
