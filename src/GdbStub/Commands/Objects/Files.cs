using System;
using System.Buffers.Binary;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands.Objects;

/// <summary>
/// Files that exist only for the debugger, to be read with "remote get" (GDB manual, Host I/O Packets). Nothing of the host's disk is
/// reached, and nothing can be written.
/// </summary>
internal static class Files
{
    public static readonly Command[] Rows =
    [
        new("vFile:setfs:", SetFileSystem, Needs: Offered),
        new("vFile:open:", Open, Needs: Offered),
        new("vFile:close:", Close, Needs: Offered),
        new("vFile:pread:", Read, Needs: Offered),
        new("vFile:fstat:", Status, Needs: Offered),
    ];

    private const int MostOpen = 16;
    private const int BadDescriptor = 9;
    private const int TooManyOpen = 23;
    private const int StatusBytes = 64;
    private const uint RegularAndReadable = 0x8124; // S_IFREG, 0444

    private static bool Offered(ITarget target) => target is IPublishedFiles;

    private static void SetFileSystem(CommandContext context, RspReader arguments) => context.Reply.Text("F0");

    private static void Open(CommandContext context, RspReader arguments)
    {
        ReadOnlySpan<byte> digits = arguments.TakeUntil(',');
        if (!Hex.TryDecodeText(digits, out string name) || !arguments.TakeNumber(out ulong flags) || !arguments.Take(',')
            || !arguments.TakeNumber(out _) || !arguments.AtEnd)
        {
            Fail(context, (int)RspError.Malformed);
            return;
        }

        PublishedFile? file = ((IPublishedFiles)context.Target).Files.FirstOrDefault(f => f.Name == name.TrimStart('/'));
        int free = Array.IndexOf(context.State.OpenFiles, null);
        if (file is null)
        {
            Fail(context, (int)RspError.NoSuchObject);
        }
        else if (flags != 0)
        {
            Fail(context, (int)RspError.NotPermitted);
        }
        else if (free < 0 && context.State.OpenFiles.Length == MostOpen)
        {
            Fail(context, TooManyOpen);
        }
        else
        {
            if (free < 0)
            {
                free = context.State.OpenFiles.Length;
                context.State.OpenFiles = [.. context.State.OpenFiles, null];
            }

            context.State.OpenFiles[free] = file.Read();
            context.Reply.Put('F').Number((ulong)free);
        }
    }

    private static void Close(CommandContext context, RspReader arguments)
    {
        if (TryTakeFile(context, ref arguments, out int number, out _) && arguments.AtEnd)
        {
            context.State.OpenFiles[number] = null;
            context.Reply.Text("F0");
            return;
        }

        Fail(context, BadDescriptor);
    }

    private static void Read(CommandContext context, RspReader arguments)
    {
        if (!TryTakeFile(context, ref arguments, out _, out ReadOnlyMemory<byte> content) || !arguments.Take(',') || !arguments.TakeNumber(out ulong count)
            || !arguments.Take(',') || !arguments.TakeNumber(out ulong offset) || !arguments.AtEnd)
        {
            Fail(context, BadDescriptor);
            return;
        }

        int from = (int)Math.Min(offset, (ulong)content.Length);
        int length = (int)Math.Min(Math.Min(count, (ulong)(content.Length - from)), (CommandContext.MaxPacketBytes / 2) - 16);
        context.Reply.Put('F').Number((ulong)length).Put(';').Binary(content.Span.Slice(from, length));
    }

    /// <summary>The structure of the manual's "struct stat", highest byte first.</summary>
    private static void Status(CommandContext context, RspReader arguments)
    {
        if (!TryTakeFile(context, ref arguments, out _, out ReadOnlyMemory<byte> content) || !arguments.AtEnd)
        {
            Fail(context, BadDescriptor);
            return;
        }

        Span<byte> status = stackalloc byte[StatusBytes];
        status.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(status[8..], RegularAndReadable);
        BinaryPrimitives.WriteUInt32BigEndian(status[12..], 1);
        BinaryPrimitives.WriteUInt64BigEndian(status[28..], (ulong)content.Length);
        context.Reply.Put('F').Number(StatusBytes).Put(';').Binary(status);
    }

    private static bool TryTakeFile(CommandContext context, ref RspReader arguments, out int number, out ReadOnlyMemory<byte> content)
    {
        ReadOnlyMemory<byte>?[] open = context.State.OpenFiles;
        bool there = arguments.TakeInt(out number) && number < open.Length && open[number] is not null;
        content = there ? open[number]!.Value : default;
        return there;
    }

    private static void Fail(CommandContext context, int number) => context.Reply.Text("F-1,").Number((ulong)number);
}
