using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>The registers of an exerciser; README.md in this folder says what they do.</summary>
internal static class ExerciserRegisters
{
    private const string Source = "src/Machine/Pcie/Devices/Exerciser/README.md";
    private const uint Identification = 0x4141_4d44; // "DMAA"
    public const uint AddressLow = 0x008;
    public const uint Length = 0x010;
    public const uint Buffer = 0x014;
    public const uint Requester = 0x018;
    public const uint Attributes = 0x01c;
    public const uint DataLow = 0x020;
    public const uint CompareLow = 0x028;
    public const uint Delay = 0x030;
    public const uint Repeat = 0x034;
    public const uint Stride = 0x038;
    public const uint Status = 0x044;
    public const uint ResultLow = 0x048;
    public const uint Completed = 0x050;
    public const uint Pasid = 0x054;
    public const uint PageGroup = 0x058;
    public const uint PageAnswer = 0x05c;
    public const uint PageAnswerPasid = 0x060;
    public const uint Answering = 0x064;
    public const uint Invalidations = 0x068;
    public const uint TranslationLow = 0x070;

    /// <summary>Bit of REQUESTER.</summary>
    public const int Forged = 31;
    /// <summary>Bit of STATUS.</summary>
    public const int Busy = 0;
    /// <summary>Bit of STATUS.</summary>
    public const int Done = 1;
    /// <summary>Bit of STATUS.</summary>
    public const int Waiting = 2;
    /// <summary>Bit of ATTRIBUTES.</summary>
    public const int ByCache = 8;
    /// <summary>Bits of ATTRIBUTES that are those of a request.</summary>
    public const uint OnLink = 0x7f;
    /// <summary>Value of ANSWERING.</summary>
    public const uint AnswersLate = 1;
    /// <summary>Value of ANSWERING.</summary>
    public const uint AnswersNever = 2;
    /// <summary>Bit of COMMAND.</summary>
    public const int InterruptWhenDone = 8;
    private const uint DefaultDelay = 1000;

    public static readonly RegisterMap<DmaExerciser> Map = new(
        0x1000,
        new(0x000, "IDENT", Access.ReadOnly, Source) { Reset = Identification },
        new(0x004, "BUFFER_SIZE", Access.ReadOnly, Source) { Reset = DmaExerciser.BufferBytes },
        new(AddressLow, "ADDRESS", Access.ReadWrite, Source) { Count = 2 },
        new(Length, "LENGTH", Access.ReadWrite, Source) { Writable = 0xffff },
        new(Buffer, "BUFFER", Access.ReadWrite, Source) { Writable = 0x7fff },
        new(Requester, "REQUESTER", Access.ReadWrite, Source) { Writable = 0x8000_ffff },
        new(Attributes, "ATTRIBUTES", Access.ReadWrite, Source) { Writable = OnLink | (1u << ByCache) },
        new(DataLow, "DATA", Access.ReadWrite, Source) { Count = 2 },
        new(CompareLow, "COMPARE", Access.ReadWrite, Source) { Count = 2 },
        new(Delay, "DELAY", Access.ReadWrite, Source) { Reset = DefaultDelay },
        new(Repeat, "REPEAT", Access.ReadWrite, Source) { Writable = 0xffff },
        new(Stride, "STRIDE", Access.ReadWrite, Source),
        new(0x040, "COMMAND", Access.WriteOnly, Source) { Write = (d, _, value, _) => d.Start(value), WordOnly = true },
        new(Status, "STATUS", Access.WriteOneToClear, Source) { Writable = 1u << Done },
        new(ResultLow, "RESULT", Access.ReadOnly, Source) { Count = 2 },
        new(Completed, "COMPLETED", Access.ReadOnly, Source),
        new(Pasid, "PASID", Access.ReadWrite, Source) { Writable = PasidPrefix.Implemented },
        new(PageGroup, "PAGE_REQUEST", Access.ReadWrite, Source) { Writable = 0xfff },
        new(PageAnswer, "PAGE_RESPONSE", Access.ReadWrite, Source) { Writable = 0x8000_f1ff },
        new(PageAnswerPasid, "PAGE_RESPONSE_PASID", Access.ReadOnly, Source),
        new(Answering, "ANSWERING", Access.ReadWrite, Source) { Writable = 3 },
        new(Invalidations, "INVALIDATIONS", Access.ReadOnly, Source),
        new(TranslationLow, "TRANSLATION", Access.ReadOnly, Source) { Count = 2 });
}
