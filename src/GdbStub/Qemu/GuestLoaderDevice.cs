using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Qemu;

/// <summary>"-device guest-loader": a kernel or RAM disk for a hypervisor's guest (QEMU 7.2 documentation, Guest Loader).</summary>
internal sealed record GuestLoaderDevice(string File, ulong Address, bool IsKernel, string? Arguments)
{
    private const string Option = "-device guest-loader";

    public static GuestLoaderDevice Read(KeyValues pairs)
    {
        string? kernel = pairs.Take("kernel");
        string? initrd = pairs.Take("initrd");
        string? arguments = pairs.Take("bootargs");
        ulong address = pairs.TakeNumber("addr") ?? 0;
        pairs.RefuseRest("addr, kernel, initrd or bootargs");
        if (kernel is null == initrd is null)
        {
            throw new UserErrorException($"{Option}: give either kernel=FILE or initrd=FILE; use two of them for both");
        }

        if (initrd is not null && arguments is not null)
        {
            throw new UserErrorException($"{Option}: bootargs belong to a kernel; give them with kernel=FILE");
        }

        return new GuestLoaderDevice(kernel ?? initrd!, address, kernel is not null, arguments);
    }

    /// <summary>Puts itself into the configuration.</summary>
    public MachineConfiguration AddTo(MachineConfiguration machine) => machine with
    {
        Modules = [.. machine.Modules, new GuestModule(new BootFile(File, InputFile.Read(Option, File)), Address, IsKernel, Arguments)],
    };
}
