using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands.Objects;

/// <summary>Objects that gdb reads in parts (GDB manual, General Query Packets: qXfer object:read).</summary>
internal static class Transfers
{
    public static readonly Command[] Rows =
    [
        new("qXfer:features:read:", ReadDescription, Advertise: "qXfer:features:read+"),
        new("qXfer:threads:read:", ReadThreads, Advertise: "qXfer:threads:read+"),
        new("qXfer:osdata:read:", ReadOsData, Advertise: "qXfer:osdata:read+"),
        new("qXfer:memory-map:read:", ReadMemoryMap, Advertise: "qXfer:memory-map:read+", Needs: static t => t is IMemoryMap),
        new("qXfer:siginfo:read:", ReadSignal, Advertise: "qXfer:siginfo:read+"),
        new("qXfer:exec-file:read:", ReadProgram, Advertise: "qXfer:exec-file:read+", Needs: static t => t is IPublishedFiles { Program: not null }),
        new("qXfer:libraries:read:", ReadLibraries, Advertise: "qXfer:libraries:read+", Needs: static t => t is IPublishedFiles { Libraries.Count: > 0 }),
        new("qXfer:libraries-svr4:read:", ReadSvr4Libraries, Advertise: "qXfer:libraries-svr4:read+", Needs: static t => t is IPublishedFiles { Libraries.Count: > 0 }),
    ];

    private static void ReadDescription(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeLiteral("target.xml:"u8))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        context.Description ??= TargetDescription.Print(context.Target);
        Answer(context, arguments, context.Description);
    }

    private static void ReadThreads(CommandContext context, RspReader arguments)
    {
        IEnumerable<XmlThread> threads = context.AllThreads()
            .Select(t => new XmlThread(t, t.Thread - 1, context.NameOf(t), context.State.Worlds.Describe(context.Target, t)));
        Answer(context, arguments.TakeEmptyAnnex(), ThreadsXml.Print([.. threads], context.State.Multiprocess));
    }

    private static void ReadMemoryMap(CommandContext context, RspReader arguments) => Answer(
        context, arguments.TakeEmptyAnnex(), MemoryMapXml.Print(VirtualMemoryMap.Of(((IMemoryMap)context.Target).MemoryRegions)));

    private static void ReadOsData(CommandContext context, RspReader arguments)
    {
        string type = Encoding.Latin1.GetString(arguments.TakeUntil(':'));
        if (OsTables.Of(type, context.Target) is OsTable table)
        {
            Answer(context, arguments, OsDataXml.Print(table));
        }
        else
        {
            context.Error(RspError.NoSuchObject);
        }
    }

    private static void ReadSignal(CommandContext context, RspReader arguments)
    {
        TargetStop stop = context.State.NonStop?.StopOf(context.State.SelectedCpu) ?? context.State.LastStop;
        Answer(context, arguments.TakeEmptyAnnex(), StopDetails.Of(context.Target, stop).ToBytes());
    }

    /// <summary>The annex is a process, of which there is one. gdb then fetches the file by vFile, unless the user has named one.</summary>
    private static void ReadProgram(CommandContext context, RspReader arguments)
    {
        if (arguments.AtEnd || (arguments.Rest[0] != ':' && !(arguments.TakeInt(out int process) && process == WorldChoice.First)))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        Answer(context, arguments.TakeEmptyAnnex(), Encoding.UTF8.GetBytes("/" + ((IPublishedFiles)context.Target).Program));
    }

    private static void ReadLibraries(CommandContext context, RspReader arguments) =>
        Answer(context, arguments.TakeEmptyAnnex(), LibrariesXml.Print(((IPublishedFiles)context.Target).Libraries));

    private static void ReadSvr4Libraries(CommandContext context, RspReader arguments) =>
        Answer(context, arguments.TakeEmptyAnnex(), LibrariesXml.PrintSvr4(((IPublishedFiles)context.Target).Libraries));

    private static RspReader TakeEmptyAnnex(this RspReader arguments)
    {
        arguments.Take(':');
        return arguments;
    }

    private static void Answer(CommandContext context, RspReader arguments, byte[] content)
    {
        if (TransferWindow.TryRead(ref arguments, out TransferWindow window))
        {
            window.WriteTo(context.Reply, content, CommandContext.MaxPacketBytes);
        }
        else
        {
            context.Error(RspError.Malformed);
        }
    }
}
