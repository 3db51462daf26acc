using System.Collections.Generic;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// Address translation of one core: describes its registers to the <see cref="PageTableWalker"/> and keeps what that
/// finds in TLBs.
/// </summary>
internal sealed unsafe class AddressTranslation : IAddressTranslation, ITranslationView, IStateful
{
    private const int TlbEntries = 1 << 16;
    private const int Stage2TlbEntries = 1 << 12;
    private const ulong ParRes1 = 1UL << 11;

    private readonly Core _core;
    private readonly PageTableWalker _walker;
    private readonly TlbEntryLeaves _forgetFast;
    private readonly TranslationRegime[] _regimes = [new(Regime.El10), new(Regime.El2), new(Regime.El3)];
    private readonly Tlb _tlb = new(TlbEntries);

    /// <summary>What the TLB holds, stage 2 alone aside, for those who look on.</summary>
    public IEnumerable<TlbEntry> Entries => _tlb.Entries;

    // Stage 2 alone: serves the descriptor reads of stage 1 and goes with TLBI IPAS2E1, which leaves _tlb as it is.
    private readonly Tlb _stage2Tlb = new(Stage2TlbEntries);

    public AddressTranslation(Core core)
    {
        _core = core;
        _walker = new PageTableWalker(core.Bus, core);
        _forgetFast = ForgetFast;
    }

    public string StateName => $"cpu{_core.Configuration.Index}.tlb";

    public void RegistersChanged()
    {
        foreach (TranslationRegime regime in _regimes)
        {
            regime.IsStale = true;
        }

        _core.FastTlb.Flush();
    }

    public void Reset()
    {
        _tlb.Clear();
        _stage2Tlb.Clear();
        RegistersChanged();
    }

    public Translation Translate(ulong address, AccessType type, ExceptionLevel level)
    {
        TranslationRegime regime = RegimeOf(level);
        bool unprivileged = level == ExceptionLevel.El0;
        ulong input = regime.WithoutTag(address);
        ref TlbEntry kept = ref _tlb.Find(input, regime.Context, regime.GlobalContext);
        if (!Unsafe.IsNullRef(ref kept))
        {
            return Translation.Of(in kept, input, PermissionRules.Needed(type, unprivileged));
        }

        var request = new WalkRequest
        {
            Type = type,
            Unprivileged = unprivileged,
            DataAttributes = true,
            Stage2Cache = _stage2Tlb,
        };
        _walker.Walk(in regime.Setup, input, in request, out WalkResult result);
        if (!result.Fault.Happened && regime.UsesTables)
        {
            Keep(TlbEntry.ForWalk(input, regime.Context, in result));
        }

        return Translation.Of(in result);
    }

    public Translation Look(ulong address, AccessType type, ExceptionLevel level, WalkTrace? trace = null)
    {
        var request = new WalkRequest
        {
            Type = type,
            Unprivileged = level == ExceptionLevel.El0,
            Debug = true,
            Trace = trace,
        };
        _walker.Walk(in RegimeOf(level).Setup, address, in request, out WalkResult result);
        return Translation.Of(in result);
    }

    public Translation LookStage2(ulong intermediate, AccessType type, WalkTrace? trace = null)
    {
        var request = new WalkRequest { Type = type, Debug = true, Trace = trace };
        WalkResult result = _walker.WalkStage2(in RegimeOf(ExceptionLevel.El1).Setup.Stage2, intermediate, in request);
        return Translation.Of(in result);
    }

    public Translation? Kept(ulong address, AccessType type, ExceptionLevel level)
    {
        TranslationRegime regime = RegimeOf(level);
        ulong input = regime.WithoutTag(address);
        ref TlbEntry kept = ref _tlb.Find(input, regime.Context, regime.GlobalContext);
        return Unsafe.IsNullRef(ref kept)
            ? null
            : Translation.Of(in kept, input, PermissionRules.Needed(type, level == ExceptionLevel.El0));
    }

    public TlbInvalidation Complete(TlbiOperation operation, ulong operand)
    {
        ref readonly TranslationSetup setup = ref RegimeOf(ExceptionLevel.El1).Setup;
        bool wideAsid = new TcrEl1(_core.Regs[Sr.TcrEl1]).As;
        bool byIpa = operation is TlbiOperation.Ipas2e1 or TlbiOperation.Ipas2le1;
        return new TlbInvalidation(
            operation,
            setup.Stage1.Secure,
            setup.Stage2.Vmid,
            (ushort)operand.Field(wideAsid ? 63 : 55, 48),
            (byIpa ? operand.Field(35, 0) : operand.Field(43, 0)) << 12);
    }

    public void Invalidate(in TlbInvalidation invalidation)
    {
        bool stage2Only = invalidation.Operation is TlbiOperation.Ipas2e1 or TlbiOperation.Ipas2le1;
        if (!stage2Only)
        {
            InvalidateCombined(in invalidation);
        }

        if (stage2Only || invalidation.Operation is TlbiOperation.Vmalls12e1 or TlbiOperation.Alle1)
        {
            _stage2Tlb.Invalidate(in invalidation);
        }
    }

    public AtResult AddressTranslate(AtOperation operation, ulong address)
    {
        ExceptionLevel level = operation switch
        {
            AtOperation.S1E0R or AtOperation.S1E0W or AtOperation.S12E0R or AtOperation.S12E0W => ExceptionLevel.El0,
            AtOperation.S1E2R or AtOperation.S1E2W => ExceptionLevel.El2,
            AtOperation.S1E3R or AtOperation.S1E3W => ExceptionLevel.El3,
            _ => ExceptionLevel.El1,
        };
        bool isWrite = operation is AtOperation.S1E0W or AtOperation.S1E1W or AtOperation.S1E2W or AtOperation.S1E3W
            or AtOperation.S12E0W or AtOperation.S12E1W;
        bool bothStages = operation is AtOperation.S12E0R or AtOperation.S12E0W or AtOperation.S12E1R or AtOperation.S12E1W;
        var request = new WalkRequest
        {
            Type = isWrite ? AccessType.Write : AccessType.Read,
            Unprivileged = level == ExceptionLevel.El0,
            Stage1Only = !bothStages,
        };
        _walker.Walk(in RegimeOf(level).Setup, address, in request, out WalkResult result);
        return IsTakenAsException(result.Fault, bothStages)
            ? new AtResult(0, result.Fault)
            : new AtResult(result.Fault.Happened ? FaultPar(result.Fault) : SuccessPar(in result), Fault.None);
    }

    public void Save(StateWriter to)
    {
        _tlb.Save(to);
        _stage2Tlb.Save(to);
    }

    public void Restore(StateReader from)
    {
        _tlb.Restore(from);
        _stage2Tlb.Restore(from);
        RegistersChanged();
    }

    private void InvalidateCombined(in TlbInvalidation invalidation)
    {
        // What engines keep is a part of the TLB: what leaves here is all that can leave there.
        _tlb.Invalidate(in invalidation, invalidation.HasAddress ? _forgetFast : null);
        if (!invalidation.HasAddress)
        {
            _core.FastTlb.Flush();
        }
    }

    private void Keep(in TlbEntry entry)
    {
        TlbEntry replaced = _tlb.Insert(in entry);
        if (replaced.IsValid)
        {
            ForgetFast(in replaced);
        }
    }

    private void ForgetFast(in TlbEntry left)
    {
        const Permissions Execute = Permissions.PrivilegedExecute | Permissions.UnprivilegedExecute;
        bool code = (left.Stage1Permissions & left.Stage2Permissions & Execute) != 0;
        _core.FastTlb.Forget(left.Page, left.Shift, code);
    }

    // PAR_EL1 where F is 1: S in bit 9, PTW in bit 8, FST in bits 6:1.
    private static ulong FaultPar(Fault fault) =>
        ParRes1 | (fault.Stage2 ? 1UL << 9 : 0) | (fault.OnWalk ? 1UL << 8 : 0) | ((ulong)fault.ToStatusCode() << 1) | 1;

    // PAR_EL1 where F is 0: ATTR in bits 63:56, PA in 47:12, NS in bit 9, SH in bits 8:7.
    private static ulong SuccessPar(in WalkResult result) =>
        ((ulong)result.Attributes.Mair << 56)
        | (result.Physical & ~0xfffUL)
        | ParRes1
        | (result.NonSecure ? 1UL << 9 : 0)
        | ((ulong)result.Attributes.Shareability << 7);

    // External aborts always are; what stage 2 says of a stage-1 walk is EL2's business when EL1 asks (DDI 0487, AT).
    private bool IsTakenAsException(Fault fault, bool bothStages) =>
        fault.Kind == FaultKind.ExternalAbort
        || (fault is { Stage2: true, OnWalk: true } && !bothStages && _core.State->El == ExceptionLevel.El1);

    private TranslationRegime RegimeOf(ExceptionLevel level)
    {
        TranslationRegime regime = _regimes[level <= ExceptionLevel.El1 ? 0 : (int)level - 1];
        if (regime.IsStale)
        {
            regime.Read(_core.Regs, _core.Configuration);
        }

        return regime;
    }
}
