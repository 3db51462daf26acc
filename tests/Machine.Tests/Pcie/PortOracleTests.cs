using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// Witness: pcie-root-port, x3130-upstream and xio3130-downstream of qemu-system-aarch64 7.2, read and written side by side
/// with ours.
/// </summary>
public sealed class PortOracleTests
{
    private const ulong Ecam = 0x40_1000_0000;
    private const ulong Bus = 1 << 20;
    private const ulong RootPort = Ecam + (1 << 15);
    private const ulong Upstream = Ecam + Bus;
    private const ulong Downstream = Ecam + (2 * Bus);
    private const ulong Behind = Ecam + (3 * Bus);

    /// <summary>The Uncorrectable Error Mask, which software may write by the specification and from QEMU 8.0 on.</summary>
    private const ulong QemusMistake = 0x108;

    private static readonly string[] Switch =
    [
        "pcie-root-port,id=rp,addr=1,chassis=1,slot=5", "x3130-upstream,id=up,bus=rp", "xio3130-downstream,id=dn,bus=up,chassis=3,slot=7",
        "xio3130-downstream,id=dm,bus=up,addr=5,chassis=4,slot=8,port=3", "edu,bus=dm",
    ];

    [QemuTheory]
    [InlineData("pcie-root-port,id=rp,addr=1,chassis=1,slot=5")]
    [InlineData("pcie-root-port,id=rp,addr=1,chassis=1,slot=5,hotplug=off")]
    [InlineData("pcie-root-port,id=rp,addr=1,chassis=1,slot=5,power_controller_present=off,port=9")]
    [InlineData("pcie-root-port,id=rp,addr=1,chassis=1,slot=8191,x-speed=5,x-width=4,multifunction=on")]
    public void A_root_port_is_QEMUs(string device)
    {
        using QemuComparison both = new(new MachineConfiguration(), device) { About = device };
        WriteAndRead(both, RootPort);
    }

    [QemuFact]
    public void A_root_port_with_a_device_behind_it_is_QEMUs()
    {
        using QemuComparison both = new(new MachineConfiguration(), Switch[0], "edu,bus=rp");
        for (ulong at = 0; at < 0x200; at += 4)
        {
            both.Read(RootPort + at);
        }
    }

    [QemuTheory]
    [InlineData(Upstream)]
    [InlineData(Downstream)]
    [InlineData(Downstream + (5 << 15))]
    public void A_port_of_a_switch_is_QEMUs(ulong function)
    {
        using QemuComparison both = new(new MachineConfiguration(), Switch[..4]) { About = $"{function:x}" };
        Number(both);
        WriteAndRead(both, function);
    }

    [QemuFact]
    public void Configuration_accesses_go_where_QEMUs_go()
    {
        using QemuComparison both = new(new MachineConfiguration(), Switch);
        ReadAll(both, "before numbers are given");
        Number(both);
        ReadAll(both, "numbered");
        both.Write(RootPort + 0x1a, 1, 1);
        ReadAll(both, "one bus alone");
        both.Write(RootPort + 0x18, 0x00ff_0000);
        ReadAll(both, "from 0 on");
        both.Write(RootPort + 0x18, 0x0005_0100);
        both.Write(RootPort + 0x3e, 0x40, 2);
        both.Write(RootPort + 0x3e, 0, 2);
        ReadAll(both, "after reset");
        Number(both);
        ReadAll(both, "numbered again");
    }

    [QemuTheory]
    [InlineData(6u, 6u, 6u)]
    [InlineData(2u, 6u, 6u)]
    [InlineData(0u, 6u, 6u)]
    [InlineData(6u, 6u, 0u)]
    public void Memory_windows_of_bridges_lead_where_QEMUs_do(uint rootPort, uint upstream, uint downstream)
    {
        using QemuComparison both = new(new MachineConfiguration(), Switch) { About = $"{rootPort} {upstream} {downstream}" };
        Number(both);
        ulong dm = Downstream + (5 << 15);
        foreach ((ulong bridge, uint command) in (ReadOnlySpan<(ulong, uint)>)[(RootPort, rootPort), (Upstream, upstream), (dm, downstream)])
        {
            both.Write(bridge + 0x20, 0x1010_1000);
            both.Write(bridge + 4, command, 2);
        }

        both.Write(Behind + Bus + 0x10, 0x1000_0000);
        both.Write(Behind + Bus + 4, 2, 2);
        foreach (ulong at in (ReadOnlySpan<ulong>)[0x1000_0000, 0x100f_fffc, 0x1010_0000, 0x1020_0000, 0x0fff_fffc + 0x1000_0000])
        {
            both.Read(at);
        }

        both.Write(RootPort + 0x20, 0x1000_1010);
        both.Read(0x1000_0000);
        both.Write(RootPort + 0x24, 0x1001_1001);
        both.Read(0x1000_0000);
    }

    /// <summary>
    /// Bits of Slot Status are cleared as they were read: QEMU 7.2 undoes writes that clear others too, which the
    /// specification does not have.
    /// </summary>
    [QemuFact]
    public void Slot_control_does_what_QEMUs_does()
    {
        using QemuComparison both = new(new MachineConfiguration(), Switch[0], "edu,bus=rp");
        const ulong Control = RootPort + 0x54 + 0x18;
        const ulong Status = Control + 2;
        both.Write(RootPort + 0x18, 0x0001_0100);
        foreach (uint control in (ReadOnlySpan<uint>)[0x01c0, 0x09c0, 0x09c0, 0x02e0, 0x05c0, 0x01c0, 0x07c0, 0x01c0])
        {
            both.About = $"control {control:x}";
            both.Write(Control, control, 2);
            both.Read(Control, 2);
            both.Read(Status, 2);
            both.Read(Ecam + Bus);
            both.Read(RootPort + 0x54 + 0x12, 2);
            both.Write(Status, both.Read(Status, 2), 2);
            both.Read(Status, 2);
        }
    }

    private static void Number(QemuComparison both)
    {
        both.Write(RootPort + 0x18, 0x0005_0100);
        both.Write(Upstream + 0x18, 0x0005_0201);
        both.Write(Downstream + 0x18, 0x0003_0302);
        both.Write(Downstream + (5 << 15) + 0x18, 0x0004_0402);
    }

    private static void ReadAll(QemuComparison both, string about)
    {
        both.About = about;
        for (ulong bus = 0; bus < 7; bus++)
        {
            foreach (ulong device in (ReadOnlySpan<ulong>)[0, 1, 5])
            {
                both.Read(Ecam + (bus * Bus) + (device << 15));
                both.Read(Ecam + (bus * Bus) + (device << 15) + 0x18);
            }
        }
    }

    private static void WriteAndRead(QemuComparison both, ulong function)
    {
        for (ulong at = 0; at < 0x1000; at += 4)
        {
            both.Read(function + at);
        }

        for (ulong at = 0; at < 0x160; at += 4)
        {
            foreach (uint value in (ReadOnlySpan<uint>)[0xffff_ffff, 0x5a5a_5a5a, 0])
            {
                if (at != QemusMistake)
                {
                    both.Write(function + at, value);
                    both.Read(function + at);
                }
            }
        }

        for (ulong at = 0; at < 0x160; at += 4)
        {
            both.Read(function + at);
        }
    }
}
