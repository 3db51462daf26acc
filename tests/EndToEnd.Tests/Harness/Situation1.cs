namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>The hypervisors of tests/Guests/situation1 with their guest, run as a user's own.</summary>
internal static class Situation1
{
    public static string[] Arguments(string form)
    {
        return
        [
            "--machine", "virt,gic=2,el2=on",
            "--memory", "4G",
            "--kernel", Repository.Built($"situation1/{form}.elf"),
            "--load", $"{Repository.Guest("debian/vmlinuz")}@0x80200000",
            "--load", $"{Repository.Built("situation1/guest.dtb")}@0x88000000",
            "--load", $"{Repository.Guest("debian/initramfs.cpio.gz")}@0x89000000",
        ];
    }
}
