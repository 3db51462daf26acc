using System;
using System.Buffers.Binary;
using System.Text;
using GdbHost.Machine.Common;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// Log pages (NVM Express Base Specification 1.4, section 5.14): errors of the host's, health, firmware, changed namespaces, commands. Counts are not
/// volatile: they last as long as the machine.
/// </summary>
internal sealed class NvmeLogs(NvmeController controller, VirtualClock clock)
{
    public const string Firmware = "7.2";

    private const int ErrorBytes = 64;
    private const int HealthBytes = 512;
    private const int FirmwareBytes = 512;
    private const int ListBytes = 4096;
    private const int EffectsBytes = 4096;
    private const int SectorBytes = 512;
    private const ulong SectorsInUnit = 1000;
    private const ulong NanosecondsInHour = 3_600_000_000_000;
    private const byte TemperatureWarning = 1 << 1;
    private const byte ReadOnlyWarning = 1 << 3;

    private readonly byte[] _lastError = new byte[ErrorBytes];
    private ulong _errors;
    private ulong _bytesRead;
    private ulong _bytesWritten;
    private ulong _reads;
    private ulong _writes;
    private bool _changed;

    public void CountRead(ulong bytes) => (_reads, _bytesRead) = (_reads + 1, _bytesRead + bytes);

    public void CountWrite(ulong bytes) => (_writes, _bytesWritten) = (_writes + 1, _bytesWritten + bytes);

    /// <summary>A command has failed because of the host.</summary>
    public void Failed(NvmeRequest request, NvmeStatus status)
    {
        const ushort NoLocation = 0xffff;
        _errors++;
        Array.Clear(_lastError);
        BinaryPrimitives.WriteUInt64LittleEndian(_lastError, _errors);
        BinaryPrimitives.WriteUInt16LittleEndian(_lastError.AsSpan(8), (ushort)request.Queue);
        BinaryPrimitives.WriteUInt16LittleEndian(_lastError.AsSpan(10), request.Command.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(_lastError.AsSpan(12), (ushort)(status.Field() << 1));
        BinaryPrimitives.WriteUInt16LittleEndian(_lastError.AsSpan(14), NoLocation);
        BinaryPrimitives.WriteUInt64LittleEndian(_lastError.AsSpan(16), request.Command.FirstBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(_lastError.AsSpan(24), request.Command.Namespace);
    }

    /// <summary>The namespace has another size or format.</summary>
    public void NamespaceChanged()
    {
        _changed = true;
        if (controller.Features.TellsOfNamespaces)
        {
            controller.Events.Post(NvmeEvent.NamespaceChanged);
        }
    }

    public NvmeStatus Get(NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        var page = (byte)command.Dword10.Field(7, 0);
        bool retainsEvent = command.Dword10.Bit(15);
        ulong dwords = (command.Dword10.Field(31, 16) | ((ulong)command.Dword11.Field(15, 0) << 16)) + 1;
        ulong offset = command.Dword12 | ((ulong)command.Dword13 << 32);
        byte[]? content = page switch
        {
            1 => (byte[])_lastError.Clone(),
            2 => Health(),
            3 => FirmwareSlots(),
            4 => ChangedNamespaces(),
            5 => Effects(command.Dword14),
            _ => null,
        };
        if (content is null || offset >= (ulong)content.Length || offset % sizeof(uint) != 0)
        {
            return NvmeStatus.InvalidField;
        }

        // Health is also of the one namespace, of which there is none other.
        if (page == 2 && command.Namespace is not (NvmeNamespace.Id or NvmeCommand.AllNamespaces))
        {
            return NvmeStatus.InvalidNamespace;
        }

        int length = (int)Math.Min((ulong)content.Length - offset, dwords * sizeof(uint));
        NvmeStatus status = request.Give(content[(int)offset..], length);
        if (status == NvmeStatus.Success && !retainsEvent)
        {
            _changed &= page != 4;
            controller.Events.LogRead(page);
        }

        return status;
    }

    public void Save(StateWriter to)
    {
        to.Write(_lastError.AsSpan());
        to.Write((ReadOnlySpan<ulong>)[_errors, _bytesRead, _bytesWritten, _reads, _writes]);
        to.Write(_changed);
    }

    public void Restore(StateReader from)
    {
        from.ReadBytes(_lastError);
        Span<ulong> counts = stackalloc ulong[5];
        from.ReadWords(counts);
        (_errors, _bytesRead, _bytesWritten, _reads, _writes) = (counts[0], counts[1], counts[2], counts[3], counts[4]);
        _changed = from.ReadBool();
    }

    private static ulong Units(ulong bytes) => ((bytes / SectorBytes) + SectorsInUnit - 1) / SectorsInUnit;

    private static byte[] FirmwareSlots()
    {
        byte[] page = new byte[FirmwareBytes];
        page[0] = 1;
        Encoding.ASCII.GetBytes(Firmware.PadRight(8), page.AsSpan(8));
        return page;
    }

    private static byte[]? Effects(uint set)
    {
        const int OfSet = 1024;
        if (set.Field(31, 24) != 0)
        {
            return null;
        }

        byte[] page = new byte[EffectsBytes];
        foreach ((NvmeOperation[] table, int at) in new[] { (AdminCommands.Table, 0), (NvmCommands.Table, OfSet) })
        {
            foreach (NvmeOperation operation in table)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(at + (operation.Opcode * 4)), (uint)(NvmeEffects.Supported | operation.Effects));
            }
        }

        return page;
    }

    private byte[] Health()
    {
        byte[] page = new byte[HealthBytes];
        page[0] = (byte)((controller.Features.IsOutsideTemperatures ? TemperatureWarning : 0) | (controller.Namespace.Storage.IsReadOnly ? ReadOnlyWarning : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(1), NvmeFeatures.Temperature);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(32), Units(_bytesRead));
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(48), Units(_bytesWritten));
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(64), _reads);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(80), _writes);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(128), clock.Now / NanosecondsInHour);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(160), _errors);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(176), _errors);
        return page;
    }

    private byte[] ChangedNamespaces()
    {
        byte[] page = new byte[ListBytes];
        page[0] = (byte)(_changed ? NvmeNamespace.Id : 0);
        return page;
    }
}
