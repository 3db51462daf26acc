using System;
using System.IO;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Time;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>A wire that remembers its level.</summary>
internal sealed class Wire : IInterruptLine
{
    public bool High { get; private set; }

    public void Set(bool asserted) => High = asserted;
}

/// <summary>Time and trace for devices under test, and short ways to their registers.</summary>
internal sealed class DeviceFixture
{
    public DeviceFixture()
    {
        Scheduler = new Scheduler(new VirtualClock());
    }

    public Scheduler Scheduler { get; }

    public DeviceEvents Events { get; } = new();

    public static uint Read(IBusDevice device, ulong offset, int size = 4)
    {
        Assert.Equal(BusResult.Ok, device.Read(offset, size, out ulong value));
        return (uint)value;
    }

    public static void Write(IBusDevice device, ulong offset, ulong value, int size = 4) =>
        Assert.Equal(BusResult.Ok, device.Write(offset, size, value));

    /// <summary>Lets virtual time pass and runs what is due on the way.</summary>
    public void Pass(ulong nanoseconds)
    {
        ulong end = Scheduler.Clock.Now + nanoseconds;
        while (Scheduler.Next <= end)
        {
            Scheduler.Clock.Now = Math.Max(Scheduler.Clock.Now, Scheduler.Next);
            Scheduler.RunDue();
        }

        Scheduler.Clock.Now = end;
    }

    /// <summary>The bytes of a part's state.</summary>
    public static byte[] Save(IStateful part)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        part.Save(new StateWriter(writer));
        return stream.ToArray();
    }

    /// <summary>Puts saved bytes back, and all of them are taken.</summary>
    public static void Restore(IStateful part, byte[] state)
    {
        using MemoryStream stream = new(state);
        using BinaryReader reader = new(stream);
        part.Restore(new StateReader(reader));
        Assert.Equal(stream.Length, stream.Position);
    }
}
