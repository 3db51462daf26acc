namespace GdbHost.GdbStub.Target;

/// <summary>What the addresses of memory packets mean.</summary>
internal enum AddressView
{
    /// <summary>Virtual, as the vCPU runs; what its regime does not map is looked for in the other world.</summary>
    Current,

    /// <summary>Virtual addresses of the EL1&amp;0 regime, through stage 2 where it is on.</summary>
    El1,

    El2,
    El3,

    /// <summary>The guest's physical addresses, which stage 2 translates.</summary>
    Intermediate,

    Physical,
}
