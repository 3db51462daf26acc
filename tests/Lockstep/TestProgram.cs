using System.Collections.Generic;

namespace GdbHost.Lockstep;

/// <summary>Words that belong together: a load and the instructions that make its address. One word may stand for all.</summary>
/// <param name="Start">Index of the first word.</param>
/// <param name="Count">Number of words.</param>
internal readonly record struct WordGroup(int Start, int Count);

/// <summary>Blocks of code, each ended by an UNDEFINED word, and the state in which the first begins.</summary>
internal sealed class TestProgram
{
    /// <summary>Its number under the seed that made it.</summary>
    public int Number { get; init; }

    public required uint[] Words { get; init; }

    /// <summary>Index of the first word of each block.</summary>
    public required IReadOnlyList<int> Blocks { get; init; }

    /// <summary>What can be left out, one by one, of a program that shows a difference.</summary>
    public required IReadOnlyList<WordGroup> Groups { get; init; }

    public required UserState Start { get; init; }

    public required byte[] Data { get; init; }

    public ulong Entry(int block) => Layout.Code + (4 * (ulong)Blocks[block]);

    /// <summary>The index behind the last word of a block.</summary>
    public int End(int block) => block + 1 < Blocks.Count ? Blocks[block + 1] : Words.Length;
}
