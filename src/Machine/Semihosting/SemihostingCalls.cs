using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;

namespace GdbHost.Machine.Semihosting;

/// <summary>What a call answers in X0; null leaves X0 as it was, which the specification allows where it defines no value.</summary>
internal delegate ulong? SemihostingHandler(SemihostingCalls calls, in CallArguments arguments);

/// <summary>One operation (Arm 100863, Semihosting operations).</summary>
internal sealed record SemihostingRow(uint Number, string Name, SemihostingHandler Answer);

/// <summary>X1 and the memory behind it: a call's parameter, or the address of its block of 64-bit fields.</summary>
internal readonly record struct CallArguments(Core Core, ulong Parameter)
{
    private const ulong FieldBytes = 8;

    public GuestBuffers Memory => new(Core);

    public bool TryGet(out ulong first) => Memory.TryReadField(Parameter, out first);

    public bool TryGet(out ulong first, out ulong second)
    {
        second = 0;
        return TryGet(out first) && Memory.TryReadField(Parameter + FieldBytes, out second);
    }

    public bool TryGet(out ulong first, out ulong second, out ulong third)
    {
        third = 0;
        return TryGet(out first, out second) && Memory.TryReadField(Parameter + (2 * FieldBytes), out third);
    }

    public bool TrySet(int field, ulong value) => Memory.TryWriteField(Parameter + ((ulong)field * FieldBytes), value);
}

/// <summary>
/// The calls by HLT 0xF000 (Arm 100863, Semihosting for AArch32 and AArch64): W0 is the operation, X1 its parameter.
/// An operation that is not here answers -1. Time is the machine's own, so that runs repeat.
/// </summary>
internal sealed class SemihostingCalls(SemihostingSetup setup, FileHandles handles) : ISemihosting
{
    /// <summary>The longest text that one SYS_WRITE0 prints, so that a missing zero byte costs no more than that.</summary>
    private const int LongestText = 1 << 16;

    private const ulong Failure = ulong.MaxValue;
    private const ulong ApplicationExit = 0x20026;
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const ulong NanosecondsPerCentisecond = 10_000_000;

    public static readonly SemihostingRow[] Rows =
    [
        new(0x01, "SYS_OPEN", static (SemihostingCalls c, in CallArguments a) => c.Open(in a)),
        new(0x02, "SYS_CLOSE", static (SemihostingCalls c, in CallArguments a) =>
            a.TryGet(out ulong handle) ? c.Done(c.Handles.Close(handle)) : c.Fails(HostError.BadAddress)),
        new(0x03, "SYS_WRITEC", static (SemihostingCalls c, in CallArguments a) => c.WriteCharacter(in a)),
        new(0x04, "SYS_WRITE0", static (SemihostingCalls c, in CallArguments a) => c.WriteText(in a)),
        new(0x05, "SYS_WRITE", static (SemihostingCalls c, in CallArguments a) => c.Transfer(in a, FileTransfers.Write)),
        new(0x06, "SYS_READ", static (SemihostingCalls c, in CallArguments a) => c.Transfer(in a, FileTransfers.Read)),
        new(0x07, "SYS_READC", static (SemihostingCalls c, in CallArguments _) => c.ReadCharacter()),
        new(0x08, "SYS_ISERROR", static (SemihostingCalls c, in CallArguments a) =>
            a.TryGet(out ulong status) ? status >> 63 : c.Fails(HostError.BadAddress)),
        new(0x09, "SYS_ISTTY", static (SemihostingCalls c, in CallArguments a) => c.IsTerminal(in a)),
        new(0x0a, "SYS_SEEK", static (SemihostingCalls c, in CallArguments a) => c.Seek(in a)),
        new(0x0c, "SYS_FLEN", static (SemihostingCalls c, in CallArguments a) => c.Measure(in a)),
        new(0x0d, "SYS_TMPNAM", static (SemihostingCalls c, in CallArguments a) => c.TemporaryName(in a)),
        new(0x0e, "SYS_REMOVE", static (SemihostingCalls c, in CallArguments a) => c.Remove(in a)),
        new(0x0f, "SYS_RENAME", static (SemihostingCalls c, in CallArguments a) => c.Rename(in a)),
        new(0x10, "SYS_CLOCK", static (SemihostingCalls c, in CallArguments _) => c.Now / NanosecondsPerCentisecond),
        new(0x11, "SYS_TIME", static (SemihostingCalls c, in CallArguments _) =>
            (uint)(c.Setup.StartSeconds + (c.Now / NanosecondsPerSecond))),
        new(0x12, "SYS_SYSTEM", static (SemihostingCalls c, in CallArguments a) => c.RefuseCommand(in a)),
        new(0x13, "SYS_ERRNO", static (SemihostingCalls c, in CallArguments _) => (ulong)c.Handles.LastError),
        new(0x15, "SYS_GET_CMDLINE", static (SemihostingCalls c, in CallArguments a) => c.CommandLine(in a)),
        new(0x16, "SYS_HEAPINFO", static (SemihostingCalls c, in CallArguments a) => c.HeapInformation(in a)),
        new(0x18, "SYS_EXIT", static (SemihostingCalls c, in CallArguments a) => c.Exit(in a)),
        new(0x19, "SYS_SYNCCACHE", static (SemihostingCalls _, in CallArguments _) => 0),
        new(0x20, "SYS_EXIT_EXTENDED", static (SemihostingCalls c, in CallArguments a) => c.Exit(in a)),
        new(0x30, "SYS_ELAPSED", static (SemihostingCalls c, in CallArguments a) =>
            a.TrySet(0, c.Now) ? 0 : c.Fails(HostError.BadAddress)),
        new(0x31, "SYS_TICKFREQ", static (SemihostingCalls _, in CallArguments _) => NanosecondsPerSecond),
    ];

    private static readonly Dictionary<uint, SemihostingRow> ByNumber = Rows.ToDictionary(r => r.Number);

    [NotState("a call that waits is executed again")]
    private bool _waits;

    public bool InputReady => setup.Console.HasInput || setup.Console.InputEnded;

    private SemihostingSetup Setup => setup;

    private FileHandles Handles => handles;

    private ulong Now => setup.Now();

    public unsafe SemihostingOutcome Call(Core core)
    {
        CpuState* state = core.State;
        CallArguments arguments = new(core, state->X[1]);
        _waits = false;
        ulong? answer = ByNumber.TryGetValue((uint)state->X[0], out SemihostingRow? row)
            ? row.Answer(this, in arguments)
            : Fails(HostError.NoSuchCall);
        if (_waits)
        {
            return SemihostingOutcome.Waits;
        }

        state->X[0] = answer ?? state->X[0];
        return SemihostingOutcome.Done;
    }

    private ulong Fails(HostError error)
    {
        handles.LastError = error;
        return Failure;
    }

    private ulong Done(HostError error, ulong answer = 0) => error == HostError.None ? answer : Fails(error);

    private ulong Open(in CallArguments a)
    {
        if (!a.TryGet(out ulong name, out ulong number, out ulong length))
        {
            return Fails(HostError.BadAddress);
        }

        HostFileMode mode = new((int)Math.Min(number, int.MaxValue));
        HostError error = a.Memory.TryReadText(name, length, out string path);
        if (error != HostError.None || !mode.IsKnown)
        {
            return Fails(error == HostError.None ? HostError.Invalid : error);
        }

        return Done(handles.Open(path, mode, out ulong handle), handle);
    }

    private ulong? WriteCharacter(in CallArguments a)
    {
        Span<byte> character = stackalloc byte[1];
        if (a.Memory.TryRead(a.Parameter, character))
        {
            setup.Console.Write(character[0]);
        }

        return null;
    }

    private ulong? WriteText(in CallArguments a)
    {
        Span<byte> character = stackalloc byte[1];
        for (int k = 0; k < LongestText && a.Memory.TryRead(a.Parameter + (ulong)k, character) && character[0] != 0; k++)
        {
            setup.Console.Write(character[0]);
        }

        return null;
    }

    /// <summary>SYS_READ and SYS_WRITE answer how many bytes were not transferred, whatever the reason.</summary>
    private ulong Transfer(in CallArguments a, FileTransfer transfer)
    {
        if (!a.TryGet(out ulong handle, out ulong buffer, out ulong length))
        {
            return Fails(HostError.BadAddress);
        }

        if (handles.Find(handle) is not OpenFile file)
        {
            handles.LastError = HostError.BadHandle;
            return length;
        }

        HostError error = transfer(file, a.Memory, buffer, length, out ulong done);
        _waits = error == HostError.NotYet && done == 0;
        if (error is not (HostError.None or HostError.NotYet))
        {
            handles.LastError = error;
        }

        return length - done;
    }

    private ulong ReadCharacter()
    {
        if (setup.Console.TryRead(out byte character))
        {
            return character;
        }

        _waits = !setup.Console.InputEnded;
        return Failure;
    }

    private ulong IsTerminal(in CallArguments a)
    {
        if (!a.TryGet(out ulong handle))
        {
            return Fails(HostError.BadAddress);
        }

        return handles.Find(handle) is OpenFile file ? (file.IsTerminal ? 1u : 0u) : Fails(HostError.BadHandle);
    }

    private ulong Seek(in CallArguments a)
    {
        if (!a.TryGet(out ulong handle, out ulong position))
        {
            return Fails(HostError.BadAddress);
        }

        return Done(handles.Find(handle)?.Seek(position) ?? HostError.BadHandle);
    }

    private ulong Measure(in CallArguments a)
    {
        if (!a.TryGet(out ulong handle))
        {
            return Fails(HostError.BadAddress);
        }

        ulong length = 0;
        return Done(handles.Find(handle)?.Measure(out length) ?? HostError.BadHandle, length);
    }

    private ulong TemporaryName(in CallArguments a)
    {
        if (!a.TryGet(out ulong buffer, out ulong number, out ulong size))
        {
            return Fails(HostError.BadAddress);
        }

        byte[] name = Encoding.ASCII.GetBytes($"semihosting-{number & 0xff:x2}.tmp\0");
        if ((ulong)name.Length > size)
        {
            return Fails(HostError.TooLong);
        }

        return a.Memory.TryWrite(buffer, name) ? 0 : Fails(HostError.BadAddress);
    }

    private ulong Remove(in CallArguments a)
    {
        if (!a.TryGet(out ulong name, out ulong length))
        {
            return Fails(HostError.BadAddress);
        }

        HostError error = a.Memory.TryReadText(name, length, out string path);
        return Done(error == HostError.None ? setup.Files?.Remove(path) ?? HostError.AccessDenied : error);
    }

    private ulong Rename(in CallArguments a)
    {
        const ulong SecondText = 16;
        CallArguments second = a with { Parameter = a.Parameter + SecondText };
        if (!a.TryGet(out ulong name, out ulong length) || !second.TryGet(out ulong newName, out ulong newLength))
        {
            return Fails(HostError.BadAddress);
        }

        HostError error = a.Memory.TryReadText(name, length, out string from);
        if (error != HostError.None)
        {
            return Fails(error);
        }

        error = a.Memory.TryReadText(newName, newLength, out string to);
        return Done(error == HostError.None ? setup.Files?.Rename(from, to) ?? HostError.AccessDenied : error);
    }

    private ulong RefuseCommand(in CallArguments a)
    {
        if (!a.TryGet(out ulong text, out ulong length))
        {
            return Fails(HostError.BadAddress);
        }

        HostError error = a.Memory.TryReadText(text, length, out string command);
        if (error == HostError.None)
        {
            setup.Files?.CommandRefused(command);
            error = HostError.NotPermitted;
        }

        return Fails(error);
    }

    private ulong CommandLine(in CallArguments a)
    {
        if (!a.TryGet(out ulong buffer, out ulong size))
        {
            return Fails(HostError.BadAddress);
        }

        byte[] line = Encoding.UTF8.GetBytes(setup.CommandLine + "\0");
        if ((ulong)line.Length > size)
        {
            return Fails(HostError.TooLong);
        }

        return a.TrySet(1, (ulong)line.Length - 1) && a.Memory.TryWrite(buffer, line) ? 0 : Fails(HostError.BadAddress);
    }

    /// <summary>Heap and stack share the largest part of RAM that the boot left free: the stack begins at its end.</summary>
    private ulong HeapInformation(in CallArguments a)
    {
        if (!a.TryGet(out ulong block))
        {
            return Fails(HostError.BadAddress);
        }

        (ulong start, ulong end) = setup.FreeMemory;
        CallArguments answer = a with { Parameter = block };
        return answer.TrySet(0, start) && answer.TrySet(1, end) && answer.TrySet(2, end) && answer.TrySet(3, start)
            ? 0
            : Fails(HostError.BadAddress);
    }

    /// <summary>The parameter block is a reason and a status; any reason but a plain exit is a failure.</summary>
    private ulong? Exit(in CallArguments a)
    {
        bool known = a.TryGet(out ulong reason, out ulong status);
        setup.Exit(known && reason == ApplicationExit ? (int)status : 1);
        return null;
    }
}
