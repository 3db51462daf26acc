using System;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>The parts of a generic operation's type.</summary>
internal static class Generic
{
    /// <summary>True, and the type's arguments, if it is made from this generic type.</summary>
    public static bool Is(Type type, Type definition, out Type[] arguments)
    {
        bool matches = type.IsGenericType && type.GetGenericTypeDefinition() == definition;
        arguments = matches ? type.GetGenericArguments() : [];
        return matches;
    }
}
