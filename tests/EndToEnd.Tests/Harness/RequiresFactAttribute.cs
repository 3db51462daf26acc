using System;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A fact that is skipped, with the reason, where something it needs is missing; under CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(params Need[] needs)
    {
        Skip = Needs.UnderCi ? null : Needs.Missing(needs);
    }
}

/// <summary>A theory under the same rule as <see cref="RequiresFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(params Need[] needs)
    {
        Skip = Needs.UnderCi ? null : Needs.Missing(needs);
    }
}
