using GdbHost.Machine.Tests.Pcie;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>A driver for one of the exercisers of a machine, through its registers (src/Machine/Pcie/Devices/Exerciser/README.md).</summary>
internal sealed class ExerciserDriver
{
    public const int Read = 1;
    public const int Write = 2;
    public const int Message = 3;
    public const int FetchAdd = 4;
    public const int AskTranslation = 14;
    public const int RequestPage = 15;
    public const int HintPage = 16;
    public const uint Translated = 1u << 2;
    public const uint Unruly = 1u << 4;
    public const uint TranslationRequest = 1u << 5;
    public const uint NoWrite = 1u << 6;
    public const uint ByCache = 1u << 8;

    private readonly PciMachine _pci;
    private readonly int _slot;

    public ExerciserDriver(PciMachine pci, int slot)
    {
        _pci = pci;
        _slot = slot;
        Registers = PciMachine.Window + ((ulong)slot << 20);
        SetConfig(0x10, (uint)Registers);
        SetConfig(0x04, 6, 2);
    }

    public ulong Registers { get; }

    public uint Stream => (uint)_slot << 3;

    public uint Status => Register(0x44);

    /// <summary>The 8 bytes that a read has put into the buffer.</summary>
    public ulong Data => _pci.Read(Registers + 0x8000, 8);

    public ulong Translation => _pci.Read(Registers + 0x70, 8);

    public uint Register(uint register) => (uint)_pci.Read(Registers + register);

    public void Set(uint register, uint value) => _pci.Write(Registers + register, value);

    public uint Config(int register) => (uint)_pci.Read(PciMachine.Config(0, _slot, register));

    public void SetConfig(int register, uint value, int size = 4) => _pci.Write(PciMachine.Config(0, _slot, register), value, size);

    /// <summary>Where an extended capability is.</summary>
    public int Find(uint id)
    {
        int at = 0x100;
        while ((Config(at) & 0xffff) != id)
        {
            at = (int)(Config(at) >> 20);
        }

        return at;
    }

    public void EnablePasid(uint control = 7) => SetConfig(Find(0x1b) + 6, control, 2);

    public void EnableAts() => SetConfig(Find(0x0f) + 6, 0x8000, 2);

    public void EnablePageRequests(uint allocation = 32)
    {
        SetConfig(Find(0x13) + 12, allocation);
        SetConfig(Find(0x13) + 4, 1, 2);
    }

    /// <summary>Does a command and lets time go on until nothing is to happen; gives the result.</summary>
    public uint Do(int operation, ulong address, uint length = 8, uint attributes = 0, uint pasid = 0)
    {
        Start(operation, address, length, attributes, pasid);
        return Status >> 8 & 0xff;
    }

    /// <summary>Starts a command and lets time go on until nothing is to happen.</summary>
    public void Start(int operation, ulong address, uint length = 8, uint attributes = 0, uint pasid = 0)
    {
        _pci.Write(Registers + 0x08, address, 8);
        Set(0x10, length);
        Set(0x1c, attributes);
        Set(0x54, pasid);
        Set(0x40, (uint)operation);
        _pci.RunEvents();
    }

    /// <summary>The value of the PASID register.</summary>
    public static uint Pasid(uint pasid, bool execute = false, bool privileged = false) =>
        (1u << 31) | pasid | (execute ? 1u << 20 : 0) | (privileged ? 1u << 21 : 0);
}
