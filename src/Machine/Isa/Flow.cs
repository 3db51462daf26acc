namespace GdbHost.Machine.Isa;

/// <summary>What an instruction does to the flow of control.</summary>
internal enum Flow
{
    /// <summary>Goes on with the next instruction.</summary>
    Next = 0,

    /// <summary>A direct branch was taken; PC is its target.</summary>
    Taken,

    /// <summary>A conditional branch was not taken; PC is the next instruction.</summary>
    NotTaken,

    /// <summary>PC was set to a value that is known only now.</summary>
    Indirect,

    /// <summary>The instruction completed and PC is set; the core must look at interrupts, level and events before it goes on.</summary>
    End,

    /// <summary>The instruction did not complete: an exception or a debug stop is recorded, nothing else was changed.</summary>
    Fault,
}
