using System;

namespace GdbHost.Machine.Semihosting;

/// <summary>What a handle stands for. An operation that it does not have answers an error.</summary>
internal abstract class OpenFile(string path, HostFileMode mode) : IDisposable
{
    /// <summary>As the guest named it.</summary>
    public string Path => path;

    public HostFileMode Mode => mode;

    /// <summary>Where the next transfer begins.</summary>
    public ulong Position { get; set; }

    public virtual bool IsTerminal => false;

    /// <summary>Reads at the position and moves it; zero bytes is the end of the file.</summary>
    public virtual HostError Read(Span<byte> into, out int done)
    {
        done = 0;
        return HostError.BadHandle;
    }

    /// <summary>Writes at the position and moves it.</summary>
    public virtual HostError Write(ReadOnlySpan<byte> bytes, out int done)
    {
        done = 0;
        return HostError.BadHandle;
    }

    public abstract HostError Seek(ulong position);

    public abstract HostError Measure(out ulong length);

    public void Dispose() => Close();

    /// <summary>Lets go of what stands behind the handle.</summary>
    protected virtual void Close()
    {
    }
}

/// <summary>The console, by the name <c>:tt</c>: input for the "r" modes, output for the "w" modes, errors for the "a" modes.</summary>
internal sealed class ConsoleFile(HostFileMode mode, ISemihostingConsole console) : OpenFile(Name, mode)
{
    public const string Name = ":tt";

    public override bool IsTerminal => true;

    /// <summary>What has been typed, at least one character; <see cref="HostError.NotYet"/> while nothing has.</summary>
    public override HostError Read(Span<byte> into, out int done)
    {
        done = 0;
        if (!Mode.MustExist)
        {
            return HostError.BadHandle;
        }

        while (done < into.Length && console.TryRead(out byte character))
        {
            into[done++] = character;
        }

        return done == 0 && into.Length > 0 && !console.InputEnded ? HostError.NotYet : HostError.None;
    }

    public override HostError Write(ReadOnlySpan<byte> bytes, out int done)
    {
        done = 0;
        if (Mode.MustExist)
        {
            return HostError.BadHandle;
        }

        foreach (byte character in bytes)
        {
            console.Write(character);
        }

        done = bytes.Length;
        return HostError.None;
    }

    public override HostError Seek(ulong position) => HostError.CannotSeek;

    public override HostError Measure(out ulong length)
    {
        length = 0;
        return HostError.None;
    }
}

/// <summary>The file <c>:semihosting-features</c>, by which a program finds out what is implemented beyond release 1.</summary>
internal sealed class FeatureFile(HostFileMode mode) : OpenFile(Name, mode)
{
    public const string Name = ":semihosting-features";

    /// <summary>"SHFB", then byte 0: SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR.</summary>
    private static ReadOnlySpan<byte> Contents => [0x53, 0x48, 0x46, 0x42, 0x03];

    public override HostError Read(Span<byte> into, out int done)
    {
        ReadOnlySpan<byte> rest = Contents[(int)Position..];
        done = Math.Min(into.Length, rest.Length);
        rest[..done].CopyTo(into);
        Position += (ulong)done;
        return HostError.None;
    }

    public override HostError Seek(ulong position)
    {
        if (position > (ulong)Contents.Length)
        {
            return HostError.Invalid;
        }

        Position = position;
        return HostError.None;
    }

    public override HostError Measure(out ulong length)
    {
        length = (ulong)Contents.Length;
        return HostError.None;
    }
}

/// <summary>A file of the host.</summary>
internal sealed class DiskFile(string path, HostFileMode mode, IHostFile file) : OpenFile(path, mode)
{
    public override HostError Read(Span<byte> into, out int done)
    {
        done = 0;
        HostError error = Mode.CanRead ? file.Read(Position, into, out done) : HostError.BadHandle;
        Position += (ulong)done;
        return error;
    }

    public override HostError Write(ReadOnlySpan<byte> bytes, out int done)
    {
        done = 0;
        if (!Mode.CanWrite)
        {
            return HostError.BadHandle;
        }

        if (Mode.Appends)
        {
            HostError unknown = file.Measure(out ulong end);
            if (unknown != HostError.None)
            {
                return unknown;
            }

            Position = end;
        }

        HostError error = file.Write(Position, bytes, out done);
        Position += (ulong)done;
        return error;
    }

    public override HostError Seek(ulong position)
    {
        if (position > long.MaxValue)
        {
            return HostError.Invalid;
        }

        Position = position;
        return HostError.None;
    }

    public override HostError Measure(out ulong length) => file.Measure(out length);

    protected override void Close() => file.Dispose();
}
