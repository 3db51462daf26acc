using System;
using System.Collections.Generic;

namespace GdbHost.GdbStub.Target;

/// <summary>A file that exists only for the debugger.</summary>
/// <param name="Name">Without folders.</param>
/// <param name="Read">Its content at this moment.</param>
internal sealed record PublishedFile(string Name, Func<byte[]> Read);

/// <summary>Files that gdb's "remote get" fetches.</summary>
internal interface IPublishedFiles
{
    IReadOnlyList<PublishedFile> Files { get; }

    /// <summary>The name of the file that the guest begins with, if gdb can read it; else null.</summary>
    string? Program { get; }
}
