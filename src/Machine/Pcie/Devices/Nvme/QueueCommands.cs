using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Devices.Nvme.Rings;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>Commands that make and unmake queues (NVM Express Base Specification 1.4, sections 5.3 to 5.6, and 5.7 for doorbells in memory).</summary>
internal static class QueueCommands
{
    private const uint SubmissionEntry = 6;
    private const uint CompletionEntry = 4;

    public static NvmeStatus CreateCompletion(NvmeController controller, NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        CompletionQueue? queue = At(controller.Queues.Completion, command);
        uint vector = command.Dword11.Field(31, 16);
        if (queue is null or { Exists: true })
        {
            return NvmeStatus.InvalidQueueIdentifier;
        }

        NvmeStatus status = Check(command, request.PageBytes, controller.Configuration.CompletionEntry == CompletionEntry);
        if (status != NvmeStatus.Success)
        {
            return status;
        }

        // By the pin there is one interrupt for all.
        if (vector >= (controller.Msix!.Enabled ? (uint)controller.Msix.Vectors : 1))
        {
            return NvmeStatus.InvalidInterruptVector;
        }

        queue.Address = command.Pointer1;
        queue.Entries = Entries(command);
        queue.Phase = true;
        queue.Interrupts = command.Dword11.Bit(1);
        queue.Vector = (int)vector;
        return NvmeStatus.Success;
    }

    public static NvmeStatus CreateSubmission(NvmeController controller, NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        uint answers = command.Dword11.Field(31, 16);
        if (answers == 0 || answers >= (uint)controller.Queues.Completion.Length || !controller.Queues.Completion[answers].Exists)
        {
            return NvmeStatus.InvalidCompletionQueue;
        }

        SubmissionQueue? queue = At(controller.Queues.Submission, command);
        if (queue is null or { Exists: true })
        {
            return NvmeStatus.InvalidQueueIdentifier;
        }

        NvmeStatus status = Check(command, request.PageBytes, controller.Configuration.SubmissionEntry == SubmissionEntry);
        if (status == NvmeStatus.Success)
        {
            queue.Address = command.Pointer1;
            queue.Entries = Entries(command);
            queue.CompletionId = (int)answers;
        }

        return status;
    }

    public static NvmeStatus DeleteSubmission(NvmeController controller, NvmeRequest request)
    {
        if (At(controller.Queues.Submission, request.Command) is not { Exists: true } queue)
        {
            return NvmeStatus.InvalidQueueIdentifier;
        }

        queue.Clear();
        return NvmeStatus.Success;
    }

    public static NvmeStatus DeleteCompletion(NvmeController controller, NvmeRequest request)
    {
        if (At(controller.Queues.Completion, request.Command) is not { Exists: true } queue)
        {
            return NvmeStatus.InvalidQueueIdentifier;
        }

        if (Array.Exists(controller.Queues.Submission, s => s.Exists && s.CompletionId == queue.Id))
        {
            return NvmeStatus.InvalidQueueDeletion;
        }

        queue.Clear();
        controller.InterruptsChanged();
        return NvmeStatus.Success;
    }

    public static NvmeStatus ConfigureDoorbells(NvmeController controller, NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        bool aligned = ((command.Pointer1 | command.Pointer2) & (ulong)(request.PageBytes - 1)) == 0;
        if (!aligned || command.Pointer1 == 0 || command.Pointer2 == 0)
        {
            return NvmeStatus.InvalidField;
        }

        controller.Queues.Shadows.Set(command.Pointer1, command.Pointer2);
        return NvmeStatus.Success;
    }

    /// <summary>The I/O queue that a command names; null for 0 and for those that there cannot be.</summary>
    private static T? At<T>(T[] queues, in NvmeCommand command)
        where T : class
    {
        uint id = command.Dword10.Field(15, 0);
        return id != 0 && id < (uint)queues.Length ? queues[id] : null;
    }

    private static int Entries(in NvmeCommand command) => (int)command.Dword10.Field(31, 16) + 1;

    // CAP.CQR: a queue is one piece of memory.
    private static NvmeStatus Check(in NvmeCommand command, int pageBytes, bool knowsEntry) =>
        Entries(command) is < 2 or > NvmeQueues.MostEntries ? NvmeStatus.InvalidQueueSize
        : command.Pointer1 % (ulong)pageBytes != 0 ? NvmeStatus.InvalidPrpOffset
        : !command.Dword11.Bit(0) || !knowsEntry ? NvmeStatus.InvalidField
        : NvmeStatus.Success;
}
