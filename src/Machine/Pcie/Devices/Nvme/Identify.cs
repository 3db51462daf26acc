using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// What a controller says of itself (NVM Express Base Specification 1.4, section 5.15; TP 4056 for command sets). Values are those of QEMU 7.2 without
/// what is not built: metadata, Copy, namespace attachment, SR-IOV.
/// </summary>
internal static class Identify
{
    public const int Bytes = 4096;

    private const ushort Vendor = 0x1b36;
    private const ushort SubsystemVendor = 0x1af4;
    private const byte CommandSetDescriptor = 4;

    public static NvmeStatus Do(NvmeController controller, NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        byte[] page = new byte[Bytes];
        var structure = (byte)command.Dword10.Field(7, 0);
        bool isNvm = command.Dword11.Field(31, 24) == 0;
        NvmeStatus status = structure switch
        {
            0x00 or 0x11 => OfNamespace(command, FillNamespace),
            0x01 => Fill(FillController),
            0x02 or 0x10 => List(),
            0x03 => OfNamespace(command, FillDescriptors, mustBe: true),
            0x05 or 0x1b => isNvm ? OfNamespace(command, static (_, _) => { }) : NvmeStatus.InvalidField,
            0x06 => isNvm ? Fill(FillNvmLimits) : NvmeStatus.InvalidField,
            0x07 or 0x1a => isNvm ? List() : NvmeStatus.InvalidField,
            0x1c => Fill(static (_, page) => page[0] = 1),
            _ => NvmeStatus.InvalidField,
        };
        return status == NvmeStatus.Success ? request.Give(page, page.Length) : status;

        NvmeStatus Fill(Action<NvmeController, byte[]> fill)
        {
            fill(controller, page);
            return NvmeStatus.Success;
        }

        NvmeStatus List()
        {
            // NSIDs above the one that is given.
            page[0] = (byte)(command.Namespace < NvmeNamespace.Id ? NvmeNamespace.Id : 0);
            return command.Namespace >= uint.MaxValue - 1 ? NvmeStatus.InvalidNamespace : NvmeStatus.Success;
        }

        NvmeStatus OfNamespace(in NvmeCommand of, Action<NvmeController, byte[]> fill, bool mustBe = false) => of.Namespace switch
        {
            0 or > NvmeNamespace.Most => NvmeStatus.InvalidNamespace,
            NvmeNamespace.Id => Fill(fill),
            _ => mustBe ? NvmeStatus.InvalidField : NvmeStatus.Success,
        };
    }

    private static void FillController(NvmeController controller, byte[] page)
    {
        NvmeSettings settings = controller.Settings;
        Word(page, 0, Vendor);
        Word(page, 2, SubsystemVendor);
        Text(page, 4, 20, settings.Serial);
        Text(page, 24, 40, "QEMU NVMe Ctrl");
        Text(page, 64, 8, NvmeLogs.Firmware);
        page[72] = 6; // RAB
        page[74] = 0x54; // IEEE
        page[75] = 0x52;
        page[77] = (byte)settings.TransferLimit; // MDTS
        Double(page, 80, 0x1_0400); // VER
        Double(page, 92, 1 << 8); // OAES: namespace attribute notices
        page[111] = 1; // CNTRLTYPE: I/O controller
        Word(page, 256, (1 << 1) | (1 << 8)); // OACS: Format NVM, Doorbell Buffer Config
        page[258] = 3; // ACL
        page[259] = (byte)settings.EventLimit; // AERL
        page[260] = 0x3; // FRMW: one slot, read only
        page[261] = 0x7; // LPA
        Word(page, 266, NvmeFeatures.WarningTemperature); // WCTEMP
        Word(page, 268, 0x175); // CCTEMP
        page[512] = 0x66; // SQES
        page[513] = 0x44; // CQES
        Double(page, 516, NvmeNamespace.Most); // NN
        Word(page, 520, (1 << 0) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 6)); // ONCS: Compare, Dataset Management, Write Zeroes, Save and Select, Timestamp
        page[525] = (byte)(settings.WriteCache ? 0x7 : 0x6); // VWC
        Double(page, 536, 1); // SGLS: of any alignment
        Encoding.ASCII.GetBytes($"nqn.2019-08.org.qemu:{settings.Serial}", page.AsSpan(768)); // SUBNQN
        Word(page, 2048, 0x9c4); // Power state 0: MP
        Double(page, 2052, 0x10); // ENLAT
        Double(page, 2056, 0x4); // EXLAT
    }

    private static void FillNamespace(NvmeController controller, byte[] page)
    {
        const int DeallocationBytes = 4096;
        NvmeNamespace of = controller.Namespace;
        Quad(page, 0, of.Blocks); // NSZE
        Quad(page, 8, of.Blocks); // NCAP
        Quad(page, 16, of.Blocks); // NUSE
        page[24] = 1 << 4; // NSFEAT: NPDG and NPDA are given
        page[25] = (byte)(of.Sizes.Length - 1); // NLBAF
        page[26] = (byte)of.Format; // FLBAS
        page[33] = 1; // DLFEAT: what is deallocated reads as zeros
        ushort granularity = (ushort)((DeallocationBytes / of.BlockBytes) - 1);
        Word(page, 68, granularity); // NPDG
        Word(page, 70, granularity); // NPDA
        page[99] = (byte)(of.Storage.IsReadOnly ? 1 : 0); // NSATTR
        for (int format = 0; format < of.Sizes.Length; format++)
        {
            page[128 + (format * 4) + 2] = (byte)BitOperations.Log2((uint)of.Sizes[format]); // LBADS
        }
    }

    private static void FillDescriptors(NvmeController controller, byte[] page)
    {
        // Command Set Identifier 0: NVM.
        page[0] = CommandSetDescriptor;
        page[1] = 1;
    }

    private static void FillNvmLimits(NvmeController controller, byte[] page)
    {
    }

    private static void Word(byte[] page, int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(at), (ushort)value);

    private static void Double(byte[] page, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(at), value);

    private static void Quad(byte[] page, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(at), value);

    private static void Text(byte[] page, int at, int length, string text) => Encoding.ASCII.GetBytes(text.PadRight(length), page.AsSpan(at, length));
}
