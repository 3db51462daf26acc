using System;
using System.Collections.Generic;
using System.Text;

namespace GdbHost.GdbStub.Serial;

/// <summary>
/// The keys with which a user at the guest's serial line speaks to gdbhost: the escape key (Ctrl-A), then a letter. Letters as
/// QEMU's documentation has them, Keys in the character backend multiplexer.
/// </summary>
/// <param name="escape">The code of the escape key.</param>
/// <param name="quit">Ends the run.</param>
internal sealed class EscapeKeys(byte escape, Action quit)
{
    private const int LetterOffset = 64;
    private bool _escaped;

    /// <summary>Takes what was typed: gives what the guest is to get, and what gdbhost says to the user.</summary>
    public (byte[] ToGuest, string ToUser) Filter(ReadOnlySpan<byte> typed)
    {
        var toGuest = new List<byte>(typed.Length);
        var toUser = new StringBuilder();
        foreach (byte key in typed)
        {
            if (_escaped)
            {
                _escaped = false;
                Command(key, toGuest, toUser);
            }
            else if (key == escape)
            {
                _escaped = true;
            }
            else
            {
                toGuest.Add(key);
            }
        }

        return ([.. toGuest], toUser.ToString());
    }

    private void Command(byte key, List<byte> toGuest, StringBuilder toUser)
    {
        if (key == escape)
        {
            toGuest.Add(key);
            return;
        }

        switch ((char)key)
        {
            case 'x':
                quit();
                break;
            case 'h' or '?':
                toUser.Append(Help());
                break;
            case 'c':
                toUser.Append("gdbhost: there is no QEMU monitor here; attach gdb (option -s) and use its \"monitor help\"\r\n");
                break;
            default:
                toUser.Append("gdbhost: this key has no meaning here; the escape key and h list those that have\r\n");
                break;
        }
    }

    private string Help()
    {
        // Control codes are the letters without their upper bits.
        string name = escape < ' ' ? $"C-{char.ToLowerInvariant((char)(escape + LetterOffset))}" : $"{(char)escape}";
        return $"\r\n{name} h    print this help\r\n{name} x    end gdbhost\r\n"
            + $"{name} c    (QEMU's monitor: not built; gdb's \"monitor\" command has its place)\r\n{name} {name}  send {name}\r\n";
    }
}
