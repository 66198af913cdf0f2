/* format.h - a reply as text: as on a terminal, raw, CSV or JSON. Pure: text goes into a buffer. */
#ifndef MS_CLIENTS_SHELL_FORMAT_H
#define MS_CLIENTS_SHELL_FORMAT_H

#include "clients/c/millstream.h"
#include "core/bytes/buffer.h"

#include <stdbool.h>

enum format {
    FORMAT_TERMINAL, /* types shown, strings quoted, arrays numbered and indented */
    FORMAT_RAW,      /* bytes as they are, one item a line */
    FORMAT_CSV,
    FORMAT_JSON,       /* strings as UTF-8; a byte that is none becomes \u00XX */
    FORMAT_ASCII_JSON, /* every byte above 0x7e becomes \u00XX */
};

/* Appends the text, which ends with a line feed except in RAW. */
void format_value(struct buffer *out, enum format format, const struct ms_value *value);

/* Appends `bytes` in quotation marks with escapes, as the terminal format shows strings. */
void format_quoted(struct buffer *out, const char *bytes, size_t size);

#endif
