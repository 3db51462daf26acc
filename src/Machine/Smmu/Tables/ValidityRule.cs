using System;

namespace GdbHost.Machine.Smmu.Tables;

/// <summary>A condition under which a structure is ILLEGAL (IHI 0070, Data structure formats).</summary>
/// <param name="Field">The field that is wrong.</param>
/// <param name="Why">What is wrong, for people.</param>
/// <param name="IsBroken">Whether a structure, valid by its V bit, is wrong so.</param>
internal sealed record ValidityRule<T>(string Field, string Why, Func<T, bool> IsBroken);
