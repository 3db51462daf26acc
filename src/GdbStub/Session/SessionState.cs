using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Session;

/// <summary>What one debugger has agreed and chosen so far.</summary>
internal sealed class SessionState
{
    /// <summary>The peer understands p&lt;pid&gt;.&lt;tid&gt;.</summary>
    public bool Multiprocess { get; set; }

    /// <summary>The stop reasons that the peer understands.</summary>
    public StopReasons Reasons { get; set; }

    /// <summary>Neither side sends '+' and '-' any more.</summary>
    public bool WithoutAcknowledgements { get; set; }

    /// <summary>The vCPU that g, m and their kin are about.</summary>
    public int SelectedCpu { get; set; }

    /// <summary>What the addresses of memory packets mean.</summary>
    public AddressView View { get; set; }

    /// <summary>A step may be taken into an interrupt handler.</summary>
    public bool StepTakesInterrupts { get; set; }

    /// <summary>The peer has said "!": the session outlives its guest, which can be run again.</summary>
    public bool Extended { get; set; }

    /// <summary>What vFile has open, by descriptor; null where one is free.</summary>
    public ReadOnlyMemory<byte>?[] OpenFiles { get; set; } = [];

    /// <summary>The peer takes a text in place of an error number in every reply.</summary>
    public bool ErrorTexts { get; set; }

    /// <summary>Why the newest read or write of memory that failed did so; null before the first.</summary>
    public string? MemoryProblem { get; set; }

    /// <summary>The threads that c and s are about.</summary>
    public ThreadId ResumeThreads { get; set; } = ThreadId.Everything;

    /// <summary>The peer names the thread behind register packets, ";thread:ID;", in place of an H packet before.</summary>
    public bool ThreadSuffix { get; set; }

    /// <summary>Another debugger has control of the guest: this one only looks.</summary>
    public bool Looks { get; set; }

    /// <summary>The trace frame that stands in the place of the guest; null for none.</summary>
    public TraceFrame? Frame { get; set; }

    /// <summary>What is left of a list that the peer fetches piece by piece.</summary>
    public Queue<string> Pieces { get; set; } = [];

    /// <summary>Each vCPU is resumed and stops for itself; null in all-stop mode.</summary>
    public NonStopThreads? NonStop { get; set; }

    /// <summary>A stop reply is owed. Never in non-stop mode.</summary>
    public bool Running { get; set; }

    /// <summary>What '?' answers.</summary>
    public TargetStop LastStop { get; set; }

    /// <summary>The peer said goodbye in due form: nothing is left to restore.</summary>
    public bool Detached { get; set; }

    /// <summary>The worlds of the machine as processes.</summary>
    public WorldChoice Worlds { get; } = new();
}
