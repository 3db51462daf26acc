using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>Stream table entries and context descriptors, field by field.</summary>
internal static class SmmuStructures
{
    public static IEnumerable<string> Ste(SmmuV3 smmu, uint stream)
    {
        Lookup<StreamTableEntry> found = smmu.Streams.LookEntry(smmu.StreamTable, stream);
        if (found.Problem is EventKind problem)
        {
            yield return $"SID 0x{stream:x}: {Words(problem)} (0x{found.Address:x})";
            yield break;
        }

        StreamTableEntry ste = found.Value;
        yield return $"STE of SID 0x{stream:x} at 0x{found.Address:x}: {(ste.V ? SmmuState.Of(ste) : "V=0: invalid, requests give C_BAD_STE")}";
        yield return $"  words: 0x{ste.D0:x16} 0x{ste.D1:x16} 0x{ste.D2:x16} 0x{ste.D3:x16}";
        yield return $"  V={Digit(ste.V)} Config=0b{(int)ste.Config:b3} S1Fmt={ste.S1Fmt} S1ContextPtr=0x{ste.S1ContextPtr:x} S1CDMax={ste.S1CdMax}";
        yield return $"  S1DSS={ste.S1Dss} S1STALLD={Digit(ste.S1Stalld)} EATS=0b{ste.Eats:b2} PPAR={Digit(ste.Ppar)} STRW=0b{ste.Strw:b2} PRIVCFG=0b{ste.PrivCfg:b2} INSTCFG=0b{ste.InstCfg:b2}";
        yield return $"  S2VMID={ste.S2Vmid} S2T0SZ={ste.S2T0Sz} S2SL0={ste.S2Sl0} S2TG={ste.S2Tg} S2PS={ste.S2Ps} S2AA64={Digit(ste.S2Aa64)} S2ENDI={Digit(ste.S2Endi)} "
            + $"S2AFFD={Digit(ste.S2Affd)} S2PTW={Digit(ste.S2Ptw)} S2S={Digit(ste.S2S)} S2R={Digit(ste.S2R)} S2TTB=0x{ste.S2Ttb:x}";
        foreach (string broken in ste.V ? ste.BrokenRules() : [])
        {
            yield return $"  ILLEGAL: {broken}";
        }

        const ulong VmidBits = 0xffff;
        if (ste.V && !ste.HasStage2 && ((ste.D2 & ~VmidBits) | ste.D3) != 0)
        {
            yield return "  stale: STE[2] and STE[3] hold stage 2 fields, which this Config ignores";
        }

        if (ste.V && !ste.HasStage1 && ste.S1ContextPtr != 0)
        {
            yield return "  stale: S1ContextPtr is set, which this Config ignores";
        }

        if (smmu.Structures.Find(stream) is KeptStream kept && kept.Ste != ste)
        {
            yield return $"  the SMMU still holds 0x{kept.Ste.D0:x16} 0x{kept.Ste.D1:x16} 0x{kept.Ste.D2:x16} 0x{kept.Ste.D3:x16}: CMD_CFGI_STE is missing";
        }
    }

    public static IEnumerable<string> Cd(SmmuV3 smmu, uint stream, uint substream)
    {
        Lookup<StreamTableEntry> entry = smmu.Streams.LookEntry(smmu.StreamTable, stream);
        StreamTableEntry ste = entry.Value;
        if (entry.Problem is not null || !ste.V || !ste.HasStage1)
        {
            yield return $"SID 0x{stream:x} has no context descriptors: {(entry.Problem is EventKind p ? Words(p) : ste.V ? SmmuState.Of(ste) : "V=0")}";
            yield break;
        }

        if (substream >> ste.S1CdMax != 0)
        {
            yield return $"SSID 0x{substream:x} is not below 2^S1CDMax = {1ul << ste.S1CdMax}";
            yield break;
        }

        Lookup<ContextDescriptor> found = smmu.Streams.LookDescriptor(in ste, substream, out Fault fault);
        if (fault.Happened || found.Problem is not null)
        {
            string why = fault.Happened ? $"stage 2 {fault.Kind} at level {fault.Level} for IPA 0x{fault.Ipa:x}" : Words(found.Problem!.Value);
            yield return $"CD of SID 0x{stream:x} SSID 0x{substream:x}: {why} (0x{found.Address:x})";
            yield break;
        }

        foreach (string line in Lines(found.Value, ste, $"CD of SID 0x{stream:x} SSID 0x{substream:x} at 0x{found.Address:x}"))
        {
            yield return line;
        }

        KeptDescriptor? kept = smmu.Structures.Find(stream)?.Descriptors.Find(d => d.Substream == substream);
        if (kept is not null && kept.Cd != found.Value)
        {
            yield return $"  the SMMU still holds 0x{kept.Cd.D0:x16} 0x{kept.Cd.D1:x16} 0x{kept.Cd.D2:x16} 0x{kept.Cd.D3:x16}: CMD_CFGI_CD is missing";
        }
    }

    private static IEnumerable<string> Lines(ContextDescriptor cd, StreamTableEntry ste, string title)
    {
        yield return $"{title}: {(cd.V ? $"ASID {cd.Asid}" : "V=0: invalid, requests give C_BAD_CD")}";
        yield return $"  words: 0x{cd.D0:x16} 0x{cd.D1:x16} 0x{cd.D2:x16} 0x{cd.D3:x16}";
        yield return $"  V={Digit(cd.V)} AA64={Digit(cd.Aa64)} ASID={cd.Asid} IPS={cd.Ips} ({cd.OutputBits} bits) ENDI={Digit(cd.Endi)} WXN={Digit(cd.Wxn)} AFFD={Digit(cd.Affd)}";
        yield return $"  A={Digit(cd.A)} R={Digit(cd.R)} S={Digit(cd.S)} HA={Digit(cd.Ha)} HD={Digit(cd.Hd)} MAIR=0x{cd.Mair:x16}";
        yield return $"  T0SZ={cd.T0Sz} TG0={cd.Tg0} EPD0={Digit(cd.Epd0)} TBI0={Digit(cd.Tbi0)} HAD0={Digit(cd.Had0)} TTB0=0x{cd.Ttb0:x}";
        yield return $"  T1SZ={cd.T1Sz} TG1={cd.Tg1} EPD1={Digit(cd.Epd1)} TBI1={Digit(cd.Tbi1)} HAD1={Digit(cd.Had1)} TTB1=0x{cd.Ttb1:x}";
        foreach (string broken in cd.V ? cd.BrokenRules(ste) : Enumerable.Empty<string>())
        {
            yield return $"  ILLEGAL: {broken}";
        }
    }

    /// <summary>An event's name and meaning.</summary>
    public static string Words(EventKind kind)
    {
        EventRow row = EventRow.Of(kind);
        return $"{row.Name}, {row.Meaning}";
    }

    private static int Digit(bool value) => value ? 1 : 0;
}
