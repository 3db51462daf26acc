namespace GdbHost.GdbStub.Target;

/// <summary>Putting a stopped debuggee back to its start.</summary>
internal interface IRestart
{
    /// <summary>As its reset button: images loaded again, every vCPU at its start.</summary>
    void Restart();
}
