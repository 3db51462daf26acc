using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Reading the words of a monitor command.</summary>
internal static class MonitorArguments
{
    /// <summary>A number, decimal or with 0x.</summary>
    public static bool TryNumber(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>A number, or the name of a register whose value is meant: gdb does not expand what follows "monitor".</summary>
    public static bool TryAddress(MonitorRequest request, string text, out ulong value) =>
        TryNumber(text, out value) || TryRegister(request, text.TrimStart('$'), out value);

    /// <summary>Bus, device and function in hexadecimal as lspci has them, BB:DD.F.</summary>
    /// <param name="requester">Bus in [15:8], device in [7:3], function in [2:0].</param>
    public static bool TryFunction(string text, out ushort requester)
    {
        string[] parts = text.Split(':', '.');
        requester = 0;
        if (parts.Length != 3 || !TryHexadecimal(parts[0], 0xff, out uint bus) || !TryHexadecimal(parts[1], 31, out uint device)
            || !TryHexadecimal(parts[2], 7, out uint function))
        {
            return false;
        }

        requester = (ushort)((bus << 8) | (device << 3) | function);
        return true;
    }

    /// <summary>The form that <see cref="TryFunction"/> reads.</summary>
    public static string FunctionName(ushort requester) => $"{requester >> 8:x2}:{(requester >> 3) & 31:x2}.{requester & 7}";

    /// <summary>ADDRESS, or FIRST-LAST with both ends in the range.</summary>
    public static bool TryRange(string text, out ulong first, out ulong last)
    {
        string[] ends = text.Split('-');
        last = 0;
        return TryNumber(ends[0], out first) && ends.Length <= 2 && TryNumber(ends[^1], out last) && first <= last;
    }

    private static bool TryHexadecimal(string text, uint most, out uint value) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value <= most;

    /// <summary>The value of a register of the vCPU that gdb has selected.</summary>
    public static bool TryRegister(MonitorRequest request, string name, out ulong value)
    {
        RegisterDescription? register = request.Target.Registers
            .FirstOrDefault(r => r.Bits <= 64 && r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        bool read = register is not null && request.Session.Worlds.TryReadRegister(request.Target, request.Cpu, register, bytes[..register.Bytes]);
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return read;
    }

    /// <summary>The value of a register, or zero where the machine has none of this name.</summary>
    public static ulong Register(MonitorRequest request, string name) => TryRegister(request, name, out ulong value) ? value : 0;

    /// <summary>Writes the usage line of a command of the table.</summary>
    public static void Usage(MonitorRequest request, string command)
    {
        MonitorCommand row = MonitorTable.Offered(request).First(r => r.Name == command);
        request.Fail($"usage: monitor {row.Name} {row.Usage}".TrimEnd());
    }
}
