using System;
using System.Buffers.Binary;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Rings;

/// <summary>
/// The queues of a controller and their doorbells. Commands are done within the access that rings for them, queue after queue in a circle (section 4.13,
/// round robin), so many from each; for what is left an event comes later, so that a driver that never ends cannot hold the machine.
/// </summary>
internal sealed class NvmeQueues
{
    /// <summary>CAP.MQES, counted from 1.</summary>
    public const int MostEntries = 2048;

    private const int Burst = 64;
    private const int MostRounds = 4;

    private readonly NvmeController _controller;

    [NotState("used within one round of service")]
    private readonly byte[] _entry = new byte[NvmeCommand.Bytes];

    [NotState("used within one round of service")]
    private readonly NvmeRequest _request;

    [NotState("within an access")]
    private bool _serving;

    private int _next;

    public NvmeQueues(NvmeController controller, int pairs)
    {
        _controller = controller;
        _request = new NvmeRequest(controller.Dma);
        Submission = [.. Enumerable.Range(0, pairs + 1).Select(static i => new SubmissionQueue(i))];
        Completion = [.. Enumerable.Range(0, pairs + 1).Select(static i => new CompletionQueue(i))];
        Shadows = new ShadowDoorbells(controller.Dma);
    }

    /// <summary>By ID; 0 is the administration's.</summary>
    public SubmissionQueue[] Submission { get; }

    public CompletionQueue[] Completion { get; }

    public ShadowDoorbells Shadows { get; }

    /// <summary>A queue has commands, and room for an answer.</summary>
    private bool HasWork => Array.Exists(Submission, CanServe);

    public void Clear()
    {
        Array.ForEach(Submission, static q => q.Clear());
        Array.ForEach(Completion, static q => q.Clear());
        Shadows.Clear();
        _next = 0;
    }

    /// <summary>A write to a doorbell (section 3.1.16 and on).</summary>
    public void Ring(int queue, bool completion, uint value)
    {
        bool exists = completion ? Completion[queue].Exists : Submission[queue].Exists;
        int entries = completion ? Completion[queue].Entries : Submission[queue].Entries;
        int place = (int)value.Field(15, 0);
        if (!exists || place >= entries)
        {
            string name = $"{(completion ? "CQ" : "SQ")}{queue}{(completion ? "HDBL" : "TDBL")}";
            _controller.Report($"{name} = {place}: {(exists ? $"the queue has {entries} entries" : "there is no such queue")}; it is ignored");
            _controller.Events.Post(exists ? NvmeEvent.InvalidDoorbellValue : NvmeEvent.InvalidDoorbellRegister);
            return;
        }

        Shadows.Rung(queue, completion, place);
        if (completion)
        {
            Completion[queue].Head = place;
            _controller.InterruptsChanged();
            if (queue == 0)
            {
                // Events may have waited for room.
                _controller.ServeLater();
            }
        }
        else
        {
            Submission[queue].Tail = place;
        }

        Serve();
    }

    /// <summary>Does what is in the queues, up to a limit.</summary>
    public void Serve()
    {
        if (_serving)
        {
            // A command's own data has reached a doorbell.
            _controller.ServeLater();
            return;
        }

        _serving = true;
        for (int round = 0; round < MostRounds && ServeRound(); round++)
        {
        }

        _serving = false;
        Announce();
        if (HasWork)
        {
            _controller.ServeLater();
        }
    }

    /// <summary>Puts an answer into a completion queue, which has room.</summary>
    public void Complete(int queue, ushort command, uint result, NvmeStatus status)
    {
        SubmissionQueue from = Submission[queue];
        CompletionQueue to = Completion[from.CompletionId];
        Span<byte> entry = stackalloc byte[CompletionQueue.EntryBytes];
        entry.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(entry, result);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)from.Head);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], (ushort)queue);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[12..], command);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], (ushort)((status.Field() << 1) | (to.Phase ? 1 : 0)));
        if (_controller.Dma.Write(to.Address + ((ulong)to.Tail * CompletionQueue.EntryBytes), entry) != DmaResult.Ok)
        {
            _controller.Fail($"entry {to.Tail} of completion queue {to.Id} at 0x{to.Address:x} cannot be written");
            return;
        }

        to.Advance();
        to.IsNew = true;
    }

    /// <summary>Sends the interrupts for answers that are new.</summary>
    public void Announce()
    {
        foreach (CompletionQueue queue in Completion)
        {
            if (queue.IsNew)
            {
                queue.IsNew = false;
                Shadows.Ask(queue.Id, completion: true, queue.Head);
                _controller.Interrupt(queue);
            }
        }
    }

    public void Save(StateWriter to)
    {
        to.Write(_next);
        Shadows.Save(to);
        Array.ForEach(Submission, q => q.Save(to));
        Array.ForEach(Completion, q => q.Save(to));
    }

    public void Restore(StateReader from, int vectors)
    {
        _next = from.ReadBelow(Submission.Length, "a queue");
        Shadows.Restore(from);
        Array.ForEach(Submission, q => q.Restore(from, Completion.Length));
        Array.ForEach(Completion, q => q.Restore(from, vectors));
    }

    private bool CanServe(SubmissionQueue queue) =>
        queue.Exists && queue.Head != queue.Tail && !Completion[queue.CompletionId].IsFull && _controller.MayServe(queue.Id);

    /// <summary>Up to a burst from each queue, beginning behind the one that came last.</summary>
    private bool ServeRound()
    {
        bool any = false;
        for (int i = 0; i < Submission.Length; i++)
        {
            SubmissionQueue queue = Submission[(_next + i) % Submission.Length];
            if (queue.Exists)
            {
                queue.Tail = Shadows.Look(queue.Id, completion: false, queue.Tail, queue.Entries);
                CompletionQueue answers = Completion[queue.CompletionId];
                answers.Head = Shadows.Look(answers.Id, completion: true, answers.Head, answers.Entries);
                any |= ServeQueue(queue);
            }
        }

        _next = (_next + 1) % Submission.Length;
        return any;
    }

    private bool ServeQueue(SubmissionQueue queue)
    {
        int done = 0;
        for (; done < Burst && CanServe(queue); done++)
        {
            ulong at = queue.Address + ((ulong)queue.Head * NvmeCommand.Bytes);
            if (_controller.Dma.Read(at, _entry) != DmaResult.Ok)
            {
                _controller.Fail($"entry {queue.Head} of submission queue {queue.Id} at 0x{at:x} cannot be read");
                return false;
            }

            queue.Head = (queue.Head + 1) % queue.Entries;
            _request.Begin(NvmeCommand.Read(_entry), queue.Id, _controller.PageBytes);
            NvmeStatus status = _controller.Do(_request);
            if (status != NvmeStatus.Later && queue.Exists)
            {
                Complete(queue.Id, _request.Command.Id, _request.Result, status);
            }
        }

        if (done > 0)
        {
            Shadows.Ask(queue.Id, completion: false, queue.Tail);
        }

        return done > 0;
    }
}
