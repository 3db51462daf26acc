using System;
using System.Buffers.Binary;
using System.Numerics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Mmu;

/// <summary>
/// Walks translation tables, both stages (DDI 0487, VMSAv8-64). It knows no registers: a core and an SMMU describe
/// what they want in a <see cref="TranslationSetup"/>. This file has stage 1; <c>Stage2</c> and <c>Tables</c> have the rest.
/// </summary>
/// <param name="bus">Where tables are read.</param>
/// <param name="walks">Who walks, for those who look on; null for one of those.</param>
internal sealed partial class PageTableWalker(PhysicalBus bus, object? walks = null)
{
    /// <summary>Implemented physical address size of Cortex-A53 (DDI 0500, ID_AA64MMFR0_EL1.PARange).</summary>
    public const int PhysicalBits = 40;

    /// <summary>Least TnSZ without FEAT_LVA: addresses of 48 bits.</summary>
    public const int LeastSizeField = 16;

    /// <summary>Largest TnSZ without FEAT_TTST: addresses of 25 bits.</summary>
    public const int LargestSizeField = 39;

    /// <summary>log2 of the range for which an address that passes both stages unchanged stands.</summary>
    public const int FlatRangeShift = PhysicalBits - 1;

    /// <summary>Stage 1, then stage 2 where it is on and asked for.</summary>
    public void Walk(in TranslationSetup setup, ulong address, in WalkRequest request, out WalkResult result)
    {
        result = default;
        if (setup.Stage1.Enabled)
        {
            WalkStage1(in setup, address, in request, ref result);
        }
        else
        {
            PassStage1(in setup.Stage1, address, in request, ref result);
        }

        result.Physical = result.Intermediate;
        result.Stage2Permissions = PermissionRules.All;
        if (result.Fault.Happened || request.Stage1Only)
        {
            return;
        }

        if (setup.Stage2.Enabled)
        {
            AddStage2(in setup.Stage2, in request, ref result);
        }
        else
        {
            request.Trace?.Add(new StageOff(Stage2: true, result.Intermediate));
        }
    }

    private static void PassStage1(in Stage1Setup setup, ulong address, in WalkRequest request, ref WalkResult result)
    {
        request.Trace?.Add(new StageOff(Stage2: false, address));
        ulong plain = setup.RangeOf(address).TopByteIgnored ? address.Field(55, 0) : address;
        if (plain >> PhysicalBits != 0)
        {
            request.Trace?.Because(new FaultReason.AddressTooWide(WidthOf(plain), PhysicalBits));
            result.Fault = new Fault(FaultKind.AddressSize, Level: 0, Stage2: false, OnWalk: false);
            return;
        }

        result.Intermediate = plain;
        result.RangeShift = FlatRangeShift;
        result.Stage1Shift = FlatRangeShift;
        result.Stage1Permissions = PermissionRules.All;
        result.Attributes = AttributeRules.Stage1Off(in setup, request.AttributeType);
        result.Global = true;
        result.NonSecure = !setup.Secure;
    }

    private static Fault CheckRange(in Stage1Setup setup, in TableRange range, bool high, ulong address, in WalkRequest request)
    {
        RangeSelector selector = high ? RangeSelector.High : RangeSelector.Low;
        if (range.SizeField is < LeastSizeField or > LargestSizeField)
        {
            // CONSTRAINED UNPREDICTABLE: fault, where clamping the field is also allowed.
            request.Trace?.Because(
                new FaultReason.SizeFieldReserved(selector, range.SizeField, LeastSizeField, LargestSizeField));
        }
        else if (!IsInRange(in range, high, address))
        {
            request.Trace?.Because(
                new FaultReason.VaOutsideRanges(setup.Low.SizeField, setup.TwoRanges ? setup.High.SizeField : null));
        }
        else if (range.WalkDisabled)
        {
            request.Trace?.Because(new FaultReason.TableWalkDisabled(selector));
        }
        else
        {
            return Fault.None;
        }

        return new Fault(FaultKind.Translation, Level: 0, Stage2: false, OnWalk: false);
    }

    // All bits above the range must be copies of the bit that selected it; a tag byte takes no part.
    private static bool IsInRange(in TableRange range, bool high, ulong address)
    {
        ulong significant = range.TopByteIgnored ? address.SignExtend(56) : address;
        return significant >> range.InputBits == (high ? ulong.MaxValue >> range.InputBits : 0);
    }

    private static int WidthOf(ulong address) => 64 - BitOperations.LeadingZeroCount(address);

    private void WalkStage1(in TranslationSetup setup, ulong address, in WalkRequest request, ref WalkResult result)
    {
        ref readonly Stage1Setup stage1 = ref setup.Stage1;
        bool high = stage1.TwoRanges && address.Bit(55);
        TableRange range = high ? stage1.High : stage1.Low;
        Fault fault = CheckRange(in stage1, in range, high, address, in request);
        if (fault.Happened)
        {
            result.Fault = fault;
            request.Trace?.Add(new StageRefused(Stage2: false, address));
            return;
        }

        var walk = new TableWalk
        {
            Address = address,
            Granule = range.Granule,
            InputBits = range.InputBits,
            Level = 4 - ((range.InputBits - 4) / range.Granule.Stride),
            Table = range.Base.Field(47, 1) << 1,
            OutputBits = stage1.OutputBits,
            BigEndian = stage1.BigEndian,
            NonSecure = !stage1.Secure,
            HierarchyDisabled = range.HierarchyDisabled,
            AccessFlagFaultDisabled = stage1.AccessFlagFaultDisabled,
        };
        request.Trace?.Add(new StageStart(
            Stage2: false, address, high ? RangeSelector.High : RangeSelector.Low, walk.Table, range.SizeField, range.Granule, walk.Level));
        fault = FindLeaf(ref walk, in setup.Stage2, in request);
        if (fault.Happened)
        {
            result.Fault = fault;
            return;
        }

        FinishStage1(in stage1, in walk, in request, ref result);
    }

    private static void FinishStage1(in Stage1Setup setup, in TableWalk walk, in WalkRequest request, ref WalkResult result)
    {
        result.Intermediate = walk.Output;
        result.Stage1Level = walk.Level;
        result.Stage1Shift = walk.Granule.EntryShift(walk.Level);
        result.RangeShift = result.Stage1Shift;
        result.Stage1Permissions = PermissionRules.Stage1(in setup, walk.Leaf, in walk.Tables);
        result.Attributes = AttributeRules.Stage1(in setup, walk.Leaf, request.AttributeType);
        // What a Secure walk takes from a Non-secure table is never global.
        result.Global = !setup.TwoRanges || !(walk.Leaf.NotGlobal || (setup.Secure && walk.Tables.Ns));
        result.NonSecure = !setup.Secure || walk.Leaf.Ns || walk.Tables.Ns;
        request.Trace?.Add(new StageEnd(
            Stage2: false, walk.Level, walk.Output, result.Stage1Shift, result.Stage1Permissions, result.Attributes));
        if ((result.Stage1Permissions & PermissionRules.Needed(request.Type, request.Unprivileged)) == 0)
        {
            request.Trace?.Because(new FaultReason.PermissionDenied(
                PermissionRules.WhyStage1(in setup, walk.Leaf, in walk.Tables, request.Type, request.Unprivileged)));
            result.Fault = new Fault(FaultKind.Permission, walk.Level, Stage2: false, OnWalk: false);
        }
    }

    private BusResult ReadPhysical(ulong address, bool nonSecure, bool bigEndian, bool debug, out ulong value)
    {
        BusResult result = BusResult.Ok;
        if (bus.TryReadRam(new PhysicalAddress(address), out value))
        {
            // Where most tables are, and without a side effect.
        }
        else if (debug)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            result = bus.TryPeek(new PhysicalAddress(address), bytes) ? BusResult.Ok : BusResult.DecodeError;
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        else
        {
            result = bus.Read(new PhysicalAddress(address), sizeof(ulong), out value, nonSecure);
        }

        value = bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
        return result;
    }
}
