using System.Collections.Generic;
using System.Linq;
using CommandLine;
using CommandLine.Text;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>The command line, understood: either a verb with its options, or a text that the user asked for.</summary>
internal sealed record Arguments(VerbOptions? Verb, string Text)
{
    private const string QemuVerbName = "qemu";

    /// <summary>The program and its version.</summary>
    public static string Heading => $"gdbhost {typeof(Arguments).Assembly.GetName().Version?.ToString(3)}";

    /// <exception cref="UserErrorException">The command line is wrong; the message says where.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        if (words is [QemuVerbName, ..] || words is ["help", QemuVerbName, ..])
        {
            return new Arguments(new QemuVerb { Words = words[0] == QemuVerbName ? [.. words.Skip(1)] : ["-help"] }, "");
        }

        // The parser knows "run --help"; its own "help run" forgets the options of the verb when there is a default verb.
        List<string> joined = words is ["help", string verbName, ..] ? [verbName, "--help"] : ValuedOptions.Join(words);
        using var parser = new Parser(static settings =>
        {
            settings.HelpWriter = null;
            settings.AllowMultiInstance = true;
        });
        ParserResult<object> result = parser.ParseArguments<DemoOptions, RunOptions, DtbOptions, BoardsOptions, QemuVerb>(joined);
        if (result is not NotParsed<object> failed)
        {
            var verb = (VerbOptions)result.Value;
            return verb.Unexpected.FirstOrDefault() is string word
                ? throw new UserErrorException(ErrorLine.Unexpected(word))
                : new Arguments(verb, "");
        }

        if (failed.Errors.IsVersion())
        {
            return new Arguments(null, Heading);
        }

        return failed.Errors.IsHelp() ? new Arguments(null, Help(failed)) : throw new UserErrorException(ErrorLine.Of(failed.Errors));
    }

    private static string Help(NotParsed<object> failed) => HelpText.AutoBuild(failed, help =>
    {
        help.Heading = Heading;
        help.Copyright = "";
        help.AdditionalNewLineAfterOption = false;
        return help;
    }, static example => example, verbsIndex: failed.Errors.Any(e => e is HelpVerbRequestedError { Matched: false }));
}
