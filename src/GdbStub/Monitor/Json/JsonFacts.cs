using System;
using System.Buffers;
using System.Collections;
using System.Collections.Generic;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GdbHost.GdbStub.Monitor.Json;

/// <summary>Facts as one JSON object (RFC 8259) on one line.</summary>
internal static class JsonFacts
{
    // The answer goes to a terminal or a file, never into HTML: < and ' may stand as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Object(params ReadOnlySpan<Fact> facts)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes, Options))
        {
            Write(writer, facts);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<Fact> facts)
    {
        writer.WriteStartObject();
        foreach (Fact fact in facts)
        {
            if (fact.Value is not null)
            {
                writer.WritePropertyName(fact.Name);
                Write(writer, fact.Value);
            }
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case ulong word:
                writer.WriteStringValue($"0x{word:x}");
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case IEnumerable<Fact> members:
                Write(writer, [.. members]);
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"A fact cannot be a {value.GetType().Name}.", nameof(value));
        }
    }
}
