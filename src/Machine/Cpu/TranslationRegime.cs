using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu;

/// <summary>One translation regime of a core as its registers describe it now, decoded once after each change.</summary>
[NotState("read from the system registers")]
internal sealed class TranslationRegime(Regime regime)
{
    private const int EndiannessBit = 25;

    private TranslationSetup _setup;
    private bool _lowTagged;
    private bool _highTagged;

    /// <summary>A register has changed since the last <see cref="Read"/>.</summary>
    public bool IsStale { get; set; } = true;

    public ref readonly TranslationSetup Setup => ref _setup;

    /// <summary>Tag of TLB entries of the current ASID.</summary>
    public uint Context { get; private set; }

    /// <summary>Tag of TLB entries of all ASIDs.</summary>
    public uint GlobalContext { get; private set; }

    /// <summary>At least one stage is on.</summary>
    public bool UsesTables { get; private set; }

    /// <summary>The address as the TLB knows it: the tag byte, where there is one, replaced by copies of bit 55.</summary>
    public ulong WithoutTag(ulong address) =>
        (address.Bit(55) ? _highTagged : _lowTagged) ? address.SignExtend(56) : address;

    public void Read(SysRegFile registers, CoreConfiguration configuration)
    {
        ushort asid = 0;
        if (regime == Regime.El10)
        {
            bool secure = configuration.HasEl3 && !new ScrEl3(registers[Sr.ScrEl3]).Ns;
            bool hasStage2 = configuration.HasEl2 && !secure;
            HcrEl2 hcr = hasStage2 ? new HcrEl2(registers[Sr.HcrEl2]).Effective : default;
            _setup = new TranslationSetup(
                Stage1OfEl1(registers, hcr, secure), hasStage2 ? Stage2(registers, hcr) : default);
            asid = AsidOf(registers);
        }
        else
        {
            _setup = new TranslationSetup(Stage1OfOneRange(registers), default);
        }

        _lowTagged = _setup.Stage1.Low.TopByteIgnored;
        _highTagged = _setup.Stage1.TwoRanges ? _setup.Stage1.High.TopByteIgnored : _lowTagged;
        UsesTables = _setup.Stage1.Enabled || _setup.Stage2.Enabled;
        Context = TlbEntry.ContextOf(in _setup, asid);
        GlobalContext = TlbEntry.GlobalContextOf(Context);
        IsStale = false;
    }

    private static Stage1Setup Stage1OfEl1(SysRegFile registers, HcrEl2 hcr, bool secure)
    {
        var tcr = new TcrEl1(registers[Sr.TcrEl1]);
        var sctlr = new Sctlr(registers[Sr.SctlrEl1]);
        return new Stage1Setup
        {
            Regime = Regime.El10,
            Enabled = sctlr.M && !hcr.Dc && !hcr.Tge,
            Secure = secure,
            Low = new TableRange
            {
                Base = registers[Sr.Ttbr0El1],
                SizeField = tcr.T0sz,
                Granule = GranuleOfTg0(tcr.Tg0),
                WalkDisabled = tcr.Epd0,
                TopByteIgnored = tcr.Tbi0,
            },
            High = new TableRange
            {
                Base = registers[Sr.Ttbr1El1],
                SizeField = tcr.T1sz,
                // Reserved values and 16 KiB, which Cortex-A53 does not have, behave as 4 KiB.
                Granule = tcr.Tg1 == 3 ? Granule.Size64KiB : Granule.Size4KiB,
                WalkDisabled = tcr.Epd1,
                TopByteIgnored = tcr.Tbi1,
            },
            OutputBits = OutputBitsOf(tcr.Ips),
            Mair = registers[Sr.MairEl1],
            BigEndian = sctlr.Raw.Bit(EndiannessBit),
            WriteImpliesExecuteNever = sctlr.Wxn,
            DataCacheable = sctlr.C,
            InstructionCacheable = sctlr.I,
            DefaultCacheable = hcr.Dc,
            SecureFetchOnly = secure && new ScrEl3(registers[Sr.ScrEl3]).Sif,
        };
    }

    private static Stage2Setup Stage2(SysRegFile registers, HcrEl2 hcr)
    {
        var vtcr = new VtcrEl2(registers[Sr.VtcrEl2]);
        ulong vttbr = registers[Sr.VttbrEl2];
        return new Stage2Setup
        {
            Enabled = hcr.Vm || hcr.Dc,
            Vmid = (byte)vttbr.Field(55, 48),
            Base = vttbr,
            SizeField = vtcr.T0sz,
            StartLevelField = vtcr.Sl0,
            Granule = GranuleOfTg0(vtcr.Tg0),
            OutputBits = OutputBitsOf(vtcr.Ps),
            BigEndian = registers[Sr.SctlrEl2].Bit(EndiannessBit),
            ProtectedTableWalk = hcr.Ptw && !hcr.Tge,
            DataCacheDisabled = hcr.Cd,
            InstructionCacheDisabled = hcr.Id,
        };
    }

    private static Granule GranuleOfTg0(int field) => field == 1 ? Granule.Size64KiB : Granule.Size4KiB;

    // 0 = 32 bits, 1 = 36, 2 = 40; larger values mean what is implemented.
    private static int OutputBitsOf(int field) => field > 1 ? PageTableWalker.PhysicalBits : 32 + (field * 4);

    private static ushort AsidOf(SysRegFile registers)
    {
        var tcr = new TcrEl1(registers[Sr.TcrEl1]);
        ulong holder = registers[tcr.A1 ? Sr.Ttbr1El1 : Sr.Ttbr0El1];
        return (ushort)holder.Field(tcr.As ? 63 : 55, 48);
    }

    private Stage1Setup Stage1OfOneRange(SysRegFile registers)
    {
        ExceptionLevel level = regime == Regime.El2 ? ExceptionLevel.El2 : ExceptionLevel.El3;
        var tcr = new TcrEl2(registers.At(Sr.TcrEl1, level));
        var sctlr = new Sctlr(registers.At(Sr.SctlrEl1, level));
        return new Stage1Setup
        {
            Regime = regime,
            Enabled = sctlr.M,
            Secure = regime == Regime.El3,
            Low = new TableRange
            {
                Base = registers.At(Sr.Ttbr0El1, level),
                SizeField = tcr.T0sz,
                Granule = GranuleOfTg0(tcr.Tg0),
                TopByteIgnored = tcr.Tbi,
            },
            OutputBits = OutputBitsOf(tcr.Ps),
            Mair = registers.At(Sr.MairEl1, level),
            BigEndian = sctlr.Raw.Bit(EndiannessBit),
            WriteImpliesExecuteNever = sctlr.Wxn,
            DataCacheable = sctlr.C,
            InstructionCacheable = sctlr.I,
            SecureFetchOnly = regime == Regime.El3 && new ScrEl3(registers[Sr.ScrEl3]).Sif,
        };
    }
}
