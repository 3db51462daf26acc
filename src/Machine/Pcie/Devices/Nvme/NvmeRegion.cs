using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices.Nvme.Rings;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// What is behind base address register 0: properties, doorbells 4 bytes apart (CAP.DSTRD is 0), then the table of MSI-X and its pending bits.
/// </summary>
internal sealed class NvmeRegion(IBusDevice registers, NvmeQueues queues, Msix messages, NvmeSettings settings, DeviceEvents events) : IBusDevice
{
    private const int DoorbellBytes = sizeof(uint);

    public string Name => registers.Name;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = 0;
        return offset < NvmeSettings.PageBytes ? registers.Read(offset, size, out value)
            : offset >= settings.TableAt ? messages.Read(offset - settings.TableAt, size, out value)
            : BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (offset < NvmeSettings.PageBytes)
        {
            return registers.Write(offset, size, value);
        }

        if (offset >= settings.TableAt)
        {
            return messages.Write(offset - settings.TableAt, size, value);
        }

        ulong doorbell = (offset - NvmeSettings.PageBytes) / DoorbellBytes;
        if (size != DoorbellBytes || doorbell / 2 >= (ulong)queues.Submission.Length)
        {
            events.Report(new DeviceEvent(Name, offset, size, IsWrite: true, value, size != DoorbellBytes ? DeviceMisuse.Width : DeviceMisuse.NoRegister));
            return BusResult.Ok;
        }

        queues.Ring((int)(doorbell / 2), doorbell % 2 != 0, (uint)value);
        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        value = 0;
        return offset < NvmeSettings.PageBytes ? registers.TryPeek(offset, size, out value)
            : offset < settings.TableAt || messages.TryPeek(offset - settings.TableAt, size, out value);
    }
}
