using System;
using System.IO;

namespace GdbHost.GdbStub;

/// <summary>How much the server says on stderr; each level includes those before it.</summary>
internal enum LogLevel
{
    Error,
    Warning,
    Info,
    Debug,

    /// <summary>Every packet, both ways.</summary>
    Trace,
}

/// <summary>Lines for the user on one text writer, "gdbhost: level: text".</summary>
internal sealed class Log(TextWriter output, LogLevel level)
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    /// <summary>Standard error without Console, which would send a terminal its own commands at the first use.</summary>
    public static TextWriter StandardError { get; } = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };

    public bool Shows(LogLevel asked) => asked <= level;

    public void Error(string text) => Line(LogLevel.Error, "error: ", text);

    public void Warning(string text) => Line(LogLevel.Warning, "warning: ", text);

    public void Info(string text) => Line(LogLevel.Info, "", text);

    /// <summary>How the run ended, which is worth a line to whoever asked for that level.</summary>
    public void Outcome(LogLevel asked, string text) => Line(asked, "", text);

    public void Debug(string text) => Line(LogLevel.Debug, "debug: ", text);

    public void Trace(string text) => Line(LogLevel.Trace, "trace: ", text);

    private void Line(LogLevel asked, string label, string text)
    {
        if (Shows(asked))
        {
            _output.WriteLine($"gdbhost: {label}{text}");
            _output.Flush();
        }
    }
}
