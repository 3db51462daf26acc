using System;

namespace GdbHost.Machine.Semihosting;

/// <summary>Why the host refused something: Linux's numbers, which SYS_ERRNO gives to the guest. Others than these can occur.</summary>
public enum HostError
{
    None = 0,

    /// <summary>EPERM.</summary>
    NotPermitted = 1,

    /// <summary>ENOENT.</summary>
    NoSuchFile = 2,

    /// <summary>E2BIG.</summary>
    TooLong = 7,

    /// <summary>EBADF.</summary>
    BadHandle = 9,

    /// <summary>EAGAIN: nothing there yet.</summary>
    NotYet = 11,

    /// <summary>EACCES.</summary>
    AccessDenied = 13,

    /// <summary>EFAULT: the guest's buffer is not memory.</summary>
    BadAddress = 14,

    /// <summary>EISDIR.</summary>
    IsFolder = 21,

    /// <summary>EINVAL.</summary>
    Invalid = 22,

    /// <summary>EMFILE.</summary>
    TooManyFiles = 24,

    /// <summary>ESPIPE.</summary>
    CannotSeek = 29,

    /// <summary>ENAMETOOLONG.</summary>
    NameTooLong = 36,

    /// <summary>ENOSYS.</summary>
    NoSuchCall = 38,

    /// <summary>ELOOP.</summary>
    TooManyLinks = 40,

    /// <summary>EILSEQ.</summary>
    BadCharacters = 84,
}

/// <summary>How SYS_OPEN opens a file: the ISO C modes in the order of the specification, "r" 0 to "a+b" 11.</summary>
/// <param name="Number">0 to 11.</param>
public readonly record struct HostFileMode(int Number)
{
    private const int Modes = 12;

    public bool IsKnown => (uint)Number < Modes;

    /// <summary>"r" and "rb".</summary>
    public bool IsPlainRead => Number is 0 or 1;

    /// <summary>The file must be there: the "r" modes.</summary>
    public bool MustExist => Number < 4;

    /// <summary>What is there is thrown away: the "w" modes.</summary>
    public bool Truncates => Number is >= 4 and < 8;

    /// <summary>Each write goes to the end: the "a" modes.</summary>
    public bool Appends => Number >= 8;

    public bool CanRead => MustExist || Number % 4 >= 2;

    public bool CanWrite => !IsPlainRead;

    /// <summary>The mode by which the same file is opened again without losing what is in it.</summary>
    public HostFileMode WithoutTruncation => Truncates ? new HostFileMode(Number % 4 < 2 ? 8 : 2) : this;
}

/// <summary>An open file of the host. It has no position: that is the machine's.</summary>
public interface IHostFile : IDisposable
{
    /// <summary>Reads from a position as far as the file goes.</summary>
    HostError Read(ulong position, Span<byte> into, out int done);

    /// <summary>Writes at a position; fewer bytes than given where the host has no room.</summary>
    HostError Write(ulong position, ReadOnlySpan<byte> bytes, out int done);

    HostError Measure(out ulong length);
}

/// <summary>
/// The host's files that a guest may reach. Called on the machine's thread at a known instruction count; it must not
/// block, and answers errors, never throws.
/// </summary>
public interface IHostFiles
{
    /// <summary>Opens a file; null with the reason where that is not possible.</summary>
    IHostFile? Open(string path, HostFileMode mode, out HostError reason);

    HostError Remove(string path);

    HostError Rename(string path, string newPath);

    /// <summary>Tells the user that the guest asked for a command of the host (SYS_SYSTEM), which is never executed.</summary>
    void CommandRefused(string command);
}
