namespace GdbHost.GdbStub.Monitor.Fields;

/// <summary>One field of a register, as the user reads it.</summary>
/// <param name="Name">The manual's name.</param>
/// <param name="Says">What it is for; or, for a single bit, what it means when set.</param>
/// <param name="Words">The meaning of each value, by value; values beyond the end have none.</param>
internal sealed record Field(string Name, int High, int Low, string Says, params string[] Words)
{
    /// <summary>The word for a value that means nothing.</summary>
    public const string Reserved = "reserved";

    /// <summary>For a field that holds the upper bits of an address: how far to shift it up to have the address.</summary>
    public int? AddressShift { get; init; }

    public bool IsFlag => High == Low && Words.Length == 0;

    public ulong Of(ulong raw) => (raw >> Low) & (ulong.MaxValue >> (63 - (High - Low)));

    /// <summary>The meaning of the field in <paramref name="raw"/>, in words.</summary>
    public string Explain(ulong raw)
    {
        ulong value = Of(raw);
        if (AddressShift is int shift)
        {
            return $"{Says}: 0x{value << shift:x10}";
        }

        return value < (ulong)Words.Length ? $"{Says}: {Words[value]}" : Says;
    }
}

/// <summary>The fields of one register.</summary>
internal sealed record FieldTable(string Register, Field[] Fields);
