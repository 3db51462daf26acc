using System;
using System.Collections.Generic;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"vmid N" among the words of a stop: only what a guest does, or what is done for it.</summary>
/// <param name="Vmid">Null for all.</param>
internal readonly record struct VmidLimit(int? Vmid)
{
    /// <summary>For the line that says where the machine stops.</summary>
    public string Words => Vmid is int vmid ? $" of VMID {vmid}" : "";

    /// <summary>For the end of a sentence about what a device does.</summary>
    public static string After(int? vmid) => vmid is int id ? $"; VMID {id}" : "";

    /// <param name="vmid">Null for what is no guest's.</param>
    public bool Pass(int? vmid) => Vmid is null || Vmid == vmid;

    /// <summary>Refuses a limit to what devices do where no SMMU says whose they are; false where it can be met, or there is none.</summary>
    public bool RefusedWithoutSmmu(MonitorRequest request, MachineInspection machine)
    {
        bool refused = Vmid is not null && !machine.HasIommu;
        if (refused)
        {
            request.Fail("break: a device's requests and messages carry no VMID; the SMMU's stream table gives them one, and this machine has no SMMU; start it with --machine virt,iommu=smmuv3");
        }

        return refused;
    }

    /// <summary>Takes the limit out of the words; false where it is no number of 16 bits, or there twice.</summary>
    /// <param name="rest">The other words, in their order.</param>
    public static bool TryTake(ReadOnlySpan<string> words, out VmidLimit limit, out string[] rest)
    {
        List<string> others = [];
        limit = default;
        rest = [];
        for (int at = 0; at < words.Length; at++)
        {
            if (words[at] != "vmid")
            {
                others.Add(words[at]);
            }
            else if (limit.Vmid is null && at + 1 < words.Length && MonitorArguments.TryNumber(words[at + 1], out ulong number) && number <= ushort.MaxValue)
            {
                limit = new VmidLimit((int)number);
                at++;
            }
            else
            {
                return false;
            }
        }

        rest = [.. others];
        return true;
    }
}
