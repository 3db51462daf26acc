using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GdbHost.GdbStub.Serial;

/// <summary>
/// The terminal at standard input, set so that every key comes at once and unchanged, as a guest's serial line wants it, and put
/// back as it was. Does nothing where standard input is no terminal. Not by Console: that sets the terminal in its own way.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private const int StandardInput = 0;

    private readonly byte[]? _before;

    /// <param name="passesSignals">Ctrl-C and its kin are keys like others; else they end the program.</param>
    public Terminal(bool passesSignals)
    {
        var settings = new byte[Settings.Bytes];
        if (!OperatingSystem.IsLinux() || Native.TcGetAttr(StandardInput, settings) != 0)
        {
            return;
        }

        _before = [.. settings];
        Settings.MakeRaw(settings, passesSignals);
        _ = Native.TcSetAttr(StandardInput, Native.Now, settings);
    }

    public void Dispose()
    {
        if (_before is not null)
        {
            _ = Native.TcSetAttr(StandardInput, Native.Now, _before);
        }
    }

    /// <summary>struct termios of Linux (its asm-generic/termbits.h, the same on x86-64 and AArch64): flag words, then characters.</summary>
    private static class Settings
    {
        /// <summary>More than the C library's structure has.</summary>
        public const int Bytes = 128;

        private const int Input = 0;
        private const int Output = 4;
        private const int Local = 12;
        private const int TimeCharacter = 17 + 5;
        private const int MinimumCharacter = 17 + 6;

        // IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON: input is not changed.
        private const uint InputOff = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;

        // OPOST: output stays translated, as with QEMU.
        private const uint OutputOn = 0x1;

        // ICANON, ECHO, ECHONL, IEXTEN: no lines, no echo.
        private const uint LocalOff = 0x2 | 0x8 | 0x40 | 0x8000;
        private const uint Signals = 0x1;

        public static void MakeRaw(Span<byte> settings, bool passesSignals)
        {
            Change(settings[Input..], InputOff, 0);
            Change(settings[Output..], 0, OutputOn);
            Change(settings[Local..], LocalOff | (passesSignals ? Signals : 0), passesSignals ? 0 : Signals);
            settings[MinimumCharacter] = 1;
            settings[TimeCharacter] = 0;
        }

        private static void Change(Span<byte> word, uint off, uint on) =>
            BinaryPrimitives.WriteUInt32LittleEndian(word, (BinaryPrimitives.ReadUInt32LittleEndian(word) & ~off) | on);
    }

    private static class Native
    {
        /// <summary>TCSANOW.</summary>
        public const int Now = 0;

        [DllImport("libc", EntryPoint = "tcgetattr")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int TcGetAttr(int file, [Out] byte[] settings);

        [DllImport("libc", EntryPoint = "tcsetattr")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int TcSetAttr(int file, int when, byte[] settings);
    }
}
