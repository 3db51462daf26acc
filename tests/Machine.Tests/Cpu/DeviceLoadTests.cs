using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// Loads from a device in generated code: each asks the device once, at its own virtual time, and what the device does comes before the next
/// instruction. Witness: the interpreter, and the device's own list of what it was asked.
/// </summary>
public sealed unsafe class DeviceLoadTests
{
    private const ulong Vectors = TestCore.RamStart + 0x800;
    private const int Cuts = 400;

    /// <summary>X1 is the device, X2 a register in it, X9 counts.</summary>
    private static readonly uint[] Loop =
    [
        0xb940_0023, // LDR W3, [X1]
        0x3980_0424, // LDRSB X4, [X1, #1]
        0x7940_0c25, // LDRH W5, [X1, #6]
        0xf940_0426, // LDR X6, [X1, #8]
        0xab09_00e7, // ADDS X7, X7, X9
        0xb862_6828, // LDR W8, [X1, X2]
        0xf840_842a, // LDR X10, [X1], #8
        0xd100_2021, // SUB X1, X1, #8
        0xbd40_1020, // LDR S0, [X1, #16]
        0x9a9f_27eb, // CSET X11, CC
        0xb840_4d6c, // LDR W12, [X11, #4]!: X11 is 0 or 1, so no device, and mostly no memory
        0xb940_200d, // LDR W13, [X0, #32]: refused
        0x9100_0529, // ADD X9, X9, #1
        0xd50b_7a20, // DC CVAC, X0: asks no device
        0x17ff_fff2, // B to the start
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Loads_are_made_once_each_at_the_same_time_and_with_the_same_consequences(int seed)
    {
        using Guest interpreted = new(null);
        using Guest translated = new(2);
        Random random = new(seed);
        for (int cut = 0; cut < Cuts; cut++)
        {
            ulong instructions = (ulong)random.Next(1, random.Next(4) == 0 ? 200 : 20);
            ulong asked = (ulong)(random.Next(16) * 4);
            Assert.Equal(interpreted.Go(instructions, asked), translated.Go(instructions, asked));
        }

        Assert.Equal(interpreted.Asked, translated.Asked);
        Assert.InRange(translated.Asked.Count(static line => line.StartsWith("14", StringComparison.Ordinal)), 3, int.MaxValue);
        Assert.NotEqual(0UL, translated.Core.State->X[20]);
        Assert.NotEqual(0UL, translated.Core.State->X[21]);
    }

    /// <summary>Every read gives a value that depends on its time. One at 0x14 asserts the interrupt, one at 0x18 clears it, one at 0x20 is refused.</summary>
    private sealed class Device : IBusDevice
    {
        public string Name => "device";

        public List<string> Asked { get; } = [];

        public Func<ulong> Now { get; set; } = static () => 0;

        public Action<bool> Interrupt { get; set; } = static _ => { };

        public BusResult Read(ulong offset, int size, out ulong value)
        {
            Asked.Add($"{offset:x} {size} at {Now()}");
            value = ((Now() * 0x9e37_79b9_7f4a_7c15) + offset) >> (64 - (8 * size));
            if (offset is 0x14 or 0x18)
            {
                Interrupt(offset == 0x14);
            }

            return offset == 0x20 ? BusResult.SlaveError : BusResult.Ok;
        }

        public BusResult Write(ulong offset, int size, ulong value) => BusResult.Ok;

        public bool TryPeek(ulong offset, int size, out ulong value)
        {
            value = 0;
            return true;
        }
    }

    private sealed class Guest : IDisposable
    {
        private const ulong Place = 0x0900_0000;

        private readonly Device _device = new();

        public Guest(int? translateAfter)
        {
            Core = new TestCore(translateAfter: translateAfter, device: new BusRegion(_device.Name, Place, Ram.PageSize, null, _device));
            _device.Now = () => Core.Clock.Now;
            _device.Interrupt = Core.Core.System.Inputs.Irq.Set;
            Core.Write(TestCore.RamStart, Loop);
            Core.Write(
                Vectors + 0x200,
                0xd538_4034, // MRS X20, ELR_EL1
                0x9100_1294, // ADD X20, X20, #4
                0xd518_4034, // MSR ELR_EL1, X20
                0xd69f_03e0); // ERET
            Core.Write(
                Vectors + 0x280,
                0x9100_06b5, // ADD X21, X21, #1
                0xb940_1816, // LDR W22, [X0, #24]
                0xd69f_03e0); // ERET
            Core.Set("VBAR_EL1", Vectors);
            Core.Enter(ExceptionLevel.El1, daif: 0);
            Core.State->X[0] = Place;
            Core.State->X[1] = Place;
        }

        public TestCore Core { get; }

        public IReadOnlyList<string> Asked => _device.Asked;

        public string Go(ulong instructions, ulong register)
        {
            Core.State->X[2] = register;
            Core.Cluster.Run(instructions);
            string registers = string.Join(' ', new ReadOnlySpan<ulong>(Core.State->X, 31).ToArray());
            return $"{Core.State->Pc:x} {Core.State->Spsr:x} {Core.Cluster.Retired} {Core.Clock.Now} {Core.State->V[0]:x} {Core.Get("ESR_EL1"):x} {registers}";
        }

        public void Dispose() => Core.Dispose();
    }
}
