using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using GdbHost.Machine.Boards;

namespace GdbHost.Machine.Snapshots;

/// <summary>
/// What shapes the state of a machine, as lines "option value" in the words of the command line. What was loaded into
/// memory at the start is not part of it: that is in the memory.
/// </summary>
internal static class MachineIdentity
{
    private const int LongestValueShown = 80;

    public static string Of(MachineConfiguration machine)
    {
        string[] lines =
        [
            $"--machine {machine.Board},gic={Number((ulong)machine.GicVersion)},el2={Switch(machine.El2)},el3={Switch(machine.El3)},"
                + $"highmem={Switch(machine.HighMemory)}{(machine.Smmu ? ",iommu=smmuv3" : "")}",
            $"--cpu {machine.Cpu}",
            $"--smp {Number((ulong)machine.Cpus)}",
            $"--memory {Number(machine.MemoryBytes)}",
            $"--semihosting {Switch(machine.Semihosting)}",
            $"--global virtio-mmio.force-legacy={Switch(machine.LegacyVirtioMmio)}",
            .. machine.VirtioMmio.Select(static d => $"--device {d.Kind}-device {d.Identity} {d.Settings.InWords}"),
            .. machine.PciDevices.Select(static d => $"--device {d}"),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>Refuses a snapshot of another kind of machine, and says what differs first.</summary>
    public static void Check(string ours, string theirs)
    {
        if (ours == theirs)
        {
            return;
        }

        string[] own = ours.Split('\n');
        string[] other = theirs.Split('\n');
        int at = Enumerable.Range(0, own.Length).FirstOrDefault(i => i >= other.Length || own[i] != other[i], own.Length);
        throw new InvalidDataException(
            $"it is of a machine with {Shown(other, at)}, and this one has {Shown(own, at)}; start the same kind of machine");
    }

    private static string Shown(string[] lines, int at)
    {
        if (at >= lines.Length)
        {
            return "nothing more";
        }

        StringBuilder clean = new();
        foreach (char c in lines[at].Take(LongestValueShown))
        {
            clean.Append(char.IsAscii(c) && !char.IsControl(c) ? c : '?');
        }

        return clean.ToString();
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Switch(bool value) => value ? "on" : "off";
}
