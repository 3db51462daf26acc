using GdbHost.Machine.Debug.Watches;

namespace GdbHost.GdbStub.Monitor.Watches;

/// <summary>A debuggee whose physical memory can be watched for whoever touches it.</summary>
internal interface IWatches
{
    MachineWatches Watches { get; }
}
