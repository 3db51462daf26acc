using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>Commands of queue 0 (NVM Express Base Specification 1.4, chapter 5).</summary>
internal static class AdminCommands
{
    public static readonly NvmeOperation[] Table =
    [
        new(0x00, "Delete I/O Submission Queue", NvmeEffects.None, QueueCommands.DeleteSubmission),
        new(0x01, "Create I/O Submission Queue", NvmeEffects.None, QueueCommands.CreateSubmission),
        new(0x02, "Get Log Page", NvmeEffects.None, static (n, request) => n.Logs.Get(request)),
        new(0x04, "Delete I/O Completion Queue", NvmeEffects.None, QueueCommands.DeleteCompletion),
        new(0x05, "Create I/O Completion Queue", NvmeEffects.None, QueueCommands.CreateCompletion),
        new(0x06, "Identify", NvmeEffects.None, Identify.Do),
        new(0x08, "Abort", NvmeEffects.None, Abort),
        new(0x09, "Set Features", NvmeEffects.None, static (n, request) => n.Features.Set(n, request)),
        new(0x0a, "Get Features", NvmeEffects.None, static (n, request) => n.Features.Get(n, request)),
        new(0x0c, "Asynchronous Event Request", NvmeEffects.None, static (n, request) => n.Events.Request(request.Command.Id)),
        new(0x7c, "Doorbell Buffer Config", NvmeEffects.None, QueueCommands.ConfigureDoorbells),
        new(0x80, "Format NVM", NvmeEffects.ChangesBlocks, static (n, request) => n.Formatting.Begin(request)),
    ];

    /// <summary>All commands but requests for events are done before anybody could abort them.</summary>
    private static NvmeStatus Abort(NvmeController controller, NvmeRequest request)
    {
        uint queue = request.Command.Dword10.Field(15, 0);
        var command = (ushort)request.Command.Dword10.Field(31, 16);
        // Bit 0: the command was not aborted.
        request.Result = 1;
        if (queue >= (uint)controller.Queues.Submission.Length || !controller.Queues.Submission[queue].Exists)
        {
            return NvmeStatus.InvalidField;
        }

        if (queue == 0 && controller.Events.TryAbort(command))
        {
            request.Result = 0;
        }

        return NvmeStatus.Success;
    }
}
