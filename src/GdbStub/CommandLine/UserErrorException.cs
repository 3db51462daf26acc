using System;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>
/// The user's mistake, or a file or address that cannot be used. The message is one line that names the option or file,
/// the reason, and what to do; the program prints it and ends with status 2.
/// </summary>
internal sealed class UserErrorException : Exception
{
    public UserErrorException()
    {
    }

    public UserErrorException(string message)
        : base(message)
    {
    }

    public UserErrorException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
