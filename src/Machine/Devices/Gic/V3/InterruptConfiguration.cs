using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>
/// What software has decided about the interrupts of a GICv3 beyond their states: groups, routes, what Non-secure
/// accesses may do, and which groups go out (IHI 0069, Interrupt grouping; GICD_CTLR). Affinity routing is always on.
/// </summary>
internal sealed class InterruptConfiguration : IInterruptRouting
{
    /// <summary>What a Non-secure priority has in its highest bit: the more urgent half belongs to Secure state.</summary>
    public const byte NonSecureHalf = 0x80;

    private const uint EnableGroup0 = 1 << 0;
    private const uint EnableGroup1 = 1 << 1;
    private const uint EnableSecureGroup1 = 1 << 2;
    private const uint AffinityRouting = 1 << 4;
    private const uint AffinityRoutingNonSecure = 1 << 5;
    private const uint DisableSecurity = 1 << 6;

    /// <summary>Aff3 and Aff2 to Aff0 of GICD_IROUTERn.</summary>
    private const ulong AffinityBits = 0xff_00ff_ffff;

    /// <summary>Values of GICD_NSACRn.NS_access from which Non-secure accesses may set, and clear, the pending state.</summary>
    private const uint MaySetPending = 1;
    private const uint MayClearPending = 2;
    private const uint MayRoute = 3;

    private readonly Func<bool>? _nonSecureAccess;

    [NotState("fixed")]
    private readonly ulong[] _affinities;
    private readonly uint[] _groupModifier;
    private readonly uint[] _nonSecureControl;
    private readonly ulong[] _routes;
    private uint _control;

    /// <param name="states">The states that belong to the interrupts.</param>
    /// <param name="affinities">MPIDR_EL1.Aff3 and Aff2 to Aff0 of each core, where GICD_IROUTERn has them.</param>
    /// <param name="nonSecureAccess">Whether the access under way is Non-secure; null with one Security state.</param>
    public InterruptConfiguration(InterruptStates states, ulong[] affinities, Func<bool>? nonSecureAccess)
    {
        States = states;
        _affinities = affinities;
        _nonSecureAccess = nonSecureAccess;
        _groupModifier = new uint[states.Group.Length];
        _nonSecureControl = new uint[states.Group.Length * 2];
        _routes = new ulong[states.WordsPerCore * 32];
    }

    public InterruptStates States { get; }

    /// <summary>GICD_CTLR.DS: there is one Security state.</summary>
    public bool OneSecurityState => (_control & DisableSecurity) != 0;

    /// <summary>Non-secure Group 1, to which all LPIs belong, goes out.</summary>
    public bool ForwardsGroup1 => (_control & EnableGroup1) != 0;

    /// <summary>The access under way sees only what belongs to Non-secure state.</summary>
    public bool IsNonSecureView => !OneSecurityState && _nonSecureAccess?.Invoke() == true;

    /// <summary>GICD_CTLR: the Non-secure view has EnableGrp1A and ARE_NS in the places of EnableGrp1 and ARE_S.</summary>
    public uint Control
    {
        get => IsNonSecureView ? _control & (AffinityRouting | EnableGroup1) : _control;
        set
        {
            uint writable = EnableGroup1;
            if (!IsNonSecureView)
            {
                writable |= EnableGroup0 | (OneSecurityState ? 0 : EnableSecureGroup1 | DisableSecurity);
            }

            _control = (_control & ~writable) | (value & writable);
            if (OneSecurityState)
            {
                _control &= ~(AffinityRoutingNonSecure | EnableSecureGroup1);
            }
        }
    }

    public uint Forwarded(int place)
    {
        uint group = States.Group[place];
        uint modifier = OneSecurityState ? 0 : _groupModifier[place] & ~group;
        return ((_control & EnableGroup1) != 0 ? group : 0)
            | ((_control & EnableSecureGroup1) != 0 ? modifier : 0)
            | ((_control & EnableGroup0) != 0 ? ~group & ~modifier : 0);
    }

    public InterruptGroup GroupOf(int place, int bit) =>
        States.Group[place].Bit(bit) ? InterruptGroup.Group1
        : !OneSecurityState && _groupModifier[place].Bit(bit) ? InterruptGroup.SecureGroup1
        : InterruptGroup.Group0;

    /// <summary>GICD_TYPER.No1N: an interrupt goes to the one core that its affinity names, whatever IRM says.</summary>
    public bool IsFor(int core, int id) => (_routes[id] & AffinityBits) == _affinities[core];

    /// <summary>The core with an affinity, in the form of GICD_IROUTERn; -1 for none.</summary>
    public int FindCore(ulong affinity) => Array.IndexOf(_affinities, affinity);

    public ulong AffinityOf(int core) => _affinities[core];

    /// <summary>The interrupts of a word that the access under way may see: those of group 1 for a Non-secure one.</summary>
    public uint Visible(int place) => IsNonSecureView ? States.Group[place] : uint.MaxValue;

    /// <summary>Those whose pending state it may set.</summary>
    public uint Settable(int place) => Visible(place) | Granted(place, MaySetPending);

    /// <summary>Those whose pending state it may clear, and whose active state it may see.</summary>
    public uint Clearable(int place) => Visible(place) | Granted(place, MayClearPending);

    /// <summary>GICD_IROUTERn.</summary>
    public ulong Route(int id) => IsRoutable(id) ? _routes[id] : 0;

    public void SetRoute(int id, ulong value)
    {
        if (IsRoutable(id))
        {
            _routes[id] = value;
        }
    }

    /// <summary>GICD_IGROUPRn: RAZ/WI to Non-secure accesses.</summary>
    public uint Groups(int place) => IsNonSecureView ? 0 : States.Group[place];

    public void SetGroups(int place, uint value)
    {
        if (!IsNonSecureView)
        {
            States.Group[place] = value;
        }
    }

    /// <summary>GICD_IGRPMODRn: RAZ/WI to Non-secure accesses and with one Security state.</summary>
    public uint GroupModifiers(int place) => HasSecureControls ? _groupModifier[place] : 0;

    public void SetGroupModifiers(int place, uint value)
    {
        if (HasSecureControls)
        {
            _groupModifier[place] = value;
        }
    }

    /// <summary>GICD_NSACRn, two for each word: RAZ/WI to Non-secure accesses and with one Security state.</summary>
    public uint NonSecureControl(int place, int half) => HasSecureControls ? _nonSecureControl[(place * 2) + half] : 0;

    public void SetNonSecureControl(int place, int half, uint value)
    {
        if (HasSecureControls)
        {
            _nonSecureControl[(place * 2) + half] = value;
        }
    }

    /// <summary>GICD_IPRIORITYRn as the access under way sees it.</summary>
    public byte PriorityOf(int place, int bit)
    {
        byte priority = States.Priority[(place * 32) + bit];
        return !IsNonSecureView ? priority : Visible(place).Bit(bit) ? (byte)(priority << 1) : (byte)0;
    }

    public void SetPriority(int place, int bit, byte priority)
    {
        if (Visible(place).Bit(bit))
        {
            States.Priority[(place * 32) + bit] = IsNonSecureView ? (byte)(NonSecureHalf | (priority >> 1)) : priority;
        }
    }

    /// <summary>
    /// Whether a core accepts a software-generated interrupt (IHI 0069, Software Generated Interrupts: use of control
    /// registers for SGI forwarding).
    /// </summary>
    /// <param name="core">The receiver.</param>
    /// <param name="id">0 to 15.</param>
    /// <param name="sent">The group that the sender has asked for.</param>
    /// <param name="nonSecure">The sender is in Non-secure state.</param>
    public bool Accepts(int core, int id, InterruptGroup sent, bool nonSecure)
    {
        InterruptGroup own = GroupOf(States.Place(core, 0), id);
        bool matches = sent == own || (sent == InterruptGroup.SecureGroup1 && own == InterruptGroup.Group0);
        if (!matches || OneSecurityState || !nonSecure)
        {
            return matches;
        }

        uint granted = NonSecureGrant(States.Place(core, 0), id);
        return own switch
        {
            InterruptGroup.Group0 => granted >= MaySetPending,
            InterruptGroup.SecureGroup1 => granted >= MayClearPending,
            _ => true,
        };
    }

    /// <param name="toNonSecure">Leaves every interrupt to Non-secure state, as firmware would for a kernel that starts without any.</param>
    public void Reset(bool toNonSecure)
    {
        States.Reset();
        Array.Clear(_groupModifier);
        Array.Clear(_nonSecureControl);
        Array.Clear(_routes);
        _control = AffinityRouting | (_nonSecureAccess is null ? DisableSecurity : AffinityRoutingNonSecure);
        if (toNonSecure)
        {
            Array.Fill(States.Group, uint.MaxValue);
        }
    }

    public void Save(StateWriter to)
    {
        States.Save(to);
        to.Write(_groupModifier.AsSpan());
        to.Write(_nonSecureControl.AsSpan());
        to.Write(_routes.AsSpan());
        to.Write(_control);
    }

    public void Restore(StateReader from)
    {
        States.Restore(from);
        from.ReadWords(_groupModifier.AsSpan());
        from.ReadWords(_nonSecureControl.AsSpan());
        from.ReadWords(_routes.AsSpan());
        _control = from.ReadUInt32();
    }

    private bool HasSecureControls => !OneSecurityState && !IsNonSecureView;

    private uint NonSecureGrant(int place, int bit) => (_nonSecureControl[(place * 2) + (bit / 16)] >> (bit % 16 * 2)) & 3;

    private uint Granted(int place, uint least)
    {
        uint granted = 0;
        for (int bit = 0; IsNonSecureView && bit < 32; bit++)
        {
            granted |= NonSecureGrant(place, bit) >= least ? 1u << bit : 0;
        }

        return granted;
    }

    private bool IsRoutable(int id) =>
        id >= 32 && (Visible(States.Place(0, id / 32)) | Granted(States.Place(0, id / 32), MayRoute)).Bit(id % 32);
}
