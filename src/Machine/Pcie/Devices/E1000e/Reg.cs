namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// Offsets of registers that the card's parts use, in bytes from the first base address register (Intel 82574 GbE Controller Family
/// Datasheet, 317694, Driver Programming Interface). The second queue's registers are <see cref="QueueStride"/> behind the first's.
/// </summary>
internal static class Reg
{
    public const uint Ctrl = 0x00000;
    public const uint Status = 0x00008;
    public const uint Eecd = 0x00010;
    public const uint CtrlExt = 0x00018;
    public const uint Vet = 0x00038;
    public const uint Itr = 0x000c4;
    public const uint Eiac = 0x000dc;
    public const uint Iam = 0x000e0;
    public const uint Ivar = 0x000e4;
    public const uint Eitr = 0x000e8;
    public const uint Rctl = 0x00100;
    public const uint Tctl = 0x00400;
    public const uint Pbaclr = 0x05b68;
    public const uint Psrctl = 0x02170;
    public const uint ReceiveRing = 0x02800;
    public const uint Rdtr = 0x02820;
    public const uint Radv = 0x0282c;
    public const uint Rsrpd = 0x02c00;
    public const uint Raid = 0x02c08;
    public const uint TransmitRing = 0x03800;
    public const uint Tidv = 0x03820;
    public const uint Tadv = 0x0382c;
    public const uint Tarc = 0x03840;
    public const uint Statistics = 0x04000;
    public const uint Rxcsum = 0x05000;
    public const uint Rfctl = 0x05008;
    public const uint Mta = 0x05200;
    public const uint Ra = 0x05400;
    public const uint Vfta = 0x05600;
    public const uint Mrqc = 0x05818;
    public const uint Reta = 0x05c00;
    public const uint Rssrk = 0x05c80;
    public const uint Timinca = 0x0b608;

    public const uint QueueStride = 0x100;
}
