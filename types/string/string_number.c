#include "types/string/string_number.h"

#include "core/base/error.h"
#include "core/num/num.h"

int string_number_i64(const struct entry *entry, int64_t *value, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];

    if (!entry) {
        *value = 0;
        return 0;
    }
    if (entry_string_form(entry) == ENTRY_INTEGER) {
        *value = entry_integer(entry);
        return 0;
    }
    if (num_parse_i64(entry_string(entry, scratch), value) == 0)
        return 0;
    reply_error(out, ERROR_NOT_INTEGER);
    return ERR_SYNTAX;
}

int string_number_long_double(const struct entry *entry, long double *value, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];

    if (!entry) {
        *value = 0;
        return 0;
    }
    if (num_parse_long_double(entry_string(entry, scratch), value) == 0)
        return 0;
    reply_error(out, ERROR_NOT_FLOAT);
    return ERR_SYNTAX;
}
