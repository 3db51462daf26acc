using System;
using System.Linq;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// Power State Coordination Interface 1.1 (Arm DEN 0022) as the machine's own firmware, with the answers that QEMU 7.2
/// gives: power-down states are standby, there is one cluster and nothing migrates.
/// </summary>
/// <param name="bySmc">The conduit: SMC, else HVC.</param>
/// <param name="power">The power of the whole machine.</param>
internal sealed class Psci(bool bySmc, IPowerControl power) : IFirmware
{
    private const uint Version1Dot1 = 0x0001_0001;
    private const int InstructionBytes = 4;

    /// <summary>In a function number: the 64-bit calling convention.</summary>
    private const uint Wide = 0x4000_0000;

    /// <summary>Bits of a power state that must be zero: StateType apart, the affinity level and reserved bits.</summary>
    private const uint PowerStateReserved = 0xfffe_0000;

    private enum Function : uint
    {
        Version = 0x8400_0000,
        CpuSuspend = 0x8400_0001,
        CpuOff = 0x8400_0002,
        CpuOn = 0x8400_0003,
        AffinityInfo = 0x8400_0004,
        MigrateInfoType = 0x8400_0006,
        SystemOff = 0x8400_0008,
        SystemReset = 0x8400_0009,
        Features = 0x8400_000a,

        /// <summary>The numbers of PSCI 0.1 in QEMU's device tree.</summary>
        CpuSuspendOld = 0x95c1_ba5e,
        CpuOffOld = 0x95c1_ba5f,
        CpuOnOld = 0x95c1_ba60,
    }

    /// <summary>Return values (DEN 0022, Return error codes).</summary>
    private enum Result : long
    {
        Success = 0,
        NotSupported = -1,
        InvalidParameters = -2,
        AlreadyOn = -4,

        /// <summary>AFFINITY_INFO: off. MIGRATE_INFO_TYPE: nothing to migrate.</summary>
        Off = 1,
        NothingMigrates = 2,
    }

    public unsafe bool TryCall(Core core, bool isSmc)
    {
        if (isSmc != bySmc)
        {
            return false;
        }

        ulong* x = core.State->X;
        uint number = (uint)x[0];
        x[0] = Known(number) is Function function
            ? (ulong)Call(core, function, x[1], x[2], x[3])
            : unchecked((ulong)Result.NotSupported);
        return true;
    }

    /// <summary>The function behind a number. Some have a 64-bit form as well; to us both are the same.</summary>
    private static Function? Known(uint number)
    {
        Function narrow = (Function)(number & ~Wide);
        bool hasWideForm = narrow is Function.CpuSuspend or Function.CpuOn or Function.AffinityInfo;
        return (number & Wide) != 0 && hasWideForm ? narrow : Enum.IsDefined((Function)number) ? (Function)number : null;
    }

    private long Call(Core core, Function function, ulong first, ulong second, ulong third)
    {
        switch (function)
        {
            case Function.Version:
                return Version1Dot1;
            case Function.CpuSuspend or Function.CpuSuspendOld:
                return (long)Suspend(core, first);
            case Function.CpuOff or Function.CpuOffOld:
                core.PoweredOff = true;
                return (long)Result.Success;
            case Function.CpuOn or Function.CpuOnOld:
                return (long)SwitchOn(core.Cluster, first, second, third);
            case Function.AffinityInfo:
                return (long)AffinityInfo(core.Cluster, first, second);
            case Function.MigrateInfoType:
                return (long)Result.NothingMigrates;
            case Function.SystemOff:
                core.PoweredOff = true;
                power.PowerOff();
                return (long)Result.Success;
            case Function.SystemReset:
                core.PoweredOff = true;
                power.Reset();
                return (long)Result.Success;
            default:
                return (long)(Known((uint)first) is null ? Result.NotSupported : Result.Success);
        }
    }

    private static Result Suspend(Core core, ulong powerState)
    {
        if ((powerState & PowerStateReserved) != 0)
        {
            return Result.InvalidParameters;
        }

        if (!core.System.Exceptions.WakesFromWfi)
        {
            core.Waiting = WaitKind.Interrupt;
        }

        return Result.Success;
    }

    private static unsafe Result SwitchOn(Cluster cluster, ulong affinity, ulong entry, ulong context)
    {
        Core? target = Find(cluster, affinity);
        if (target is null || entry % InstructionBytes != 0)
        {
            return Result.InvalidParameters;
        }

        if (!target.PoweredOff)
        {
            return Result.AlreadyOn;
        }

        CoreReset.Apply(target);
        CoreReset.SetState(target, target.Configuration.HasEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1);
        target.State->Pc = entry;
        target.State->X[0] = context;
        target.PoweredOff = false;
        return Result.Success;
    }

    private static Result AffinityInfo(Cluster cluster, ulong affinity, ulong level)
    {
        // Above a single core everything is always on.
        if (level != 0)
        {
            return Result.Success;
        }

        return Find(cluster, affinity) switch
        {
            null => Result.InvalidParameters,
            { PoweredOff: true } => Result.Off,
            _ => Result.Success,
        };
    }

    private static Core? Find(Cluster cluster, ulong affinity) =>
        cluster.Cores.FirstOrDefault(c => affinity == c.Configuration.Affinity);
}
