using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Tests.Cpu;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Simd;

/// <summary>
/// Exceptions that Advanced SIMD instructions take before they do anything. Witness: DDI 0487, CPACR_EL1.FPEN, SCTLR_EL1.SA,
/// SCTLR_EL1.A and the exception classes of ESR_EL1.
/// </summary>
public sealed unsafe class SimdTrapTests : IDisposable
{
    private const uint AddVector = 0x4ea2_8420; // ADD V0.4S, V1.4S, V2.4S
    private const uint LoadFromSp = 0x4cdf_23e0; // LD1 {V0.16B-V3.16B}, [SP], #64
    private const uint LoadWords = 0x4c40_2900; // LD1 {V0.4S-V3.4S}, [X8]
    private const uint LoadBytes = 0x4c40_2100; // LD1 {V0.16B-V3.16B}, [X8]
    private const ulong FpEnabled = 3ul << 20;
    private const ulong Data = TestCore.RamStart + 0x1000;

    private readonly TestCore _test = new(el2: false);

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData(AddVector)]
    [InlineData(LoadFromSp)]
    public void Simd_instruction_with_fp_access_off_takes_the_access_trap(uint word)
    {
        Assert.Equal(0x07u, ExceptionClassOf(word, cpacr: 0, sctlr: 0, address: Data));
        Assert.Equal(Data, _test.State->X[31]);
    }

    [Fact]
    public void Structure_load_from_a_misaligned_sp_takes_the_alignment_fault_before_it_moves_sp()
    {
        const ulong CheckSp = 1ul << 3;
        Assert.Equal(0x26u, ExceptionClassOf(LoadFromSp, FpEnabled, CheckSp, Data + 8));
        Assert.Equal(Data + 8, _test.State->X[31]);
    }

    [Theory]
    [InlineData(LoadWords, 0x25u)]
    [InlineData(LoadBytes, 0u)]
    public void Structure_load_with_checked_alignment_is_checked_by_the_element(uint word, uint expected)
    {
        const ulong CheckAlignment = 1ul << 1;
        Assert.Equal(expected, ExceptionClassOf(word, FpEnabled, CheckAlignment, Data + 2));
    }

    [Fact]
    public void Structure_load_beyond_the_end_of_memory_changes_no_register()
    {
        _test.State->V[0] = 1;
        Assert.Equal(0x25u, ExceptionClassOf(LoadFromSp, FpEnabled, sctlr: 0, TestCore.RamStart + 0x10_0000 - 32));
        Assert.Equal(1ul, _test.State->V[0]);
        Assert.Equal(TestCore.RamStart + 0x10_0000 - 32, _test.State->X[31]);
    }

    /// <summary>Executes a word at EL1 with SP and X8 at an address. Gives ESR_EL1.EC of the exception it takes, or 0.</summary>
    private uint ExceptionClassOf(uint word, ulong cpacr, ulong sctlr, ulong address)
    {
        Assert.True(_test.Core.Bus.TryPoke(new PhysicalAddress(TestCore.RamStart), BitConverter.GetBytes(word)));
        _test.Set("CPACR_EL1", cpacr);
        _test.Set("SCTLR_EL1", sctlr);
        _test.Enter(ExceptionLevel.El1);
        _test.State->X[31] = address;
        _test.State->X[8] = address;
        Assert.True(_test.Cluster.Step(_test.Core));
        return _test.TookException ? (uint)_test.Get("ESR_EL1") >> 26 : 0;
    }
}
