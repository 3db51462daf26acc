namespace GdbHost.Machine.Common;

/// <summary>The four Exception levels (DDI 0487, Exception levels); the value is PSTATE.EL.</summary>
internal enum ExceptionLevel : byte
{
    El0 = 0,
    El1 = 1,
    El2 = 2,
    El3 = 3,
}
