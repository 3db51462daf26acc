namespace GdbHost.Machine.Cpu;

/// <summary>Executes a core's instructions. Every engine gives the same state after the same number of instructions.</summary>
internal interface IExecutionEngine
{
    /// <summary>
    /// Runs at most <paramref name="budget"/> instructions and says how many were retired; fewer when something asks
    /// for the run loop's attention. Each exception taken for a fault counts as one, so that time goes on.
    /// </summary>
    ulong Run(ulong budget);
}
