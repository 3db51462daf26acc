namespace GdbHost.Machine.Devices.Gic;

/// <summary>A view of a CPU interface through its registers (IHI 0048, CPU interface register descriptions).</summary>
internal interface ICpuInterface
{
    /// <summary>GICC_CTLR.</summary>
    uint Control { get; set; }

    /// <summary>GICC_PMR.</summary>
    uint PriorityMask { get; set; }

    /// <summary>GICC_BPR.</summary>
    uint BinaryPoint { get; set; }

    /// <summary>GICC_ABPR.</summary>
    uint AliasedBinaryPoint { get; set; }

    /// <summary>GICC_RPR.</summary>
    uint RunningPriority { get; }

    /// <summary>GICC_IAR.</summary>
    uint Acknowledge();

    /// <summary>GICC_HPPIR.</summary>
    uint HighestPending();

    /// <summary>GICC_AIAR.</summary>
    uint AcknowledgeGroup1();

    /// <summary>GICC_AHPPIR.</summary>
    uint HighestPendingGroup1();

    /// <summary>GICC_EOIR.</summary>
    void EndOfInterrupt(uint acknowledged);

    /// <summary>GICC_AEOIR.</summary>
    void EndOfInterruptGroup1(uint acknowledged);

    /// <summary>GICC_DIR.</summary>
    void Deactivate(uint acknowledged);

    /// <summary>GICC_APRn and GICC_NSAPRn.</summary>
    uint ActivePriorities(int word, bool group1);

    void SetActivePriorities(int word, bool group1, uint value);
}
