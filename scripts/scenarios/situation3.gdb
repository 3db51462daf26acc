# Situation 3: a doorbell's address lies in the middle of what a guest takes for its memory. A DMA write there is an interrupt that no device
# has sent, and its data is lost; a DMA read gives what is not memory. Start a machine that does nothing (README.md in this folder), GICv2:
#   gdbhost run --machine virt,el2=off,iommu=smmuv3 --memory 64M --kernel spin.bin --wait --device dma-exerciser,id=x,addr=1
# then, in the folder of the repository: gdb-multiarch -ex 'set architecture aarch64' -ex 'target remote :1234' -x this file.
source scripts/scenarios/stores.gdb

# What a hypervisor gives the device, StreamID 8: stage 2 (VMID 3, 39 bits) maps IPA 0x08000000 to 0x0803ffff to memory, as the guest's, but
# for IPA 0x08020000, where the doorbell's page is mapped for MSIs.
set *(unsigned long *)0x40100200 = 0xd
set *(unsigned long *)0x40100210 = 0x040a004000000003|(25ul<<32)
set *(unsigned long *)0x40100218 = 0x40600000
set *(unsigned long *)0x40600000 = 0x40601003
set *(unsigned long *)0x40601200 = 0x40602003
set $page = 0
while $page < 64
  set *(unsigned long *)(0x40602000 + $page * 8) = (0x43000000 + $page * 0x1000) | 0x4c3
  set $page = $page + 1
end
set *(unsigned long *)0x40602100 = 0x080204c3

# The device writes two pieces of its buffer, and 80 is where the doorbell's register will get it. SPI 80 is enabled and an edge, as messages are.
store 0x08000000 3
store 0x08000108 0x00010000
store 0x08000c14 0xaaaaaaaa
exerciser
store 0x10008040 80
smmu_on
send 2 0x0801f000 64 0
send 2 0x08020000 0x44 0

monitor dma log on
echo \n--- Who writes there? ---\n
monitor break dma 00:01.0 0x08020000-0x08020fff w
stores_run

echo \n--- No device has sent a message, and an interrupt is pending. What was sent? ---\n
monitor gic
monitor dma log

echo \n--- Why? What else may happen to this device? ---\n
monitor dma overlaps 00:01.0
monitor dma doorbells
monitor dma explain 00:01.0 0x08020040 w
