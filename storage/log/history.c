#include "storage/log/history.h"

#include <stdio.h>
#include <string.h>

bool commit_id_is_sound(const char *id)
{
    size_t size = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return size == COMMIT_ID_SIZE && id[size] == '\0';
}

bool commit_history_is_sound(const struct commit_history *history)
{
    if (!commit_id_is_sound(history->id) || history->past_count > COMMIT_PAST_LIMIT)
        return false;
    for (size_t i = 0; i < history->past_count; i++)
        if (!commit_id_is_sound(history->past[i].id) ||
            (i > 0 && history->past[i].end > history->past[i - 1].end))
            return false;
    return true;
}

static void forget(struct commit_history *history, size_t at)
{
    history->past_count--;
    memmove(&history->past[at], &history->past[at + 1],
            (history->past_count - at) * sizeof(history->past[0]));
}

void commit_history_begin(struct commit_history *history, const char *id, uint64_t end)
{
    for (size_t i = history->past_count; i-- > 0;) {
        if (strcmp(history->past[i].id, id) == 0)
            forget(history, i);
        else if (history->past[i].end > end)
            history->past[i].end = end;
    }
    if (history->past_count == COMMIT_PAST_LIMIT)
        history->past_count--;
    memmove(&history->past[1], &history->past[0], history->past_count * sizeof(history->past[0]));
    memcpy(history->past[0].id, history->id, sizeof(history->id));
    history->past[0].end = end;
    history->past_count++;
    snprintf(history->id, sizeof(history->id), "%s", id);
}

bool commit_history_was(const struct commit_history *history, struct span id, uint64_t position)
{
    for (size_t i = 0; i < history->past_count; i++)
        if (span_is(id, history->past[i].id))
            return position <= history->past[i].end;
    return false;
}
