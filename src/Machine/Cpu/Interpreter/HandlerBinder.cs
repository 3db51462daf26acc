using System.Collections.Generic;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>Gives every routine its interpreter form: a function pointer that the run loop calls.</summary>
internal sealed unsafe class HandlerBinder : IRoutineBinder
{
    private readonly Dictionary<Routine, nint> _handlers = [];

    /// <summary>The handler of a routine, as a <c>delegate*&lt;InterpreterEngine*, Instruction*, Flow&gt;</c>.</summary>
    public nint HandlerOf(Routine routine)
    {
        if (!_handlers.TryGetValue(routine, out nint handler))
        {
            handler = routine.Bind(this);
            _handlers.Add(routine, handler);
        }

        return handler;
    }

    // References and pointers are passed alike, so the routine itself can be the handler.
    nint IRoutineBinder.Bind<T>() => (nint)(delegate*<ref InterpreterEngine, in Instruction, Flow>)&T.Execute<InterpreterEngine>;
}
