using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>CTRL, Device Control Register (Intel 317694).</summary>
internal readonly record struct DeviceControl(uint Raw)
{
    public bool FullDuplex => Raw.Bit(0);

    /// <summary>GIO Master Disable: no requests of its own.</summary>
    public bool MasterDisable => Raw.Bit(2);

    public uint Speed => Raw.Field(9, 8);

    public bool ForceSpeed => Raw.Bit(11);

    public bool ForceDuplex => Raw.Bit(12);

    public bool Reset => Raw.Bit(26);

    /// <summary>VME: VLAN tags are taken out of and put into frames.</summary>
    public bool VlanMode => Raw.Bit(30);

    public bool PhyReset => Raw.Bit(31);
}

/// <summary>CTRL_EXT, Extended Device Control Register (Intel 317694).</summary>
internal readonly record struct ExtendedControl(uint Raw)
{
    public bool SpeedBypass => Raw.Bit(15);

    /// <summary>EIAME: a message masks its causes as IAM says.</summary>
    public bool MessageMasks => Raw.Bit(24);

    /// <summary>IAME: an access to ICR masks causes as IAM says.</summary>
    public bool AccessMasks => Raw.Bit(27);

    /// <summary>INT_TIMERS_CLEAR_ENA: setting all masks ends all delays.</summary>
    public bool EnableEndsDelays => Raw.Bit(29);

    /// <summary>PBA_CLR: setting a mask takes back the pending bit of its vector.</summary>
    public bool EnableClearsPending => Raw.Bit(31);
}

/// <summary>RCTL, Receive Control Register (Intel 317694).</summary>
internal readonly record struct ReceiveControl(uint Raw)
{
    public bool Enable => Raw.Bit(1);

    public bool StoreBad => Raw.Bit(2);

    public bool UnicastPromiscuous => Raw.Bit(3);

    public bool MulticastPromiscuous => Raw.Bit(4);

    public bool LongPackets => Raw.Bit(5);

    public bool MacLoopback => Raw.Field(7, 6) == 1;

    /// <summary>RDMTS: 0 for a half of the ring, 1 for a quarter, 2 for an eighth.</summary>
    public int Threshold => (int)Raw.Field(9, 8);

    /// <summary>DTYP: packet-split descriptors.</summary>
    public bool PacketSplit => Raw.Bit(10);

    /// <summary>MO: which bits of an address go into the hash.</summary>
    public int MulticastOffset => (int)Raw.Field(13, 12);

    public bool AcceptBroadcast => Raw.Bit(15);

    public bool VlanFilter => Raw.Bit(18);

    /// <summary>SECRC: the frame's check sequence is not stored.</summary>
    public bool StripCrc => Raw.Bit(26);

    /// <summary>Bytes of a buffer of a descriptor that is not split (BSIZE, BSEX, FLXBUF).</summary>
    public int BufferBytes => Raw.Field(30, 27) != 0
        ? (int)Raw.Field(30, 27) * 1024
        : (Raw.Bit(25), Raw.Field(17, 16)) switch
        {
            (true, 1) => 16384,
            (true, 2) => 8192,
            (true, 3) => 4096,
            (false, 1) => 1024,
            (false, 2) => 512,
            (false, 3) => 256,
            _ => 2048,
        };
}

/// <summary>PSRCTL, Packet Split Receive Control Register (Intel 317694).</summary>
internal readonly record struct SplitControl(uint Raw)
{
    /// <summary>Bytes of one of the four buffers of a descriptor.</summary>
    public int BufferBytes(int index) => index switch
    {
        0 => (int)Raw.Field(6, 0) * 128,
        1 => (int)Raw.Field(13, 8) * 1024,
        2 => (int)Raw.Field(21, 16) * 1024,
        _ => (int)Raw.Field(29, 24) * 1024,
    };
}

/// <summary>RFCTL, Receive Filter Control Register (Intel 317694).</summary>
internal readonly record struct FilterControl(uint Raw)
{
    public bool Ipv6Disable => Raw.Bit(10);

    public bool Ipv6ChecksumDisable => Raw.Bit(11);

    public bool AckDisable => Raw.Bit(12);

    public bool AckDataDisable => Raw.Bit(13);

    /// <summary>IPFRSP_DIS: fragments are not split.</summary>
    public bool FragmentSplitDisable => Raw.Bit(14);

    /// <summary>EXSTEN: extended descriptors, of which packet-split ones are a kind.</summary>
    public bool Extended => Raw.Bit(15);
}

/// <summary>RXCSUM, Receive Checksum Control Register (Intel 317694).</summary>
internal readonly record struct ChecksumControl(uint Raw)
{
    public bool IpOffload => Raw.Bit(8);

    public bool TransportOffload => Raw.Bit(9);

    /// <summary>PCSD: descriptors have the hash in the place of the packet's checksum.</summary>
    public bool ReportsHash => Raw.Bit(13);
}

/// <summary>MRQC, Multiple Receive Queues Command Register (Intel 317694).</summary>
internal readonly record struct QueuesControl(uint Raw)
{
    public bool Enable => Raw.Field(1, 0) == 1;

    public bool TcpIpv4 => Raw.Bit(16);

    public bool Ipv4 => Raw.Bit(17);

    public bool TcpIpv6 => Raw.Bit(18);

    public bool Ipv6 => Raw.Bit(20);
}
