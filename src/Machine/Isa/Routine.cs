using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Cpu.Translate;

namespace GdbHost.Machine.Isa;

/// <summary>
/// A routine as a value, so that a row can name it. One object for each routine type. Here a routine meets the engines:
/// the ahead-of-time compiler makes only forms that are named with both types, and only a row knows the routine's.
/// </summary>
internal abstract unsafe class Routine
{
    /// <summary>The routine as the interpreter runs it.</summary>
    public abstract delegate*<ref InterpreterEngine, in Instruction, Flow> Interpreted { get; }

    /// <summary>The routine as the translator builds operations with it.</summary>
    public abstract delegate*<ref TranslatorEngine, in Instruction, Flow> Translated { get; }

    public static Routine Of<T>()
        where T : struct, IRoutine => Holder<T>.Instance;

    /// <summary>A routine that uses FP or SIMD registers: it first honors the access traps of CPACR_EL1, CPTR_EL2 and CPTR_EL3.</summary>
    public static Routine OfFp<T>()
        where T : struct, IRoutine => Holder<FpChecked<T>>.Instance;

    /// <summary>A load or store whose base register is SP: it first checks the stack alignment (SCTLR_ELx.SA, SA0).</summary>
    public static Routine OfSp<T>()
        where T : struct, IRoutine => Holder<SpChecked<T>>.Instance;

    /// <summary>An FP or SIMD load or store whose base register is SP.</summary>
    public static Routine OfFpSp<T>()
        where T : struct, IRoutine => Holder<FpChecked<SpChecked<T>>>.Instance;

    private sealed class Holder<T> : Routine
        where T : struct, IRoutine
    {
        public static readonly Routine Instance = new Holder<T>();

        public override delegate*<ref InterpreterEngine, in Instruction, Flow> Interpreted => &T.Execute<InterpreterEngine>;

        public override delegate*<ref TranslatorEngine, in Instruction, Flow> Translated => &T.Execute<TranslatorEngine>;
    }
}
