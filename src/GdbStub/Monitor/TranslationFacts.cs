using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>The facts in walk steps and translation failures.</summary>
internal static class TranslationFacts
{
    public static Fact[] Of(WalkStep step) =>
    [
        new("stage", step.Stage), new("level", step.Level), new("for-walk", step.ForWalk), new("input", step.Input), new("index", step.Index),
        new("address", step.Address), new("descriptor", step.Descriptor), new("meaning", step.Meaning), new("output", step.Output),
        new("attributes", step.Attributes), new("note", step.Note.Length > 0 ? step.Note : null),
    ];

    public static Fact[] Of(WalkFailure failure) =>
    [
        new("fault", failure.Obstacle.ToString()), new("stage", failure.Stage), new("level", failure.Level), new("for-walk", failure.ForWalk),
        new("address", failure.Address), new("field", failure.Field), new("field-value", failure.FieldValue),
    ];
}
