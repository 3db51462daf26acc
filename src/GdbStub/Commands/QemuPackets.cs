using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>
/// The packets that QEMU's stub adds, sent by "maintenance packet" (QEMU, System Emulation, GDB usage, "Advanced debugging options"):
/// physical addresses in memory packets, and what a single step lets happen.
/// </summary>
internal static class QemuPackets
{
    public static readonly Command[] Rows =
    [
        new("qqemu.PhyMemMode", ReadPhysicalMode),
        new("Qqemu.PhyMemMode:", SetPhysicalMode),
        new("qqemu.sstepbits", ReadStepBits),
        new("qqemu.sstep", ReadStep),
        new("Qqemu.sstep=", SetStep),
    ];

    private const ulong Enable = 1;
    private const ulong NoInterrupts = 2;
    private const ulong NoTimers = 4;

    private static void ReadPhysicalMode(CommandContext context, RspReader arguments) =>
        context.Reply.Put(context.State.View == AddressView.Physical ? '1' : '0');

    private static void SetPhysicalMode(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong mode) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        context.State.View = mode == 0 ? AddressView.Current : AddressView.Physical;
        context.Ok();
    }

    private static void ReadStepBits(CommandContext context, RspReader arguments) => context.Reply.Text("ENABLE=1,NOIRQ=2,NOTIMER=4");

    private static void ReadStep(CommandContext context, RspReader arguments) => context.Reply.Text(
        context.State.StepTakesInterrupts ? "0x1" : "0x7");

    /// <summary>A timer that expires in a step is seen with interrupts or not at all, so both bits go together here.</summary>
    private static void SetStep(CommandContext context, RspReader arguments)
    {
        _ = arguments.TakeLiteral("0x"u8);
        if (!arguments.TakeNumber(out ulong bits) || !arguments.AtEnd || (bits & Enable) == 0 || bits > (Enable | NoInterrupts | NoTimers))
        {
            context.Error(RspError.Malformed);
            return;
        }

        context.State.StepTakesInterrupts = (bits & NoInterrupts) == 0;
        context.Ok();
    }
}
