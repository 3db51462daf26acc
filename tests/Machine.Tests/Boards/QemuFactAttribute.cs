using System;
using Xunit;

namespace GdbHost.Machine.Tests.Boards;

/// <summary>A test whose witness is QEMU. Without QEMU it is skipped, but not under CI=true: there it has to fail.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute()
    {
        Skip = QemuSystem.MissingReason;
    }
}

/// <summary>The same for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuTheoryAttribute : TheoryAttribute
{
    public QemuTheoryAttribute()
    {
        Skip = QemuSystem.MissingReason;
    }
}
