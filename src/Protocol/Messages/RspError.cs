namespace GdbHost.Protocol.Messages;

/// <summary>
/// The numbers we put into "E NN". gdb prints them and acts on none, so they are the errno values of the GDB manual
/// (File-I/O Remote Protocol Extension, Errno Values), which people recognize.
/// </summary>
public enum RspError
{
    /// <summary>EPERM: the target has the thing but does not let it be changed.</summary>
    NotPermitted = 1,

    /// <summary>ENOENT: no register, thread, annex or object of that name.</summary>
    NoSuchObject = 2,

    /// <summary>EFAULT: the address does not translate, or nothing answers there.</summary>
    BadAddress = 14,

    /// <summary>EBUSY: the guest is running, and the request needs it stopped.</summary>
    Running = 16,

    /// <summary>EINVAL: the arguments of the packet do not parse.</summary>
    Malformed = 22,

    /// <summary>ENOSPC: no more breakpoints or watchpoints.</summary>
    NoRoom = 28,

    /// <summary>ENAMETOOLONG: the packet or the answer it asks for is larger than PacketSize.</summary>
    TooLong = 91,
}
