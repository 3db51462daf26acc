using System;
using System.Buffers.Binary;

namespace GdbHost.Protocol.Agent;

/// <summary>How an evaluation went.</summary>
public enum AgentOutcome
{
    Done,

    /// <summary>A register or memory could not be read.</summary>
    Unreadable,

    DividedByZero,

    /// <summary>An operation that does not exist or is not offered, an operand or jump outside the bytecode, or a stack that runs over or empty.</summary>
    BadBytecode,

    /// <summary>It takes too many operations; only a jump backwards can.</summary>
    TooLong,
}

/// <summary>
/// An expression that gdb has compiled for its target (GDB manual, "The GDB Agent Expression Mechanism"): a stack machine of 64-bit
/// values. It comes from a peer, so nothing in it is trusted: each evaluation is bounded in operations and in stack.
/// </summary>
public sealed class AgentExpression
{
    /// <summary>Longest bytecode, in bytes, that is taken from a peer.</summary>
    public const int LongestBytecode = 0x4000;

    private const int StackDepth = 128;
    private const int MostOperations = 100_000;

    private readonly byte[] _code;

    /// <param name="bytecode">Checked while it is evaluated.</param>
    public AgentExpression(ReadOnlySpan<byte> bytecode)
    {
        _code = bytecode.ToArray();
    }

    /// <summary>Evaluates to the value on top of the stack at the end; 0 where the stack is empty, as after printing.</summary>
    public AgentOutcome Evaluate(IAgentSubject subject, out ulong value)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Run run = new(_code, subject, stackalloc ulong[StackDepth]);
        for (int operations = 0; operations < MostOperations; operations++)
        {
            AgentOutcome outcome = run.Next(out bool ended);
            if (ended || outcome != AgentOutcome.Done)
            {
                value = run.Result;
                return outcome;
            }
        }

        value = 0;
        return AgentOutcome.TooLong;
    }

    private ref struct Run(byte[] code, IAgentSubject subject, Span<ulong> stack)
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

            Push(operation switch
            {
                AgentOperation.Add => a + b,
                AgentOperation.Sub => a - b,
                AgentOperation.Mul => a * b,
                AgentOperation.DivSigned => b == ulong.MaxValue ? 0 - a : (ulong)((long)a / (long)b),
                AgentOperation.DivUnsigned => a / b,
                AgentOperation.RemSigned => b == ulong.MaxValue ? 0 : (ulong)((long)a % (long)b),
                AgentOperation.RemUnsigned => a % b,
                AgentOperation.Lsh => b > 63 ? 0 : a << (int)b,
                AgentOperation.RshSigned => (ulong)((long)a >> (int)Math.Min(b, 63)),
                AgentOperation.RshUnsigned => b > 63 ? 0 : a >> (int)b,
                AgentOperation.BitAnd => a & b,
                AgentOperation.BitOr => a | b,
                AgentOperation.BitXor => a ^ b,
                AgentOperation.Equal => a == b ? 1u : 0,
                AgentOperation.LessSigned => (long)a < (long)b ? 1u : 0,
                _ => a < b ? 1u : 0,
            });
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

            int unused = bits is 0 or > 63 ? 0 : 64 - (int)bits;
            Push(operation switch
            {
                AgentOperation.LogNot => a == 0 ? 1u : 0,
                AgentOperation.BitNot => ~a,
                AgentOperation.Ext => (ulong)((long)(a << unused) >> unused),
                _ => a << unused >> unused,
            });
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
}
