#include "broker/observe/latency.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct latency {
    pthread_mutex_t lock;
    struct latency_event *events[LATENCY_EVENTS];
    size_t count;
};

struct latency *latency_new(void)
{
    struct latency *latency = mem_zalloc(sizeof(*latency));

    pthread_mutex_init(&latency->lock, NULL);
    return latency;
}

void latency_free(struct latency *latency)
{
    if (!latency)
        return;
    latency_forget_all(latency);
    pthread_mutex_destroy(&latency->lock);
    mem_free(latency);
}

/* Where it is, or `count`. Locked. */
static size_t find(const struct latency *latency, struct span name)
{
    size_t at = 0;

    while (at < latency->count && !span_is(name, latency->events[at]->name))
        at++;
    return at;
}

static void add_sample(struct latency_event *event, int64_t at_s, uint32_t took_ms)
{
    struct latency_sample *last = event->count ? &event->samples[event->count - 1] : NULL;

    if (took_ms > event->longest_ms)
        event->longest_ms = took_ms;
    if (last && last->at_s == at_s) {
        if (took_ms > last->took_ms)
            last->took_ms = took_ms;
        return;
    }
    if (event->count == LATENCY_SAMPLES) {
        memmove(event->samples, event->samples + 1,
                (LATENCY_SAMPLES - 1) * sizeof(*event->samples));
        event->count--;
    }
    event->samples[event->count++] = (struct latency_sample){.at_s = at_s, .took_ms = took_ms};
}

void latency_add(struct latency *latency, const char *event, int64_t at_s, uint32_t took_ms)
{
    size_t at;

    pthread_mutex_lock(&latency->lock);
    at = find(latency, span_text(event));
    if (at == latency->count && at < LATENCY_EVENTS) {
        latency->events[at] = mem_zalloc(sizeof(struct latency_event));
        latency->events[at]->name = event;
        latency->count++;
    }
    if (at < latency->count)
        add_sample(latency->events[at], at_s, took_ms);
    pthread_mutex_unlock(&latency->lock);
}

bool latency_find(struct latency *latency, struct span name, struct latency_event *copy)
{
    size_t at;
    bool found;

    pthread_mutex_lock(&latency->lock);
    at = find(latency, name);
    found = at < latency->count;
    if (found)
        *copy = *latency->events[at];
    pthread_mutex_unlock(&latency->lock);
    return found;
}

struct latency_event *latency_all(struct latency *latency, size_t *count)
{
    struct latency_event *copies = NULL;

    pthread_mutex_lock(&latency->lock);
    *count = latency->count;
    if (*count > 0)
        copies = mem_alloc(*count * sizeof(*copies));
    for (size_t i = 0; i < *count; i++)
        copies[i] = *latency->events[i];
    pthread_mutex_unlock(&latency->lock);
    return copies;
}

bool latency_forget(struct latency *latency, struct span name)
{
    size_t at;
    bool found;

    pthread_mutex_lock(&latency->lock);
    at = find(latency, name);
    found = at < latency->count;
    if (found) {
        mem_free(latency->events[at]);
        latency->count--;
        memmove(latency->events + at, latency->events + at + 1,
                (latency->count - at) * sizeof(*latency->events));
    }
    pthread_mutex_unlock(&latency->lock);
    return found;
}

size_t latency_forget_all(struct latency *latency)
{
    size_t count;

    pthread_mutex_lock(&latency->lock);
    count = latency->count;
    for (size_t i = 0; i < count; i++)
        mem_free(latency->events[i]);
    latency->count = 0;
    pthread_mutex_unlock(&latency->lock);
    return count;
}

/* --- The picture. A bar is up to DRAW_ROWS cells high; each cell shows three heights. */

enum {
    DRAW_COLUMNS = 80,
    DRAW_ROWS = 4,
    DRAW_HEIGHTS = 3 * DRAW_ROWS,
    LABEL_SIZE = 24
};

struct bar {
    int height;
    char label[LABEL_SIZE];
};

static void age_text(int64_t seconds, char label[LABEL_SIZE])
{
    static const struct {
        int64_t below, unit;
        char letter;
    } units[] = {{60, 1, 's'}, {3600, 60, 'm'}, {86400, 3600, 'h'}, {INT64_MAX, 86400, 'd'}};
    size_t at = 0;

    while (seconds >= units[at].below)
        at++;
    snprintf(label, LABEL_SIZE, "%lld%c", (long long)(seconds / units[at].unit), units[at].letter);
}

/* The cell of a bar at `row` from the top. */
static char cell(const struct bar *bar, int row)
{
    int inside = bar->height - 3 * (DRAW_ROWS - 1 - row);

    if (inside < 0)
        return ' ';
    return inside < 3 ? "_o#"[inside] : '|';
}

static void draw_rows(const struct bar *bars, size_t count, struct buffer *out)
{
    size_t longest = 0;

    for (int row = 0; row < DRAW_ROWS; row++) {
        for (size_t i = 0; i < count; i++)
            buffer_append_byte(out, cell(&bars[i], row));
        buffer_append_byte(out, '\n');
    }
    for (size_t i = 0; i < count; i++)
        if (strlen(bars[i].label) > longest)
            longest = strlen(bars[i].label);
    for (size_t i = 0; i < count; i++)
        buffer_append_byte(out, ' ');
    buffer_append_byte(out, '\n');
    for (size_t row = 0; row < longest; row++) {
        for (size_t i = 0; i < count; i++)
            buffer_append_byte(out, row < strlen(bars[i].label) ? bars[i].label[row] : ' ');
        buffer_append_byte(out, '\n');
    }
}

void latency_draw(const struct latency_event *event, int64_t now_s, struct buffer *out)
{
    struct bar bars[LATENCY_SAMPLES];
    uint32_t high = 0, low = UINT32_MAX;

    for (size_t i = 0; i < event->count; i++) {
        uint32_t took_ms = event->samples[i].took_ms;

        high = took_ms > high ? took_ms : high;
        low = took_ms < low ? took_ms : low;
    }
    for (size_t i = 0; i < event->count; i++) {
        uint64_t range = high > low ? high - low : 1;
        int height = (int)((uint64_t)(event->samples[i].took_ms - low) * DRAW_HEIGHTS / range);
        int64_t age_s = now_s - event->samples[i].at_s;

        bars[i].height = height < DRAW_HEIGHTS ? height : DRAW_HEIGHTS - 1;
        age_text(age_s > 0 ? age_s : 0, bars[i].label);
    }
    buffer_printf(out, "%s - high %u ms, low %u ms (all time high %u ms)\n", event->name, high,
                  event->count ? low : 0, event->longest_ms);
    for (int i = 0; i < DRAW_COLUMNS; i++)
        buffer_append_byte(out, '-');
    buffer_append_byte(out, '\n');
    for (size_t at = 0; at < event->count; at += DRAW_COLUMNS) {
        size_t left = event->count - at;

        if (at > 0)
            buffer_append_byte(out, '\n');
        draw_rows(bars + at, left < DRAW_COLUMNS ? left : DRAW_COLUMNS, out);
    }
}
