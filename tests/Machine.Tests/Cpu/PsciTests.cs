using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Tests.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// PSCI. Witness: qemu-system-aarch64 7.2 (tests/Vectors/sysregs/exceptions.txt); DEN 0022 for what CPU_ON does.
/// </summary>
public sealed unsafe class PsciTests
{
    private const uint Smc = 0xd400_0003;

    [Fact]
    public void Every_call_answers_as_the_oracle_does()
    {
        foreach (string[] v in SystemVectors.Read("exceptions.txt").Select(l => l.Split(' ')).Where(f => f[0] is "features" or "call"))
        {
            using TestCore core = Machine(out _);
            ulong[] arguments = v[0] == "features" ? [0x8400_000a, SystemVectors.Hex(v[1])] : [.. v[1..5].Select(SystemVectors.Hex)];
            Call(core, arguments);
            Assert.Equal(string.Join(' ', v), $"{string.Join(' ', v[..^1])} {core.State->X[0]:x16}");
        }
    }

    [Fact]
    public void CPU_ON_starts_a_core_at_EL2_with_its_context()
    {
        using TestCore core = Machine(out _);
        Core other = core.Cluster.Cores[1];
        Call(core, 0xc400_0003, 1, TestCore.RamStart + 0x1000, 0x1234);
        Assert.Equal(0UL, core.State->X[0]);
        Assert.False(other.PoweredOff);
        Assert.Equal(
            (TestCore.RamStart + 0x1000, 0x1234UL, ExceptionLevel.El2, 0x3c0u),
            (other.State->Pc, other.State->X[0], other.State->El, other.State->Daif));
        Call(core, 0xc400_0003, 1, TestCore.RamStart, 0);
        Assert.Equal(-4, (long)core.State->X[0]);
    }

    [Fact]
    public void CPU_OFF_and_SYSTEM_OFF_stop_the_caller()
    {
        using TestCore core = Machine(out Power power);
        Call(core, 0x8400_0002);
        Assert.True(core.Core.PoweredOff);
        Assert.False(power.IsOff);
        Call(core, 0x8400_0008);
        Assert.True(power.IsOff);
        Call(core, 0x8400_0009);
        Assert.True(power.IsReset);
    }

    [Fact]
    public void CPU_SUSPEND_waits_for_an_interrupt_and_returns_behind_the_call()
    {
        using TestCore core = Machine(out _);
        Call(core, 0xc400_0001, 0, 0, 0);
        Assert.Equal(WaitKind.Interrupt, core.Core.Waiting);
        Assert.Equal((0UL, TestCore.RamStart + 4), (core.State->X[0], core.State->Pc));
    }

    [Fact]
    public void HVC_is_no_call_of_firmware_behind_SMC()
    {
        using TestCore core = Machine(out _);
        core.Enter(ExceptionLevel.El1);
        core.State->X[0] = 0x8400_0000;
        core.Calls.HypervisorCall(TestCore.Of(0xd400_0002));
        Assert.True(core.TookException);
        Assert.Equal(0x8400_0000UL, core.State->X[0]);
    }

    private static TestCore Machine(out Power power)
    {
        TestCore core = new(cores: 2);
        power = new Power();
        foreach (Core each in core.Cluster.Cores)
        {
            each.System.Firmware = new Psci(bySmc: true, power);
            each.PoweredOff = each.Configuration.Index > 0;
        }

        return core;
    }

    private static void Call(TestCore core, params ulong[] arguments)
    {
        core.Enter(ExceptionLevel.El2);
        for (int i = 0; i < arguments.Length; i++)
        {
            core.State->X[i] = arguments[i];
        }

        core.Calls.SecureMonitorCall(TestCore.Of(Smc));
    }

    private sealed class Power : IPowerControl
    {
        public bool IsOff { get; private set; }

        public bool IsReset { get; private set; }

        public void PowerOff() => IsOff = true;

        public void Reset() => IsReset = true;
    }
}
