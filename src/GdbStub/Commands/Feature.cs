using System;
using GdbHost.GdbStub.Session;

namespace GdbHost.GdbStub.Commands;

/// <summary>A feature that is agreed in qSupported and has no packet of its own.</summary>
/// <param name="Word">What the peer says when it has it.</param>
/// <param name="Agree">What changes once it said so.</param>
internal sealed record Feature(string Word, Action<SessionState> Agree);
