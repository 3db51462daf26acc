using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Iommu;

/// <summary>
/// A stock Debian kernel finds a function with PASIDs: its arm-smmu-v3 driver enables them and gives the stream a table of context descriptors in two
/// levels, whose first serves requests without (IHI 0070, STE.S1DSS). Who is right: the kernel, and the program of tests/Guests/vfio.
/// </summary>
public sealed class PasidTests
{
    private const string Exerciser = "dma-exerciser,pasid=on,ats=on";

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task The_kernel_makes_substreams_and_the_device_works_by_the_first()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(VfioGuest.Options("gic=3,el2=off", 1, "", Exerciser), "", """
            monitor break smmu F_TRANSLATION
            continue
            monitor smmu ste 8
            monitor smmu cd 8 1
            monitor dma explain 00:01.0 0x4000000 w
            monitor dma explain 00:01.0 0x4000000 w 1
            """);
        Says.InOrder(
            gdb.Errors, gdb.ToString(),
            "F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x7000000 write stage 1", "S1Fmt=2", "S1CDMax=16", "S1DSS=UseSubstream0 S1STALLD=1",
            "CD of SID 0x8 SSID 0x1", "V=0: invalid", "stage 1 gives 0x", "with PASID 0x1", "SSID 0x1: C_BAD_CD", "target: not reached");
        Assert.DoesNotContain("Failed to enable PASID", gdb.ToString());
    }
}
