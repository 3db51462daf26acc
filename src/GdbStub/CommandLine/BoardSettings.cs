using System;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>The value of --machine: a board's name and its switches, "virt,gic=2,el2=on".</summary>
internal sealed record BoardSettings
{
    private const string Option = "--machine";

    /// <summary>The versions of the GIC that are built.</summary>
    public static readonly string[] GicVersions = ["2", "3"];

    public required string Board { get; init; }

    public int GicVersion { get; private init; } = 2;

    public bool El2 { get; private init; }

    public bool El3 { get; private init; }

    public bool HighMemory { get; private init; } = true;

    /// <summary>An SMMUv3 in front of PCI.</summary>
    public bool Smmu { get; private init; }

    public static BoardSettings Parse(string text)
    {
        string[] parts = text.Split(',');
        var settings = new BoardSettings { Board = parts[0] };
        if (parts[0].Length == 0 || parts[0].Contains('=', StringComparison.Ordinal))
        {
            throw new UserErrorException($"{Option}: \"{text}\" does not begin with a board's name; \"gdbhost boards\" lists them");
        }

        var seen = new HashSet<string>();
        foreach (string part in parts.AsSpan(1))
        {
            string[] pair = part.Split('=', 2);
            if (pair.Length != 2)
            {
                throw new UserErrorException($"{Option}: \"{part}\" needs a value, for example el2=on");
            }

            if (!seen.Add(pair[0]))
            {
                throw new UserErrorException($"{Option}: {pair[0]} is given twice; keep one");
            }

            settings = settings.With(pair[0], pair[1]);
        }

        return settings;
    }

    private static bool OnOff(string name, string value) => Choice(name, value, "on", "off") == "on";

    private static string Choice(string name, string value, params string[] choices) => Array.IndexOf(choices, value) >= 0
        ? value
        : throw new UserErrorException(
            $"{Option}: {name}={value} is not known; use {string.Join(" or ", choices.Select(c => $"{name}={c}"))}");

    private BoardSettings With(string name, string value) => name switch
    {
        "gic" => this with { GicVersion = Choice(name, value, GicVersions)[0] - '0' },
        "el2" => this with { El2 = OnOff(name, value) },
        "el3" => this with { El3 = OnOff(name, value) },
        "highmem" => this with { HighMemory = OnOff(name, value) },
        "iommu" => this with { Smmu = Choice(name, value, "none", "smmuv3") == "smmuv3" },
        _ => throw new UserErrorException($"{Option}: \"{name}\" is no switch of a board; use gic, el2, el3, highmem or iommu"),
    };
}
