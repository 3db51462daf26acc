namespace GdbHost.Machine.Common;

/// <summary>
/// A part of the machine whose state can be saved and put back. Fields go through <see cref="StateWriter"/> and come
/// back through <see cref="StateReader"/> in the same order; what can be computed from other state is not saved.
/// </summary>
internal interface IStateful
{
    /// <summary>A name that is unique in the machine, such as <c>gic.distributor</c>.</summary>
    string StateName { get; }

    void Save(StateWriter to);

    /// <summary>Puts saved state back. The part must be of the same configuration as the one that saved.</summary>
    void Restore(StateReader from);
}
