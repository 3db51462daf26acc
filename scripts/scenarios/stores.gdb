# A guest of five instructions that gdb writes into memory: it does a list of 32-bit stores, then stays where it is. With it a script drives
# devices without any driver, from the first instruction of a machine without a kernel. Source it from the folder of the repository.
#
# stores_run        runs the list, until something stops the machine
# stores_run_to_end runs it to its end
# stores_new        begins a new list
# store ADDR VALUE  adds a store to the list
# exerciser         adds what gives the exerciser in slot 1 of bus 0 its registers at 0x10000000 and lets it be bus master
# send OP IOVA LENGTH DATA   adds what makes it send: 1 reads, 2 writes, 3 a message of DATA
#                   after $delay ns, 1 unless it is set to more
# smmu_store REG VALUE       adds a store to an SMMU register
# smmu_on           adds what switches the SMMU on: 256 streams at 0x40100000, commands at 0x40200000, events at 0x40300000, 16 of each

set confirm off
set $list = 0x42000000
set $delay = 1
set $next = $list

# ldp x3, x4, [x1], #16; cbz x3, to the last; str w4, [x3]; b to the first; b .
set {unsigned int}0x40080000 = 0xa8c11023
set {unsigned int}0x40080004 = 0xb4000063
set {unsigned int}0x40080008 = 0xb9000064
set {unsigned int}0x4008000c = 0x17fffffd
set {unsigned int}0x40080010 = 0x14000000

define store
  set {unsigned long}$next = $arg0
  set {unsigned long}($next + 8) = $arg1
  set {unsigned long}($next + 16) = 0
  set $next = $next + 16
end

define stores_run
  set $x1 = $list
  set $pc = 0x40080000
  continue
end

define stores_new
  set $next = $list
  set {unsigned long}$next = 0
end

define stores_run_to_end
  tbreak *0x40080010
  stores_run
end

define exerciser
  store 0x4010008010 0x10000000
  store 0x4010008004 6
end

define send
  store 0x10000008 ($arg1+0ul)&0xffffffff
  store 0x1000000c ($arg1+0ul)>>32
  store 0x10000010 $arg2
  store 0x10000020 $arg3
  store 0x10000030 $delay
  store 0x10000040 $arg0
  store 0x43f00000 0
  store 0x43f00000 0
end

define smmu_store
  store 0x09050000+$arg0 $arg1
end

define smmu_on
  smmu_store 0x80 0x40100000
  smmu_store 0x88 8
  smmu_store 0x90 0x40200004
  smmu_store 0xa0 0x40300004
  smmu_store 0x2c 2
  smmu_store 0x20 0xd
end
