using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Smmu.Commands;

/// <summary>A command that was done.</summary>
/// <param name="Index">Its place in the queue.</param>
/// <param name="Structures">Kept structures that it removed.</param>
/// <param name="Translations">Kept translations that it removed.</param>
internal readonly record struct DoneCommand(uint Index, Command Command, CommandError Error, int Structures, int Translations);

/// <summary>The last commands, with what each removed.</summary>
[NotState("a notebook")]
internal sealed class CommandLog
{
    public const int Most = 256;

    private readonly Queue<DoneCommand> _last = [];

    /// <summary>The oldest first.</summary>
    public IReadOnlyCollection<DoneCommand> Last => _last;

    public void Add(in DoneCommand done)
    {
        if (_last.Count == Most)
        {
            _last.Dequeue();
        }

        _last.Enqueue(done);
    }

    public void Clear() => _last.Clear();
}
