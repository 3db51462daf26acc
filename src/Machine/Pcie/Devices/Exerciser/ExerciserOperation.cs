namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>What a command does; README.md in this folder has the numbers.</summary>
internal enum ExerciserOperation : byte
{
    None = 0,
    Read = 1,
    Write = 2,
    Message = 3,
    FetchAdd = 4,
    Swap = 5,
    CompareAndSwap = 6,
    Msi = 7,
    Msix = 8,
    AssertPin = 9,
    ReleasePin = 10,
    Fill = 11,
    CorrectableError = 12,
    UncorrectableError = 13,
    AskTranslation = 14,
    RequestPage = 15,
    HintPage = 16,
    ForgetTranslations = 17,
}
