using System;
using System.Collections.Generic;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Target;

/// <summary>A file that exists only for the debugger.</summary>
/// <param name="Name">Its path without the first slash.</param>
/// <param name="Read">Its content at this moment.</param>
internal sealed record PublishedFile(string Name, Func<ReadOnlyMemory<byte>> Read);

/// <summary>Files that gdb's "remote get" fetches.</summary>
internal interface IPublishedFiles
{
    IReadOnlyList<PublishedFile> Files { get; }

    /// <summary>The name of the file that the guest begins with, if gdb can read it; else null.</summary>
    string? Program { get; }

    /// <summary>Those whose symbols the user wants gdb to read by itself, in any number; gdb fetches them by their names.</summary>
    IReadOnlyList<XmlLibrary> Libraries { get; }
}
