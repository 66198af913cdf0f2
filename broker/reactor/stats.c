#include "broker/reactor/stats.h"

#include <string.h>

/* The code is the word after '-'; what does not begin with an error counts as "ERR". */
void stats_count_error(struct reactor_stats *stats, const char *reply, unsigned long size)
{
    char code[STATS_ERROR_CODE_SIZE] = "ERR";
    size_t length = 0;

    stats->error_replies++;
    if (size > 1 && reply[0] == '-') {
        while (length + 1 < sizeof(code) && length + 1 < size && reply[length + 1] > ' ') {
            code[length] = reply[length + 1];
            length++;
        }
        code[length] = '\0';
    }
    for (unsigned i = 0; i < stats->error_codes; i++) {
        if (strcmp(stats->errors[i].code, code) == 0) {
            stats->errors[i].count++;
            return;
        }
    }
    if (stats->error_codes == STATS_ERROR_CODES) {
        stats->errors_beyond++;
        return;
    }
    memcpy(stats->errors[stats->error_codes].code, code, sizeof(code));
    stats->errors[stats->error_codes++].count = 1;
}
