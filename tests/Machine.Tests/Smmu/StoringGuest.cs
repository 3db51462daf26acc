using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Tests.Debug;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Tests.Pcie;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// A machine with an exerciser in slot 1 (StreamID 8) and a guest of five instructions, which stores what a list says and then stays where it is:
/// a driver without a kernel.
/// </summary>
internal sealed class StoringGuest : IDisposable
{
    public const ulong Exerciser = PciMachine.Window;

    private const ulong List = 0x4200_0000;
    private const ulong Scratch = 0x4300_0000;

    private readonly SmallGuest _guest;
    private readonly List<ulong> _stores = [];

    public StoringGuest(bool smmu)
    {
        MachineConfiguration configuration = new()
        {
            El2 = false,
            MemoryBytes = 64 << 20,
            Smmu = smmu,
            PciDevices = [QemuComparison.Request("dma-exerciser,id=x,addr=1")],
        };
        _guest = new SmallGuest(
            configuration,
            0xa8c1_1023, // ldp x3, x4, [x1], #16
            0xb400_0063, // cbz x3, to the last
            0xb900_0064, // str w4, [x3]
            0x17ff_fffd, // b to the first
            0x1400_0000); // b .
        _guest.Set("x1", List);
        Store(PciMachine.Config(0, 1, 0x10), (uint)Exerciser);
        Store(PciMachine.Config(0, 1, 4), 6);
        if (smmu)
        {
            SmmuFixture.SwitchOn((register, value, _) => Smmu(register, value));
        }
    }

    public MachineDebugPort Port => _guest.Port;

    /// <summary>Puts a store of 32 bits at the end of the list.</summary>
    public void Store(ulong address, uint value) => _stores.AddRange([address, value]);

    /// <summary>Writes an SMMU register, the low half where it is one of 64 bits.</summary>
    public void Smmu(uint register, ulong value) => Store(SmmuFixture.Registers + register, (uint)value);

    /// <summary>Makes the exerciser send.</summary>
    /// <param name="operation">1 reads, 2 writes, 3 sends a message.</param>
    public void Send(uint operation, ulong address, uint length = 8, uint data = 0)
    {
        Store(Exerciser + 0x08, (uint)address);
        Store(Exerciser + 0x0c, (uint)(address >> 32));
        Store(Exerciser + 0x10, length);
        Store(Exerciser + 0x20, data);
        Store(Exerciser + 0x30, 1);
        Store(Exerciser + 0x40, operation);
        Store(Scratch, 0); // gives it the time that its delay takes
        Store(Scratch, 0);
    }

    public void Memory(ulong address, params ReadOnlySpan<ulong> words)
    {
        foreach (ulong word in words)
        {
            Port.TryWriteMemory(0, MemorySpace.Physical, address, BitConverter.GetBytes(word));
            address += sizeof(ulong);
        }
    }

    public ulong Memory(ulong address) => _guest.ReadMemory(address);

    /// <summary>Runs the list to its end, or to a stop.</summary>
    public MachineStop Run()
    {
        Memory(List, [.. _stores, 0, 0]);
        return _guest.Run(instructions: 2000);
    }

    public void Dispose() => _guest.Dispose();
}
