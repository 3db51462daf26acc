using System.Numerics;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>The words for walk steps and translation failures.</summary>
internal static class TranslationWords
{
    /// <summary>One descriptor, on one line.</summary>
    public static string Step(WalkStep step, WalkReport report)
    {
        string space = step.Stage == 1 && report.Stage2On ? "IPA" : "PA";
        string input = step.Stage == 1 ? "VA" : "IPA";
        string purpose = step.ForWalk ? " for the stage 1 walk" : "";
        string outcome = step.Meaning == "invalid" ? "invalid" : $"{step.Meaning} -> 0x{step.Output:x10}";
        string attributes = step.Attributes.Length > 0 ? $" {step.Attributes}" : "";
        return $"stage {step.Stage} level {step.Level}{purpose}: {input} 0x{step.Input:x}, "
            + $"index {step.Index}, descriptor at {space} 0x{step.Address:x10} = 0x{step.Descriptor:x16}: {outcome}{attributes}{(step.Note.Length > 0 ? $"; {step.Note}" : "")}";
    }

    /// <summary>What the hardware would report, and why.</summary>
    public static string Failure(WalkFailure failure)
    {
        string walk = failure.ForWalk ? " on a stage 1 table walk" : "";
        return $"stage {failure.Stage} {Kind(failure.Obstacle)} at level {failure.Level}{walk}: {Reason(failure)}";
    }

    // The fault kind that the syndrome gives for each obstacle.
    private static string Kind(WalkObstacle obstacle) => obstacle switch
    {
        WalkObstacle.AddressSize => "address size fault",
        WalkObstacle.AccessFlagClear => "access flag fault",
        WalkObstacle.Permission => "permission fault",
        WalkObstacle.WalkAborted => "external abort",
        _ => "translation fault",
    };

    private static string Reason(WalkFailure failure)
    {
        string address = $"{(failure.Stage == 2 ? "IPA" : "VA")} 0x{failure.Address:x}";
        return failure.Obstacle switch
        {
            WalkObstacle.InputTooLarge => TooLarge(address, failure),
            WalkObstacle.WalkDisabled => $"{failure.Field}={failure.FieldValue} disables walks for {address}",
            WalkObstacle.BadStartLevel =>
                $"{failure.Field}={failure.FieldValue} is a starting level that does not go with VTCR_EL2.T0SZ and the granule",
            WalkObstacle.InvalidDescriptor => $"the level {failure.Level} descriptor for {address} is invalid",
            WalkObstacle.AddressSize =>
                $"the table or output address for {address} is wider than the configured physical address size",
            WalkObstacle.AccessFlagClear => $"the access flag of the descriptor for {address} is 0",
            WalkObstacle.Permission => $"the descriptor for {address} does not allow this access",
            _ => $"nothing answers where the level {failure.Level} descriptor for {address} should be",
        };
    }

    private static string TooLarge(string address, WalkFailure failure)
    {
        ulong has = 64 - failure.FieldValue;

        // An upper-half address counts the bits below its leading ones, and then one bit of sign.
        bool upper = failure.Stage == 1 && failure.Address >> 63 != 0;
        int needs = 64 - BitOperations.LeadingZeroCount(upper ? ~failure.Address : failure.Address);
        return $"{address} needs {needs} bits, {failure.Field}={failure.FieldValue} gives {has}";
    }
}
