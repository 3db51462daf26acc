namespace GdbHost.Machine.Boards;

/// <summary>Whether the machine is on, as the guest left it.</summary>
internal enum PowerState
{
    Running,

    /// <summary>The guest switched off (PSCI SYSTEM_OFF).</summary>
    Off,

    /// <summary>The guest ended itself by semihosting; see <see cref="Machine.ExitCode"/>.</summary>
    Exited,

    /// <summary>The guest asked for a reset (PSCI SYSTEM_RESET), which somebody has to give.</summary>
    ResetRequested,
}
