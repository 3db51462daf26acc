# Situation 5: nested translation. A guest moves a page and forgets CMD_TLBI_NH_VA, sends a command that does not exist, and a message is lost
# because the doorbell has no stage 2 mapping. Start a machine that does nothing (README.md in this folder):
#   gdbhost run --machine virt,el2=off,iommu=smmuv3 --memory 64M --kernel spin.bin --wait --device dma-exerciser,id=x,addr=1
# then, in the folder of the repository: gdb-multiarch -ex 'set architecture aarch64' -ex 'target remote :1234' -x this file.
source scripts/scenarios/stores.gdb

# The host's stage 2 (VMID 3, 39 bits): a block of 1 GiB for memory, nothing for the doorbell. The words are those of STE.S2*.
set *(unsigned long *)0x40100200 = 0x4040000f
set *(unsigned long *)0x40100210 = 0x040a004000000003|(25ul<<32)
set *(unsigned long *)0x40100218 = 0x40600000
set *(unsigned long *)0x40600008 = 0x400004fd

# The guest's stage 1 (ASID 1, 39 bits): IOVA 0x1000 is a page at 0x43000000, IOVA 0x2000 the doorbell's page.
set *(unsigned long *)0x40400000 = 0x00016202c0000000|25
set *(unsigned long *)0x40400008 = 0x40500000
set *(unsigned long *)0x40400018 = 0xff
set *(unsigned long *)0x40500000 = 0x40501003
set *(unsigned long *)0x40501000 = 0x40502003
set *(unsigned long *)0x40502008 = 0x43000c43
set *(unsigned long *)0x40502010 = 0x08020c43

exerciser
smmu_on
send 2 0x1000 8 0
monitor dma log on
stores_run_to_end
monitor dma log last 1

echo \n--- The guest moves the page and invalidates nothing: where does the device write? ---\n
set *(unsigned long *)0x40502008 = 0x43001c43
stores_new
send 2 0x1000 8 0
stores_run_to_end
monitor dma log last 1
monitor smmu stale

echo \n--- With CMD_TLBI_NH_VA (VMID 3, ASID 1), and behind it a command that there is not ---\n
set *(unsigned long *)0x40200000 = 0x0001000300000012
set *(unsigned long *)0x40200008 = 0x1000
set *(unsigned long *)0x40200010 = 0xfe
monitor break smmu CERROR
stores_new
smmu_store 0x98 2
send 2 0x1000 8 0
stores_run
monitor smmu cmdq
monitor smmu stale
monitor break off
tbreak *0x40080010
continue
monitor dma log last 1

echo \n--- A message to the doorbell ---\n
stores_new
send 3 0x2040 4 80
monitor break smmu
stores_run
monitor dma log last 1
monitor dma doorbells
