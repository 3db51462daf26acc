using System;

namespace GdbHost.Protocol.Text;

/// <summary>
/// Reads the arguments of a packet from left to right: hexadecimal numbers, thread ids, separators, names.
/// It never throws and allocates for bytes alone; a method that returns false has consumed nothing.
/// </summary>
public ref struct RspReader(ReadOnlySpan<byte> text)
{
    /// <summary>What is not read yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = text;

    public readonly bool AtEnd => Rest.IsEmpty;

    /// <summary>Reads one given character.</summary>
    public bool Take(char c)
    {
        if (Rest.IsEmpty || Rest[0] != c)
        {
            return false;
        }

        Rest = Rest[1..];
        return true;
    }

    /// <summary>Reads any one character.</summary>
    public bool TakeAny(out char c)
    {
        if (Rest.IsEmpty)
        {
            c = '\0';
            return false;
        }

        c = (char)Rest[0];
        Rest = Rest[1..];
        return true;
    }

    /// <summary>Reads a hexadecimal number of one to sixteen significant digits; one that needs more than 64 bits is malformed.</summary>
    public bool TakeNumber(out ulong value)
    {
        value = 0;
        int digits = 0;
        while (digits < Rest.Length && Hex.TryDigit(Rest[digits], out int digit))
        {
            if (value >> 60 != 0)
            {
                return false;
            }

            value = (value << 4) | (uint)digit;
            digits++;
        }

        Rest = Rest[digits..];
        return digits > 0;
    }

    /// <summary>As <see cref="TakeNumber"/>, for values that must be a non-negative int.</summary>
    public bool TakeInt(out int value)
    {
        ReadOnlySpan<byte> before = Rest;
        if (TakeNumber(out ulong number) && number <= int.MaxValue)
        {
            value = (int)number;
            return true;
        }

        Rest = before;
        value = 0;
        return false;
    }

    /// <summary>Reads this many bytes, each as two hexadecimal digits.</summary>
    public bool TakeHex(int length, out byte[] bytes)
    {
        bytes = [];
        if (length < 0 || Rest.Length / 2 < length)
        {
            return false;
        }

        byte[] decoded = new byte[length];
        if (!Hex.TryDecode(Rest[..(length * 2)], decoded, out int written) || written != length)
        {
            return false;
        }

        bytes = decoded;
        Rest = Rest[(length * 2)..];
        return true;
    }

    /// <summary>Reads everything up to <paramref name="separator"/>, which is dropped, or up to the end.</summary>
    public ReadOnlySpan<byte> TakeUntil(char separator)
    {
        int at = Rest.IndexOf((byte)separator);
        ReadOnlySpan<byte> part = at < 0 ? Rest : Rest[..at];
        Rest = at < 0 ? default : Rest[(at + 1)..];
        return part;
    }

    /// <summary>Reads a literal.</summary>
    public bool TakeLiteral(ReadOnlySpan<byte> literal)
    {
        if (!Rest.StartsWith(literal))
        {
            return false;
        }

        Rest = Rest[literal.Length..];
        return true;
    }

    /// <summary>
    /// Reads a thread id in any of its forms: "tid", "ppid" (all its threads), "ppid.tid", each part possibly "-1".
    /// A bare "tid" leaves the process open, except "-1", which is everything.
    /// </summary>
    public bool TakeThreadId(out ThreadId id)
    {
        ReadOnlySpan<byte> before = Rest;
        if (Take('p'))
        {
            if (TakeIdPart(out int process))
            {
                if (!Take('.'))
                {
                    id = new ThreadId(process, ThreadId.All);
                    return true;
                }

                if (TakeIdPart(out int member))
                {
                    id = new ThreadId(process, member);
                    return true;
                }
            }
        }
        else if (TakeIdPart(out int thread))
        {
            id = thread == ThreadId.All ? ThreadId.Everything : new ThreadId(ThreadId.Any, thread);
            return true;
        }

        Rest = before;
        id = default;
        return false;
    }

    private bool TakeIdPart(out int part)
    {
        if (TakeLiteral("-1"u8))
        {
            part = ThreadId.All;
            return true;
        }

        return TakeInt(out part);
    }
}
