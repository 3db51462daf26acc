using System;
using System.Buffers.Binary;

namespace GdbHost.Protocol.Agent;

/// <summary>One evaluation of agent bytecode, operation by operation.</summary>
/// <param name="code">The bytecode.</param>
/// <param name="subject">Where it is evaluated.</param>
/// <param name="stack">Room for as many values as the stack may have.</param>
internal ref struct AgentRun(byte[] code, IAgentSubject subject, Span<ulong> stack)
{
    private readonly ReadOnlySpan<byte> _code = code;
    private readonly Span<ulong> _stack = stack;
    private int _at;
    private int _depth;

    public readonly ulong Result => _depth > 0 ? _stack[_depth - 1] : 0;

    public AgentOutcome Next(out bool ended)
    {
        ended = false;
        if (_at >= _code.Length)
        {
            return AgentOutcome.BadBytecode;
        }

        var operation = (AgentOperation)_code[_at++];
        switch (operation)
        {
            case AgentOperation.End:
                ended = true;
                return AgentOutcome.Done;
            case >= AgentOperation.Add and <= AgentOperation.RshUnsigned:
            case >= AgentOperation.BitAnd and <= AgentOperation.BitXor:
            case >= AgentOperation.Equal and <= AgentOperation.LessUnsigned:
                return Two(operation);
            case AgentOperation.LogNot:
            case AgentOperation.BitNot:
            case AgentOperation.Ext:
            case AgentOperation.ZeroExt:
                return One(operation);
            case >= AgentOperation.Ref8 and <= AgentOperation.Ref64:
                return Reference(1 << (operation - AgentOperation.Ref8));
            case >= AgentOperation.Const8 and <= AgentOperation.Const64:
                return Operand(1 << (operation - AgentOperation.Const8), out ulong constant) && Push(constant)
                    ? AgentOutcome.Done : AgentOutcome.BadBytecode;
            case AgentOperation.Reg:
                return Register();
            case AgentOperation.Goto:
            case AgentOperation.IfGoto:
                return Jump(operation == AgentOperation.IfGoto);
            case AgentOperation.Printf:
                return Print();
            case AgentOperation.GetVariable or AgentOperation.SetVariable or AgentOperation.TraceVariable:
                return Variable(operation);
            case AgentOperation.Trace or AgentOperation.TraceString or AgentOperation.TraceQuick or AgentOperation.TraceQuick16:
                return Collect(operation);
            default:
                return Arrange(operation) ? AgentOutcome.Done : AgentOutcome.BadBytecode;
        }
    }

    private bool Push(ulong value)
    {
        bool room = _depth < _stack.Length;
        if (room)
        {
            _stack[_depth++] = value;
        }

        return room;
    }

    private bool Pop(out ulong value)
    {
        bool some = _depth > 0;
        value = some ? _stack[--_depth] : 0;
        return some;
    }

    /// <summary>An operand in the bytecode, highest byte first.</summary>
    private bool Operand(int bytes, out ulong value)
    {
        value = 0;
        if (_code.Length - _at < bytes)
        {
            return false;
        }

        foreach (byte b in _code.Slice(_at, bytes))
        {
            value = (value << 8) | b;
        }

        _at += bytes;
        return true;
    }

    private AgentOutcome Two(AgentOperation operation)
    {
        if (!Pop(out ulong b) || !Pop(out ulong a))
        {
            return AgentOutcome.BadBytecode;
        }

        bool divides = operation is >= AgentOperation.DivSigned and <= AgentOperation.RemUnsigned;
        if (divides && b == 0)
        {
            return AgentOutcome.DividedByZero;
        }

        Push(AgentArithmetic.Two(operation, a, b));
        return AgentOutcome.Done;
    }

    private AgentOutcome One(AgentOperation operation)
    {
        ulong bits = 0;
        bool sized = operation is AgentOperation.Ext or AgentOperation.ZeroExt;
        if ((sized && !Operand(1, out bits)) || !Pop(out ulong a))
        {
            return AgentOutcome.BadBytecode;
        }

        Push(AgentArithmetic.One(operation, a, (int)Math.Min(bits, 64)));
        return AgentOutcome.Done;
    }

    private AgentOutcome Reference(int bytes)
    {
        if (!Pop(out ulong address))
        {
            return AgentOutcome.BadBytecode;
        }

        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();
        if (!subject.TryReadMemory(address, value[..bytes]))
        {
            return AgentOutcome.Unreadable;
        }

        Push(BinaryPrimitives.ReadUInt64LittleEndian(value));
        return AgentOutcome.Done;
    }

    private AgentOutcome Register()
    {
        if (!Operand(2, out ulong number))
        {
            return AgentOutcome.BadBytecode;
        }

        if (!subject.TryReadRegister((int)number, out ulong value))
        {
            return AgentOutcome.Unreadable;
        }

        return Push(value) ? AgentOutcome.Done : AgentOutcome.BadBytecode;
    }

    /// <summary>The variable's number is an operand; a set leaves its value on the stack.</summary>
    private AgentOutcome Variable(AgentOperation operation)
    {
        if (!Operand(2, out ulong number) || (operation == AgentOperation.SetVariable && _depth == 0))
        {
            return AgentOutcome.BadBytecode;
        }

        ulong value = Result;
        bool done = operation switch
        {
            AgentOperation.GetVariable => subject.TryReadVariable((int)number, out value),
            AgentOperation.SetVariable => subject.TryWriteVariable((int)number, value),
            _ => subject.TryCollectVariable((int)number),
        };
        return !done ? AgentOutcome.Unreadable
            : operation != AgentOperation.GetVariable || Push(value) ? AgentOutcome.Done
            : AgentOutcome.BadBytecode;
    }

    /// <summary>The quick forms have the length as an operand and leave the address on the stack; the others take both from there.</summary>
    private AgentOutcome Collect(AgentOperation operation)
    {
        ulong length = 0;
        bool there = operation switch
        {
            AgentOperation.TraceQuick => Operand(1, out length) && _depth > 0,
            AgentOperation.TraceQuick16 => Operand(2, out length) && _depth > 0,
            _ => _depth > 1 && Pop(out length),
        };
        if (!there)
        {
            return AgentOutcome.BadBytecode;
        }

        ulong address = Result;
        if (operation is AgentOperation.Trace or AgentOperation.TraceString)
        {
            Pop(out _);
        }

        bool done = operation == AgentOperation.TraceString ? subject.TryCollectString(address, length) : subject.TryCollectMemory(address, length);
        return done ? AgentOutcome.Done : AgentOutcome.Unreadable;
    }

    private AgentOutcome Jump(bool conditional)
    {
        ulong condition = 1;
        if (!Operand(2, out ulong to) || (conditional && !Pop(out condition)) || to >= (ulong)_code.Length)
        {
            return AgentOutcome.BadBytecode;
        }

        _at = condition != 0 ? (int)to : _at;
        return AgentOutcome.Done;
    }

    private bool Arrange(AgentOperation operation)
    {
        ulong place = 0;
        if (operation == AgentOperation.Pick && !Operand(1, out place))
        {
            return false;
        }

        switch (operation)
        {
            case AgentOperation.Dup:
            case AgentOperation.Pick:
                return place < (ulong)_depth && Push(_stack[_depth - 1 - (int)place]);
            case AgentOperation.Pop:
                return Pop(out _);
            case AgentOperation.Swap when _depth >= 2:
                (_stack[_depth - 1], _stack[_depth - 2]) = (_stack[_depth - 2], _stack[_depth - 1]);
                return true;
            case AgentOperation.Rot when _depth >= 3:
                // a b c becomes c a b.
                (_stack[_depth - 3], _stack[_depth - 2], _stack[_depth - 1]) = (_stack[_depth - 1], _stack[_depth - 3], _stack[_depth - 2]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Its operands are the number of arguments and the format; on the stack are a function and a channel, which mean nothing here, and the arguments.</summary>
    private AgentOutcome Print()
    {
        if (!Operand(1, out ulong count) || !Operand(2, out ulong length) || length == 0 || (ulong)(_code.Length - _at) < length
            || !Pop(out _) || !Pop(out _) || count > (ulong)_depth)
        {
            return AgentOutcome.BadBytecode;
        }

        ReadOnlySpan<byte> format = _code.Slice(_at, (int)length - 1);
        _at += (int)length;
        Span<ulong> arguments = stackalloc ulong[(int)count];
        for (int i = 0; i < arguments.Length; i++)
        {
            Pop(out arguments[i]);
        }

        subject.Print(AgentFormat.Print(format, arguments, subject));
        return AgentOutcome.Done;
    }
}
