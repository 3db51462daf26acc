using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace GdbHost.Architecture.Tests;

/// <summary>Who may use whom. Witness: ARCHITECTURE.md, "Layers".</summary>
public sealed class LayerTests
{
    private static readonly string[] MachineLayers =
        ["Common", "Time", "Bus", "Mmu", "Isa", "SysRegs", "Cpu", "Semihosting", "Backends", "Network", "Devices", "Pcie", "Smmu", "Virtio", "Boards", "Boot", "Snapshots", "Debug"];

    /// <summary>Uses that go against the order, each with its reason.</summary>
    private static readonly Dictionary<string, string> Granted = new()
    {
        ["Boards->Boot"] = "a board is built together with what is in its memory when it starts",
        ["src/Machine/Isa/Routine.cs->Cpu"] = "a routine's forms are compiled ahead of time only where routine and engine are both named",
    };

    public static TheoryData<string> Layers() => [.. MachineLayers];

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_machine_folder_uses_only_earlier_folders(string layer)
    {
        int own = System.Array.IndexOf(MachineLayers, layer);
        IEnumerable<string> wrong =
            from file in Sources.Under("src/Machine/" + layer)
            from used in file.Usings
            where used.StartsWith("GdbHost.Machine.", System.StringComparison.Ordinal)
            let other = used.Split('.')[2]
            where System.Array.IndexOf(MachineLayers, other) > own && !Granted.ContainsKey($"{layer}->{other}")
                && !Granted.ContainsKey($"{file.Path}->{other}")
            select $"{file.Path} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Devices_do_not_see_the_cpu() =>
        Assert.Empty(from file in Sources.Under("src/Machine/Devices")
                     where file.Usings.Any(u => u.StartsWith("GdbHost.Machine.Cpu", System.StringComparison.Ordinal))
                     select file.Path);

    [Fact]
    public void The_cpu_does_not_see_devices() =>
        Assert.Empty(from file in Sources.Under("src/Machine/Cpu")
                     where file.Usings.Any(u => u.StartsWith("GdbHost.Machine.Devices", System.StringComparison.Ordinal))
                     select file.Path);

    [Fact]
    public void Protocol_knows_neither_machine_nor_sockets() =>
        Assert.Empty(from file in Sources.Under("src/Protocol")
                     where file.Usings.Any(u => u.StartsWith("GdbHost.Machine", System.StringComparison.Ordinal)
                         || u.StartsWith("System.Net.Sockets", System.StringComparison.Ordinal))
                     select file.Path);

    [Fact]
    public void The_stub_sees_only_the_public_door_of_the_machine() =>
        Assert.Empty(from file in Sources.Under("src/GdbStub")
                     from used in file.Usings
                     where used.StartsWith("GdbHost.Machine.", System.StringComparison.Ordinal)
                         && used.Split('.')[2] is not ("Debug" or "Boards" or "Semihosting" or "Virtio" or "Network" or "Backends" or "Pcie")
                     select $"{file.Path} uses {used}");

    [Fact]
    public void The_machine_has_no_host_time_thread_or_chance()
    {
        Regex forbidden = new(@"\b(lock \(|Task\b|Thread\b|DateTime|Stopwatch|Random\b|Environment\.)");
        Assert.Empty(from file in Sources.Under("src/Machine")
                     where file.Path is not "src/Machine/Debug/MachineThread.cs"
                     from line in file.Lines
                     where forbidden.IsMatch(line) && !line.TrimStart().StartsWith("//", System.StringComparison.Ordinal)
                     select $"{file.Path}: {line.Trim()}");
    }

    [Fact]
    public void The_machine_has_no_mutable_static_field()
    {
        Regex field = new(@"^\s+(public|internal|private|protected) static (?!readonly|extern|abstract|partial|virtual)[\w<>\[\]?, .]+ _?\w+( =[^>].*)?;$");
        Assert.Empty(from file in Sources.Under("src/Machine")
                     from line in file.Lines
                     where field.IsMatch(line)
                     select $"{file.Path}: {line.Trim()}");
    }
}
