using System;

namespace GdbHost.GdbStub.Qemu;

/// <summary>What becomes of an option.</summary>
internal enum Treatment
{
    /// <summary>It does here what it does with QEMU.</summary>
    Honored,

    /// <summary>It is taken, and a note says what it does not do.</summary>
    Noted,

    /// <summary>It is an error that says what would work.</summary>
    Refused,
}

/// <summary>One option of QEMU's command line.</summary>
/// <param name="Names">Without hyphens, parted by "|"; the first is the one that messages use.</param>
/// <param name="Takes">What its value is; empty for an option without one.</param>
/// <param name="Text">How it is honored, why it is not, or what works instead.</param>
/// <param name="Apply">Puts it into the request; gets the value, or an empty text.</param>
internal sealed record QemuOption(string Names, string Takes, Treatment Treatment, string Text, Action<QemuRequest, string> Apply)
{
    public string Name => "-" + Names.Split('|')[0];

    public bool IsCalled(string name) => Array.IndexOf(Names.Split('|'), name) >= 0;

    public static QemuOption Honored(string names, string takes, string text, Action<QemuRequest, string> apply) =>
        new(names, takes, Treatment.Honored, text, apply);

    /// <summary>An option that changes nothing here, because nothing here is what it is about.</summary>
    public static QemuOption Same(string names, string takes, string text) => Honored(names, takes, text, static (_, _) => { });

    public static QemuOption Noted(string names, string takes, string text) =>
        new(names, takes, Treatment.Noted, text, (request, _) => request.Note($"-{names.Split('|')[0]} is ignored: {text}"));

    public static QemuOption Refused(string names, string takes, string text) =>
        new(names, takes, Treatment.Refused, text, (_, value) => throw QemuRequest.Refusal($"-{names.Split('|')[0]} {value}".TrimEnd(), text));
}
