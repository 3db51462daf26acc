using System;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// Format NVM (NVM Express Base Specification 1.4, section 5.23): clears the medium piece by piece, in events of virtual time, and gives the namespace its
/// new LBA format at the end. Meanwhile commands of I/O queues wait.
/// </summary>
internal sealed class NvmeFormat(NvmeController controller)
{
    private const ulong PieceBytes = 16 << 20;
    private const int NoEraseOrUserData = 1;

    private int _format;
    private ushort _command;
    private ulong _position;

    public bool IsUnderWay { get; private set; }

    public NvmeStatus Begin(NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        int format = (int)command.Dword10.Field(3, 0);
        if (command.Namespace is not (NvmeNamespace.Id or NvmeCommand.AllNamespaces))
        {
            return command.Namespace is 0 or > NvmeNamespace.Most ? NvmeStatus.InvalidNamespace : NvmeStatus.InvalidField;
        }

        // Metadata and protection information are none of its formats'.
        if (format >= controller.Namespace.Sizes.Length || command.Dword10.Field(8, 4) != 0)
        {
            return NvmeStatus.InvalidFormat;
        }

        if (command.Dword10.Field(11, 9) > NoEraseOrUserData)
        {
            return NvmeStatus.InvalidField;
        }

        if (controller.Namespace.Storage.IsReadOnly)
        {
            return NvmeStatus.WriteProtected;
        }

        if (IsUnderWay)
        {
            return NvmeStatus.FormatInProgress;
        }

        (_format, _command, _position, IsUnderWay) = (format, command.Id, 0, true);
        controller.ServeLater();
        return NvmeStatus.Later;
    }

    public void Stop() => IsUnderWay = false;

    /// <summary>The next piece, if there is one.</summary>
    public void GoOn()
    {
        if (!IsUnderWay || controller.Queues.Completion[0].IsFull)
        {
            return;
        }

        IBlockStorage storage = controller.Namespace.Storage;
        ulong piece = Math.Min(PieceBytes, storage.Length - _position);
        bool done = storage.TryClear(_position, piece);
        _position += piece;
        if (done && _position < storage.Length)
        {
            controller.ServeLater();
            return;
        }

        IsUnderWay = false;
        if (done && controller.Namespace.Format != _format)
        {
            controller.Namespace.SetFormat(_format);
            controller.Logs.NamespaceChanged();
        }

        controller.Queues.Complete(0, _command, 0, done ? NvmeStatus.Success : NvmeStatus.InternalError);
        controller.Queues.Announce();
    }

    public void Save(StateWriter to)
    {
        to.Write(IsUnderWay);
        to.Write(_format);
        to.Write((uint)_command);
        to.Write(_position);
    }

    public void Restore(StateReader from, NvmeNamespace of)
    {
        IsUnderWay = from.ReadBool();
        _format = from.ReadBelow(of.Sizes.Length, "an LBA format");
        _command = (ushort)from.ReadUInt32();
        _position = Math.Min(from.ReadUInt64(), of.Storage.Length);
    }
}
