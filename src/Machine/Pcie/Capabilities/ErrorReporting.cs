using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Bridges;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>
/// Advanced Error Reporting (PCI Express Base Specification, Advanced Error Reporting Extended Capability): status, mask and
/// severity of errors, and the header of the request that had the first of them. A root port also collects the messages
/// of the functions behind it.
/// </summary>
internal sealed class ErrorReporting : Capability
{
    /// <summary>Bits of the Uncorrectable Error Status register.</summary>
    public const int PoisonedRequest = 12;
    public const int CompletionTimeout = 14;
    public const int CompleterAbort = 15;
    public const int UnexpectedCompletion = 16;
    public const int UnsupportedRequest = 20;
    public const int AccessControlViolation = 21;
    public const int PrefixBlocked = 25;

    private const ushort Id = 0x0001;
    private const int Length = 0x48;

    /// <summary>Without the second half of the log of prefixes, where QEMU has the next capability.</summary>
    private const int ShortLength = 0x40;
    private const int UncorrectableStatus = 0x04;
    private const int UncorrectableMask = 0x08;
    private const int UncorrectableSeverity = 0x0c;
    private const int CorrectableStatus = 0x10;
    private const int CorrectableMask = 0x14;
    private const int Control = 0x18;
    private const int HeaderLog = 0x1c;
    private const int RootCommand = 0x2c;
    private const int RootStatus = 0x30;
    private const int ErrorSource = 0x34;

    /// <summary>QEMU 7.2's: which errors there are, which are fatal, and which correctable ones are masked.</summary>
    private const uint UncorrectableErrors = 0x03ff_f030;
    private const uint FatalErrors = 0x0046_2030;
    private const uint CorrectableErrors = 0x0000_f1c1;
    private const uint MaskedCorrectable = 0x0000_e000;

    /// <summary>ECRC generation and checking, and recording of several headers, can be turned on; QEMU does neither.</summary>
    private const uint ControlValue = 0xa0;
    private const uint ControlWritable = 0x140;
    private const uint SeveralHeaders = 0x200;
    private const uint SeveralHeadersEnable = 0x400;

    private readonly PciFunction _function;
    private readonly bool _isRoot;

    /// <param name="isRoot">It is a root port's.</param>
    /// <param name="version">Of the capability.</param>
    /// <param name="at">Place in configuration space; null for the next free one.</param>
    /// <param name="recordsOne">It can record one header, and says so.</param>
    public ErrorReporting(PciFunction function, bool isRoot, uint version = 2, int? at = null, bool recordsOne = false)
        : base(function.Config.AddExtendedCapability(Id, version, recordsOne ? ShortLength : Length, at), recordsOne ? ShortLength : Length)
    {
        _function = function;
        _isRoot = isRoot;
        ConfigSpace config = function.Config;
        config.AllowClear(Offset + UncorrectableStatus, 4, UncorrectableErrors);
        config.Allow(Offset + UncorrectableMask, 4, UncorrectableErrors);
        config.Fix(Offset + UncorrectableSeverity, 4, FatalErrors);
        config.Allow(Offset + UncorrectableSeverity, 4, UncorrectableErrors);
        config.AllowClear(Offset + CorrectableStatus, 4, CorrectableErrors);
        config.Fix(Offset + CorrectableMask, 4, MaskedCorrectable);
        config.Allow(Offset + CorrectableMask, 4, CorrectableErrors);
        config.Fix(Offset + Control, 4, ControlValue | (recordsOne ? 0 : SeveralHeaders));
        config.Allow(Offset + Control, 4, ControlWritable | (recordsOne ? 0 : SeveralHeadersEnable));
        config.KeepOverReset(Offset + UncorrectableStatus, Bytes - UncorrectableStatus);
        if (isRoot)
        {
            config.Allow(Offset + RootCommand, 4, 7);
            config.AllowClear(Offset + RootStatus, 4, 0x7f);
        }
    }

    /// <summary>The root port's interrupt is asked for: an error of a kind that the Root Error Command enables is in its status.</summary>
    public bool WantsInterrupt
    {
        get
        {
            uint enabled = Register(RootCommand);
            uint status = Register(RootStatus);
            return (enabled.Bit(0) && status.Bit(0)) || (enabled.Bit(1) && status.Bit(5)) || (enabled.Bit(2) && status.Bit(6));
        }
    }

    /// <summary>The function has met a correctable error.</summary>
    /// <param name="bits">Bits of the Correctable Error Status register.</param>
    public void Correctable(uint bits)
    {
        Set(CorrectableStatus, bits & CorrectableErrors);
        _function.Express?.Detected(ErrorSeverity.Correctable, unsupported: false);
        if ((bits & CorrectableErrors & ~Register(CorrectableMask)) != 0)
        {
            Send(ErrorSeverity.Correctable);
        }
    }

    /// <summary>The function has met an error that cannot be corrected.</summary>
    /// <param name="bit">Bit of the Uncorrectable Error Status register.</param>
    /// <param name="header">The first four words of the request; fewer for an unknown one.</param>
    public void Uncorrectable(int bit, ReadOnlySpan<uint> header = default)
    {
        ErrorSeverity severity = Register(UncorrectableSeverity).Bit(bit) ? ErrorSeverity.Fatal : ErrorSeverity.NonFatal;
        _function.Express?.Detected(severity, bit == UnsupportedRequest);
        bool first = Register(UncorrectableStatus) == 0;
        Set(UncorrectableStatus, (1u << bit) & UncorrectableErrors);
        if (Register(UncorrectableMask).Bit(bit))
        {
            return;
        }

        if (first)
        {
            _function.Config.Poke(Offset + Control, 4, Register(Control).WithField(4, 0, (uint)bit));
            for (int word = 0; word < header.Length; word++)
            {
                _function.Config.Poke(Offset + HeaderLog + (word * 4), 4, header[word]);
            }
        }

        Send(severity);
    }

    /// <summary>A root port has got an error message, or met an error of its own.</summary>
    public void Received(ErrorSeverity severity, RequesterId from)
    {
        bool correctable = severity == ErrorSeverity.Correctable;
        int received = correctable ? 0 : 2;
        uint status = Register(RootStatus);
        if (status.Bit(received))
        {
            Set(RootStatus, 1u << (received + 1));
        }
        else
        {
            uint source = Register(ErrorSource);
            _function.Config.Poke(
                Offset + ErrorSource, 4, correctable ? source.WithField(15, 0, from.Value) : source.WithField(31, 16, from.Value));
            Set(RootStatus, (1u << received) | (severity == ErrorSeverity.Fatal ? 1u << 4 : 0));
        }

        Set(RootStatus, severity switch { ErrorSeverity.NonFatal => 1u << 5, ErrorSeverity.Fatal => 1u << 6, _ => 0 });
    }

    /// <summary>Whether an error has such a name or number; names are those of QEMU's pcie_aer_inject_error.</summary>
    public static bool TryName(string text, out bool correctable, out int bit)
    {
        foreach ((string name, bool isCorrectable, int number) in ErrorNames.Table)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                (correctable, bit) = (isCorrectable, number);
                return true;
            }
        }

        (correctable, bit) = (false, 0);
        return false;
    }

    // Device Control or SERR# Enable lets the message go; then every port above passes it on or not.
    private void Send(ErrorSeverity severity)
    {
        bool lets = _function.Express?.Reports(severity) is true
            || (severity != ErrorSeverity.Correctable && _function.Config.SystemErrorEnabled);
        if (!lets)
        {
            return;
        }

        if (severity != ErrorSeverity.Correctable && _function.Config.SystemErrorEnabled)
        {
            _function.Config.Report(FunctionErrors.SignaledSystemError);
        }

        if (_isRoot)
        {
            (_function as ExpressPort)?.ReceiveError(severity, _function.Requester);
        }
        else
        {
            _function.Bus?.Bridge?.PassError(severity, _function.Requester);
        }
    }

    private uint Register(int at) => _function.Config.Read(Offset + at, 4);

    private void Set(int at, uint bits) => _function.Config.Poke(Offset + at, 4, Register(at) | bits);
}
