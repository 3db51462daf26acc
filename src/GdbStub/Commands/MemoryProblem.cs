using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.GdbStub.Commands;

/// <summary>Says in one sentence why memory cannot be read or written.</summary>
internal static class MemoryProblem
{
    public static string Of(CommandContext context, ulong address, WalkAccess access)
    {
        if (context.State.Frame is not null)
        {
            return $"the trace frame has nothing of 0x{address:x}: it was not collected";
        }

        int? level = context.State.View switch
        {
            AddressView.El1 => 1,
            AddressView.El2 => 2,
            AddressView.El3 => 3,
            _ => null,
        };
        bool translated = context.State.View is not (AddressView.Intermediate or AddressView.Physical);
        WalkReport? report = context.State is { Worlds.World: World world, View: AddressView.Current }
            ? ((IWorlds)context.Target).Explain(context.State.SelectedCpu, world, address, access)
            : translated ? (context.Target as ITranslation)?.Explain(context.State.SelectedCpu, address, level, access) : null;
        return report?.Failure is null
            ? access == WalkAccess.Write ? $"there is no memory at 0x{address:x} that can be written" : $"nothing answers at 0x{address:x}"
            : $"0x{address:x} does not translate: {TranslationWords.Failure(report.Failure)}";
    }
}
