/* format.h - a reply as text, in four styles. Pure: bytes in, bytes out. */
#ifndef MS_CLIENTS_SHELL_FORMAT_H
#define MS_CLIENTS_SHELL_FORMAT_H

#include "core/bytes/buffer.h"
#include "core/resp/value.h"

enum format_style {
    FORMAT_TERMINAL, /* (integer) 1, 1) "a", quoted and indented */
    FORMAT_RAW,      /* bytes as they are, an element a line */
    FORMAT_CSV,
    FORMAT_JSON, /* one line; bytes that are no UTF-8 become \u00XX */
};

/* Appends the reply with a line end. */
void format_reply(struct buffer *out, const struct resp_value *value, enum format_style style);

#endif
