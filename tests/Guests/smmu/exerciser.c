// The DMA exerciser, and the capabilities that it needs (PCI Express Base Specification).
#include "smmu.h"

void open_exerciser(u32 sid)
{
    u64 config = config_of(sid);
    write32(config + find_capability(sid, 0x1b) + 4, 7u << 16);          // PASID, execute, privileged
    write32(config + find_capability(sid, 0x0f) + 4, 0x8000u << 16);     // ATS
    write32(config + find_capability(sid, 0x13) + 12, 32);               // page requests allowed
    write32(config + find_capability(sid, 0x13) + 4, 1);
    ex_do(sid, EX_FORGET, 0, 0, 0);
    ex_set(sid, 0x64, 0);
    ex_set(sid, 0x5c, 0);
}

u32 ex_register(u32 sid, u32 reg) { return read32(region_of(sid) + reg); }
void ex_set(u32 sid, u32 reg, u32 value) { write32(region_of(sid) + reg, value); }
u32 ex_status(u32 sid) { return ex_register(sid, 0x44); }
u64 ex_data(u32 sid) { return read64(region_of(sid) + 0x8000); }
u64 ex_translation(u32 sid) { return read64(region_of(sid) + 0x70); }

void ex_start(u32 sid, u32 operation, u64 address, u32 attributes, u32 pasid)
{
    u64 registers = region_of(sid);
    write64(registers + 0x08, address);
    write32(registers + 0x10, operation == EX_HINT ? 3 : 8);
    write32(registers + 0x14, 0);
    write32(registers + 0x1c, attributes);
    write32(registers + 0x54, pasid);
    write32(registers + 0x40, operation);
}

// Until it is done, or the SMMU holds it.
void ex_wait(u32 sid)
{
    for (int i = 0; i < 100000 && (ex_status(sid) & (BUSY | HELD)) == BUSY; i++) {
    }
}

u32 ex_do(u32 sid, u32 operation, u64 address, u32 attributes, u32 pasid)
{
    ex_start(sid, operation, address, attributes, pasid);
    ex_wait(sid);
    return ex_status(sid) >> 8 & 0xff;
}
