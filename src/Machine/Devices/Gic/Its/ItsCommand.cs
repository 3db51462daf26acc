using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>One command of the queue: four doublewords (IHI 0069, ITS commands).</summary>
internal readonly record struct ItsCommand(ulong Word0, ulong Word1, ulong Word2, ulong Word3)
{
    public const int Bytes = 32;

    public byte Number => (byte)Word0.Field(7, 0);

    public ulong DeviceId => Word0.Field(63, 32);

    public ulong EventId => Word1.Field(31, 0);

    /// <summary>MAPTI: pINTID.</summary>
    public ulong IntId => Word1.Field(63, 32);

    /// <summary>MAPD: bits of EventID less one.</summary>
    public ulong Size => Word1.Field(4, 0);

    /// <summary>MAPD: ITT_addr, in its place.</summary>
    public ulong TableAddress => Word2 & 0x000f_ffff_ffff_ff00;

    public ulong Collection => Word2.Field(15, 0);

    /// <summary>RDbase: a processor number, as GITS_TYPER.PTA is 0. MOVALL: the one that interrupts leave.</summary>
    public ulong Processor => Word2.Field(50, 16);

    /// <summary>MOVALL: RDbase2, the one that interrupts go to.</summary>
    public ulong OtherProcessor => Word3.Field(50, 16);

    /// <summary>MAPD, MAPC: V.</summary>
    public bool Valid => Word2.Bit(63);
}

/// <summary>
/// What is wrong with a command: the last byte of the architected number of its error (IHI 0069, ITS command error encodings).
/// </summary>
internal enum ItsError : byte
{
    None = 0,
    DeviceOutOfRange = 1,

    /// <summary>ITTSIZE_OOR of MAPD, PROCNUM_OOR of MAPC.</summary>
    SizeOrProcessorOutOfRange = 2,
    CollectionOutOfRange = 3,
    UnmappedDevice = 4,
    EventOutOfRange = 5,
    PhysicalIdOutOfRange = 6,
    UnmappedInterrupt = 7,
    UnmappedCollection = 9,

    /// <summary>Not architected: there is no such command.</summary>
    NoCommand = 0xfe,

    /// <summary>Not architected: the queue or a table is not in memory. Processing stalls.</summary>
    Memory = 0xff,
}
