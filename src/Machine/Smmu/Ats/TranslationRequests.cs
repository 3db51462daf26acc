using GdbHost.Machine.Mmu;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu.Ats;

/// <summary>
/// Answers translation requests (IHI 0070, Responses to ATS Translation Requests, PCIe permission attribute interpretation), and checks
/// requests whose address is translated already (Handling of ATS Translated transactions).
/// </summary>
internal sealed class TranslationRequests(SmmuV3 smmu)
{
    private static CompletionEntry Nothing => default;

    /// <param name="span">Pages that the whole request asks for.</param>
    public TranslationCompletion Answer(in DmaRequest request, int span)
    {
        Transaction transaction = new(request);
        if (!smmu.Control.SmmuEnable)
        {
            return Bad(transaction, span);
        }

        StreamSource stream = smmu.Streams.Find(smmu.StreamTable, transaction.Stream);
        if (stream.Kept is not { IsLegal: true } kept)
        {
            return new(DmaResult.CompleterAbort, Nothing);
        }

        if (kept.Ste.Config == StreamConfig.Abort)
        {
            return new(DmaResult.UnsupportedRequest, Nothing);
        }

        EndpointTranslation mode = kept.Ste.Ats(smmu.Control.ChecksTranslated);
        if (mode == EndpointTranslation.Disabled)
        {
            return Bad(transaction, span);
        }

        Resolution resolved = smmu.Streams.Resolve(smmu.StreamTable, transaction.Stream, transaction.Substream);
        if (resolved.Context is not StreamContext context)
        {
            bool denied = resolved.Fault is { Happened: true } fault && fault.Kind != FaultKind.ExternalAbort;
            return denied ? Granted(request, Nothing) : new(DmaResult.CompleterAbort, Nothing);
        }

        return Translate(request, transaction, context, mode == EndpointTranslation.Split);
    }

    /// <summary>A request that says that its address is translated.</summary>
    public IommuTranslation Pass(in DmaRequest request)
    {
        Transaction transaction = new(request with { Prefix = default });
        if (!smmu.Control.SmmuEnable)
        {
            return Forbid(request, transaction);
        }

        if (!smmu.Control.ChecksTranslated)
        {
            return Through(request);
        }

        StreamSource stream = smmu.Streams.Find(smmu.StreamTable, transaction.Stream);
        if (stream.Kept is not { IsLegal: true } kept || kept.Ste.Config == StreamConfig.Abort)
        {
            return SmmuV3.Refused(request);
        }

        return kept.Ste.Ats(checks: true) switch
        {
            EndpointTranslation.Disabled => Forbid(request, transaction),
            EndpointTranslation.Split => smmu.Translate(request, transaction, kept.WithoutStage1),
            _ => Through(request),
        };
    }

    // An address wider than OAS ends with an abort, and no event says so.
    private static IommuTranslation Through(in DmaRequest request) =>
        request.Address >> Features.AddressBits == 0 ? new(DmaResult.Ok, request.Address, (ulong)request.Length) : SmmuV3.Refused(request);

    private static TranslationCompletion Granted(in DmaRequest request, CompletionEntry entry)
    {
        // Priv is as it was asked; nothing else is there without a PASID.
        ulong privileged = request.Prefix is { IsPresent: true, Privileged: true } ? 16UL : 0;
        return new(DmaResult.Ok, new CompletionEntry(entry.Raw | privileged));
    }

    private TranslationCompletion Translate(in DmaRequest request, Transaction transaction, StreamContext context, bool split)
    {
        const int PageShift = 12;
        bool bypassed = context.Cd is null && !context.Setup.Stage2.Enabled;
        if (bypassed)
        {
            bool fits = request.Address >> Features.AddressBits == 0;
            return Granted(request, fits ? CompletionEntry.Of(request.Address, PageShift, read: true, write: true, execute: false, privileged: false) : Nothing);
        }

        // Where all reads are fetches, what may be executed may be read.
        const int Instruction = 0b11;
        Transaction asked = transaction.In(context.Ste);
        AccessType type = context.Ste.InstCfg == Instruction ? AccessType.Fetch : AccessType.Read;
        Translation result = smmu.Translations.Translate(context, request.Address, type, asked.Unprivileged);
        if (result.Fault is { Happened: true } fault)
        {
            if (fault.Kind == FaultKind.ExternalAbort)
            {
                return new(DmaResult.CompleterAbort, Nothing);
            }

            // Stage 2 is not asked where stage 1 permits nothing.
            if (fault.Kind != FaultKind.Permission || fault.OnWalk || !fault.Stage2)
            {
                return Granted(request, Nothing);
            }
        }

        ulong address = split ? result.Intermediate : result.Physical;
        return Granted(request, Entry(request, context, asked, result, address));
    }

    // IHI 0070, Permission attributes granted in ATS Translation Completions.
    private static CompletionEntry Entry(in DmaRequest request, StreamContext context, in Transaction asked, in Translation result, ulong address)
    {
        const int Data = 0b10;
        const int Instruction = 0b11;
        bool readable = Permits(result, AccessType.Read, asked.Unprivileged);
        bool executable = Permits(result, AccessType.Fetch, asked.Unprivileged);
        bool write = Permits(result, AccessType.Write, asked.Unprivileged);
        bool wants = request.Prefix is { IsPresent: true, Execute: true };
        bool read = context.Ste.InstCfg == Instruction ? executable : readable;
        bool execute = wants && read && (context.Ste.InstCfg == Data || executable);
        return read || write ? CompletionEntry.Of(address, result.RangeShift, read, write, execute, privileged: false) : Nothing;
    }

    private static bool Permits(in Translation result, AccessType type, bool unprivileged) =>
        (result.Permissions & PermissionRules.Needed(type, unprivileged)) != 0;

    private TranslationCompletion Bad(in Transaction transaction, int span)
    {
        smmu.Recorder.Record(transaction.Record with { Kind = EventKind.BadTranslationRequest, Span = span });
        return new(DmaResult.UnsupportedRequest, Nothing);
    }

    private IommuTranslation Forbid(in DmaRequest request, in Transaction transaction)
    {
        smmu.Recorder.Record(transaction.Record with { Kind = EventKind.TranslationForbidden });
        return SmmuV3.Refused(request);
    }
}
