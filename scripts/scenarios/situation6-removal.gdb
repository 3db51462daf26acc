# Situation 6, second half: a device leaves its slot, and what was mapped for it and to it stays: its stream table entry, its translations in the IOTLB,
# and the mapping of its registers at 0x8000000000 in the guest's stage 2. Whatever comes into the slot next inherits all of it.
# Start a machine that does nothing (README.md in this folder):
#   gdbhost run --machine virt,el2=off,iommu=smmuv3 --memory 64M --kernel spin.bin --wait --device pcie-root-port,id=rp,addr=1 --device dma-exerciser,bus=rp,id=x --device dma-exerciser,id=y,addr=2
# then, in the folder of the repository: gdb-multiarch -ex 'set architecture aarch64' -ex 'target remote :1234' -x this file.
source scripts/scenarios/stores.gdb

# Software numbers the bus and opens the port's window for x at 0x8000000000. y, on bus 0, has its registers at 0x10000000.
store 0x4010008018 0x00010100
store 0x4010008020 0x0000fff0
store 0x4010008024 0
store 0x4010008028 0x80
store 0x401000802c 0x80
store 0x4010008004 6
store 0x4010100010 0
store 0x4010100014 0x80
store 0x4010100004 6
store 0x4010010010 0x10000000
store 0x4010010004 6

# One guest has both (stage 2, VMID 3, 40 bits, so two tables at level 1): its memory, and the registers of x where it finds them itself.
set $stage2 = 0x040a004000000003ul|(24ul<<32)
set *(unsigned long *)0x40600008 = 0x400004fd
set *(unsigned long *)0x40601000 = 0x40602003
set *(unsigned long *)0x40602000 = 0x40603003
set $page = 0
while $page < 16
  set *(unsigned long *)(0x40603000 + $page * 8) = (0x8000000000 + $page * 0x1000) | 0x4c7
  set $page = $page + 1
end

# The guest gives x a stage 1 (ASID 1): IOVA 0x1000 is a page at 0x43000000. StreamIDs: x 0x100, y 0x10. There are 512 streams.
set *(unsigned long *)0x40400000 = 0x00016202c0000000|25
set *(unsigned long *)0x40400008 = 0x40500000
set *(unsigned long *)0x40400018 = 0xff
set *(unsigned long *)0x40500000 = 0x40501003
set *(unsigned long *)0x40501000 = 0x40502003
set *(unsigned long *)0x40502008 = 0x43000c43
set *(unsigned long *)0x40104000 = 0x4040000f
set *(unsigned long *)0x40104010 = $stage2
set *(unsigned long *)0x40104018 = 0x40600000
set *(unsigned long *)0x40100400 = 0xd
set *(unsigned long *)0x40100410 = $stage2
set *(unsigned long *)0x40100418 = 0x40600000
smmu_on
smmu_store 0x20 0
smmu_store 0x88 9
smmu_store 0x20 0xd

# x writes to memory, y to the buffer of x.
store 0x8000000008 0x1000
store 0x8000000010 8
store 0x8000000030 1
store 0x8000000040 2
send 2 0x8000008000 8 0
monitor dma log on
stores_run_to_end

echo \n--- Both at work: nothing is left over ---\n
monitor dma log last 2
monitor pci
monitor reach 0x8000000000
monitor smmu orphans

echo \n--- The user wants x out. Software switches the slot's power off, and forgets the rest ---\n
monitor device_del x
monitor pci
stores_new
store 0x401000806c 0x7c0
send 2 0x8000008000 8 0
stores_run_to_end

echo \n--- What is there now, and what has outlived the device? ---\n
monitor pci
monitor reach 0x8000000000
monitor dma explain 00:02.0 0x8000008000 w
monitor smmu orphans

echo \n--- The next device in the slot has the same StreamID: where do its requests go? ---\n
monitor device_add dma-exerciser,bus=rp,id=z
stores_new
store 0x401000806c 0x1c0
store 0x4010100004 6
stores_run_to_end
monitor dma explain 01:00.0 0x1000 w
monitor pci_dma z write 0x1000 1
monitor smmu orphans

echo \n--- With its entry cleared and CMD_CFGI_STE, CMD_TLBI_NH_ASID, the registers of x unmapped and CMD_TLBI_S12_VMALL ---\n
set *(unsigned long *)0x40104000 = 0
set *(unsigned long *)0x40601000 = 0
set *(unsigned long *)0x40200000 = 0x0000010000000003
set *(unsigned long *)0x40200008 = 1
set *(unsigned long *)0x40200010 = 0x0001000300000011
set *(unsigned long *)0x40200020 = 0x0000000300000028
stores_new
smmu_store 0x98 3
stores_run_to_end
monitor smmu cmdq
monitor smmu orphans
monitor pci_dma z write 0x1000 1
