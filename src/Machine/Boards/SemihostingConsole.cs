using GdbHost.Machine.Semihosting;

namespace GdbHost.Machine.Boards;

/// <summary>
/// The machine's console for semihosting: output goes where the first UART's goes, and what is typed goes to whoever
/// reads it first, a program by semihosting or a driver from the UART.
/// </summary>
internal sealed class SemihostingConsole(Machine machine) : ISemihostingConsole
{
    public bool HasInput => machine.Console?.HasInput ?? false;

    public bool InputEnded => machine.Console?.InputEnded ?? true;

    public void Write(byte character) => machine.SerialOutput(character);

    public bool TryRead(out byte character)
    {
        character = 0;
        return machine.Console?.TryTake(out character) ?? false;
    }
}
