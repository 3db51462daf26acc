using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>
/// Access Control Services of a downstream port (PCI Express Base Specification, Access Control Services). What acts here
/// is Source Validation, Translation Blocking and the redirection of requests between peers.
/// </summary>
internal sealed class AccessControl : Capability
{
    private const ushort Id = 0x000d;
    private const int Length = 8;
    private const int Control = 6;

    /// <summary>Source Validation, Translation Blocking, P2P Request and Completion Redirect, Upstream Forwarding, Direct Translated P2P.</summary>
    private const uint Supported = 0x5f;

    private readonly PciFunction _function;

    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public AccessControl(PciFunction function, int? at = null)
        : base(function.Config.AddExtendedCapability(Id, version: 1, Length, at), Length)
    {
        _function = function;
        function.Config.Fix(Offset + 4, 2, Supported);
        function.Config.Allow(Offset + Control, 2, Supported);
    }

    /// <summary>A request must carry a bus number of those behind the port.</summary>
    public bool ValidatesSource => Register.Bit(0);

    /// <summary>A request must not claim that its address has been translated, nor ask for a translation.</summary>
    public bool BlocksTranslated => Register.Bit(1);

    /// <summary>A request for a neighbor goes up to the root complex.</summary>
    public bool RedirectsRequests => Register.Bit(2);

    private uint Register => _function.Config.Read(Offset + Control, 2);
}
