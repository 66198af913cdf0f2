/* Commands as bytes: an array of bulk strings, from arguments or from a line with directives. */
#include "clients/c/connection_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void command_append_header(struct buffer *out, size_t argc)
{
    buffer_printf(out, "*%zu\r\n", argc);
}

void command_append_bulk(struct buffer *out, const char *bytes, size_t size)
{
    buffer_printf(out, "$%zu\r\n", size);
    buffer_append(out, bytes, size);
    buffer_append(out, "\r\n", 2);
}

void command_append(struct buffer *out, size_t argc, const char *const argv[], const size_t sizes[])
{
    command_append_header(out, argc);
    for (size_t i = 0; i < argc; i++)
        command_append_bulk(out, argv[i], sizes ? sizes[i] : strlen(argv[i]));
}

/* Writes what the directive at `directive` (behind the per cent sign) asks for into `word`. Returns
 * the directive's length, 0 when it is none we know. */
static size_t format_directive(struct buffer *word, const char *directive, va_list *arguments)
{
    const char *text;

    switch (*directive) {
    case '%':
        buffer_append_byte(word, '%');
        return 1;
    case 's':
        text = va_arg(*arguments, const char *);
        buffer_append(word, text, strlen(text));
        return 1;
    case 'b':
        text = va_arg(*arguments, const char *);
        buffer_append(word, text, va_arg(*arguments, size_t));
        return 1;
    case 'd':
        buffer_printf(word, "%d", va_arg(*arguments, int));
        return 1;
    default:
        break;
    }
    if (strncmp(directive, "lld", 3) == 0) {
        buffer_printf(word, "%lld", va_arg(*arguments, long long));
        return 3;
    }
    if (strncmp(directive, "zu", 2) == 0) {
        buffer_printf(word, "%zu", va_arg(*arguments, size_t));
        return 2;
    }
    return 0;
}

/* One word of the line into `word`; *at ends behind it. False for an unknown directive. */
static bool format_word(struct buffer *word, const char **at, va_list *arguments)
{
    const char *next = *at;

    while (*next && *next != ' ') {
        size_t used;

        if (*next != '%') {
            buffer_append_byte(word, *next++);
            continue;
        }
        used = format_directive(word, next + 1, arguments);
        if (used == 0)
            return false;
        next += 1 + used;
    }
    *at = next;
    return true;
}

int command_format(struct buffer *out, const char *words, va_list arguments)
{
    struct buffer word = {0};
    struct buffer body = {0};
    va_list copy;
    size_t argc = 0;
    int rc = MS_OK;

    va_copy(copy, arguments);
    for (const char *at = words; rc == MS_OK;) {
        while (*at == ' ')
            at++;
        if (!*at)
            break;
        buffer_clear(&word);
        if (!format_word(&word, &at, &copy))
            rc = MS_ERROR_USAGE;
        else
            command_append_bulk(&body, word.size ? word.data : "", word.size);
        argc++;
    }
    va_end(copy);
    if (argc == 0)
        rc = MS_ERROR_USAGE;
    if (rc == MS_OK) {
        command_append_header(out, argc);
        buffer_append(out, body.data, body.size);
    }
    buffer_release(&word);
    buffer_release(&body);
    return rc;
}
