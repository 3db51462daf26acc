using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// gdb's register numbers: the place in the target's list. The g packet holds core and floating-point registers only;
/// gdb then fetches each system register by p when somebody asks for it, instead of all of them at every stop.
/// </summary>
internal sealed class RegisterLayout
{
    public RegisterLayout(IReadOnlyList<RegisterDescription> registers)
    {
        All = registers;
        InGeneralPacket = [.. registers.TakeWhile(r => r.Group != RegisterGroup.System)];
        GeneralPacketBytes = InGeneralPacket.Sum(r => r.Bytes);
        Expedited = [.. ExpeditedNames.Select(NumberOf).Where(n => n >= 0)];
        ExpeditedRegisters = [.. Expedited.Select(n => registers[n])];
        ExpeditedBytes = ExpeditedRegisters.Sum(static r => r.Bytes);
    }

    public IReadOnlyList<RegisterDescription> All { get; }

    public RegisterDescription[] InGeneralPacket { get; }

    public int GeneralPacketBytes { get; }

    /// <summary>Numbers of the registers that gdb needs at every stop; they go into the stop reply.</summary>
    public int[] Expedited { get; }

    public RegisterDescription[] ExpeditedRegisters { get; }

    public int ExpeditedBytes { get; }

    private static IEnumerable<string> ExpeditedNames => ["x29", "sp", "pc"];

    public bool TryGet(ulong number, out RegisterDescription register)
    {
        bool known = number < (ulong)All.Count;
        register = All[known ? (int)number : 0];
        return known;
    }

    private int NumberOf(string name)
    {
        for (int i = 0; i < All.Count; i++)
        {
            if (All[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}
