using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Witness: the SMMUv3 of qemu-system-aarch64 7.2, read and written side by side with ours. What ours has more is masked: S2P, HYP, ATS,
/// MSI, SEV, PRI, VMID16, CD2L, big-endian tables, the stall model, RAZ/WI, SSIDSIZE, PRIQS, ATTR_PERMS_OVR; and IDR5, where the walker's 40 bits and two granules stand for QEMU's 44 bits and three.
/// </summary>
public class SmmuOracleTests
{
    private const uint MoreInIdr0 = (1u << 0) | (1u << 9) | (1u << 10) | (1u << 13) | (1u << 14) | (1u << 16) | (1u << 18) | (1u << 19) | (1u << 22)
        | (1u << 24) | (1u << 26);
    private const uint MoreInIdr1 = 0xffc0 | (1u << 26);

    private static readonly MachineConfiguration Board = new() { El2 = false, Smmu = true };

    [QemuFact]
    public void Registers_after_reset_read_as_QEMUs()
    {
        using QemuComparison both = new(Board) { About = "smmu" };
        for (ulong offset = 0; offset < 0x1000; offset += 4)
        {
            ulong mask = offset switch { 0 => ~MoreInIdr0, 4 => ~MoreInIdr1, 0x14 => 0x50, _ => uint.MaxValue };
            both.ReadMasked(Virt.Smmu.Start + offset, mask);
            both.ReadMasked(Virt.Smmu.Start + 0x1_0000 + offset, mask);
        }
    }

    [QemuFact]
    public void Registers_keep_what_QEMUs_keep()
    {
        using QemuComparison both = new(Board) { About = "smmu" };
        ulong smmu = Virt.Smmu.Start;
        (ulong Offset, ulong Value)[] writes =
        [
            (0x28, 0xd75), (0x2c, 2), (0x80, 0x4123_4580), (0x84, 0), (0x88, 0x0001_0210), (0x90, 0x4200_0008), (0x94, 0), (0xa0, 0x4300_0007),
            (0xa4, 0), (0x98, 0), (0x9c, 0), (0xac, 0), (0x68, 0x0802_0040), (0x70, 80), (0x50, 0x5), (0x50, 0), (0x20, 0xc), (0x20, 0),
        ];
        foreach ((ulong offset, ulong value) in writes)
        {
            both.Write(smmu + offset, value);
            both.Read(smmu + (offset & ~7ul));
            both.Read(smmu + 0x24);
            both.Read(smmu + 0x54);
        }

        both.Read(smmu + 0x90, 8);
        both.Read(smmu + 0x80, 8);
    }

    [QemuFact]
    public void Command_errors_are_told_as_QEMUs()
    {
        using QemuComparison both = new(Board) { About = "smmu commands" };
        ulong smmu = Virt.Smmu.Start;
        const ulong Ring = 0x4200_0000;
        both.Write(smmu + 0x90, Ring | 3, 8);
        both.Write(smmu + 0x20, 1 << 3);

        // NH_ALL, an opcode that is none, SYNC.
        ulong[] commands = [0x10, 0, 0xfe, 0, 0x46, 0];
        for (int i = 0; i < commands.Length; i++)
        {
            both.Write(Ring + ((ulong)i * 8), commands[i], 8);
        }

        both.Write(smmu + 0x98, 3);
        both.Read(smmu + 0x9c);
        both.Read(smmu + 0x60);
        both.Write(Ring + 16, 0x10, 8);
        both.Write(smmu + 0x64, 1);
        both.Write(smmu + 0x98, 3);
        both.Read(smmu + 0x98);
        both.Read(smmu + 0x60);
        both.Read(smmu + 0x64);
    }
}
