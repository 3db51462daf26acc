using GdbHost.Machine.Time;

namespace GdbHost.Machine.Devices;

/// <summary>A key on a GPIO line that asks the guest to switch off: pressed for a tenth of a second, as QEMU's gpio-key.</summary>
internal sealed class PowerKey
{
    private const ulong PressNanoseconds = 100_000_000;

    private readonly Pl061 _gpio;
    private readonly int _line;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _release;

    public PowerKey(Pl061 gpio, int line, Scheduler scheduler)
    {
        _gpio = gpio;
        _line = line;
        _scheduler = scheduler;
        _release = scheduler.Create("power key release", () => gpio.SetInput(line, high: false));
    }

    public void Press()
    {
        _gpio.SetInput(_line, high: true);
        _release.Arm(_scheduler.Clock.Now + PressNanoseconds);
    }
}
