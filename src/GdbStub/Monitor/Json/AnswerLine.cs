using System;

namespace GdbHost.GdbStub.Monitor.Json;

/// <summary>One line of a monitor command's answer: for people, and the same as facts.</summary>
internal sealed record AnswerLine(string Text, Fact[] Facts)
{
    /// <summary>The value of a fact; null where the line has none of this name.</summary>
    public object? this[string name] => Array.Find(Facts, f => f.Name == name).Value;

    /// <summary>An address or the content of a register.</summary>
    public ulong? Word(string name) => this[name] as ulong?;

    /// <summary>A number, whichever way it is kept.</summary>
    public long? Number(string name) => this[name] switch
    {
        int number => number,
        long number => number,
        ulong number => (long)number,
        _ => null,
    };

    public string? Words(string name) => this[name] as string;

    public bool Is(string name) => this[name] is true;
}
