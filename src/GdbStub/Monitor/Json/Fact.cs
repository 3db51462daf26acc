namespace GdbHost.GdbStub.Monitor.Json;

/// <summary>One named value behind a line of an answer, for programs that read it.</summary>
/// <param name="Name">As the member is called; words are joined by hyphens.</param>
/// <param name="Value">
/// A bool, an int, a long, a string, a list of these, or a list of facts, which is an object. An unsigned 64-bit number is an address or
/// the content of a register and becomes a string in hexadecimal: readers of JSON keep 53 bits of a number. Null leaves the member out.
/// </param>
internal readonly record struct Fact(string Name, object? Value);
