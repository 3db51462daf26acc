using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Time;

namespace GdbHost.Lockstep;

/// <summary>Where the two sides differ: which program and block, what each had then, and what both had before.</summary>
internal sealed record Difference(TestProgram Program, int Block, UserState Ours, UserState Theirs, byte[] OurData, byte[] TheirData)
{
    /// <summary>The state that both had before the block.</summary>
    public required UserState Before { get; init; }

    public required byte[] DataBefore { get; init; }
}

/// <summary>Runs programs on both sides and compares everything after each block.</summary>
internal sealed class Comparison(Func<Scheduler, Cluster> engine) : IDisposable
{
    private const int Ahead = 16;

    private readonly ProgramMachine _ours = new(engine);
    private readonly byte[] _data = new byte[Layout.DataBytes];
    private OracleProcess _oracle = new();

    /// <summary>Instructions that our side has executed.</summary>
    public ulong Instructions => _ours.Retired;

    public int Blocks { get; private set; }

    /// <summary>Blocks by what ended them; the UNDEFINED word behind a block is the ordinary end.</summary>
    public SortedDictionary<Outcome, int> Ends { get; } = [];

    /// <summary>Runs programs until there is none left or one differs.</summary>
    public Difference? Run(IEnumerable<TestProgram> programs)
    {
        Queue<TestProgram> sent = new();
        Task sending = Task.CompletedTask;
        foreach (TestProgram program in programs)
        {
            // What is sent ahead runs on the oracle while we run what was sent before.
            sent.Enqueue(program);
            sending = sending.ContinueWith(_ => _oracle.Send(program), TaskScheduler.Default);
            if (sent.Count >= Ahead && Compare(sent.Dequeue()) is { } difference)
            {
                return difference;
            }
        }

        while (sent.TryDequeue(out TestProgram? program))
        {
            if (Compare(program) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    /// <summary>Runs one program on both sides, with an oracle that knows nothing of others.</summary>
    public Difference? RunAlone(TestProgram program)
    {
        _oracle.Dispose();
        _oracle = new OracleProcess();
        return Run([program]);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _oracle.Dispose();
    }

    private Difference? Compare(TestProgram program)
    {
        _ours.Load(program);
        UserState before = program.Start;
        byte[] dataBefore = program.Data;
        for (int block = 0; block < program.Blocks.Count; block++)
        {
            UserState theirs;
            UserState ours = _ours.Run(block);
            try
            {
                theirs = _oracle.Receive(_data);
            }
            catch (EndOfStreamException)
            {
                theirs = new UserState { Outcome = Outcome.Other };
            }

            Blocks++;
            Ends[ours.Outcome] = Ends.GetValueOrDefault(ours.Outcome) + 1;
            if (!ours.Same(theirs) || !_ours.Data.SequenceEqual(_data))
            {
                return new Difference(program, block, ours, theirs, _ours.Data.ToArray(), [.. _data])
                {
                    Before = before,
                    DataBefore = [.. dataBefore],
                };
            }

            before = ours;
            dataBefore = _ours.Data.ToArray();
        }

        return null;
    }
}
