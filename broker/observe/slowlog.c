#include "broker/observe/slowlog.h"
#include "broker/observe/redact.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/command/reply.h"

#include <pthread.h>
#include <stdbool.h>

enum {
    ENTRY_FIELDS = 7
};

/* The texts lie in one block, each behind nothing: their ends are in `ends`. First the arguments,
 * then the address and the name. */
struct slow_entry {
    struct slow_entry *older, *newer;
    uint64_t id;
    int64_t at_s;
    uint64_t took_us;
    size_t argc; /* as called */
    size_t kept; /* arguments in `texts` */
    size_t *ends;
    struct buffer texts;
};

struct slowlog {
    pthread_mutex_t lock;
    struct slow_entry *newest, *oldest;
    size_t count;
    uint64_t next_id;
};

struct slowlog *slowlog_new(void)
{
    struct slowlog *log = mem_zalloc(sizeof(*log));

    pthread_mutex_init(&log->lock, NULL);
    return log;
}

static void free_entries(struct slow_entry *entry)
{
    while (entry) {
        struct slow_entry *older = entry->older;

        buffer_release(&entry->texts);
        mem_free(entry->ends);
        mem_free(entry);
        entry = older;
    }
}

void slowlog_free(struct slowlog *log)
{
    if (!log)
        return;
    free_entries(log->newest);
    pthread_mutex_destroy(&log->lock);
    mem_free(log);
}

static void add_text(struct slow_entry *entry, size_t at, struct span text, size_t limit)
{
    size_t size = text.size < limit ? text.size : limit;

    buffer_append(&entry->texts, text.data, size);
    if (size < text.size)
        buffer_printf(&entry->texts, "... (%zu more bytes)", text.size - size);
    entry->ends[at] = entry->texts.size;
}

static struct slow_entry *make_entry(const struct slowlog_limits *limits,
                                     const struct slow_call *call)
{
    struct redaction redaction = redaction_of(call->command, call->argc, call->argv);
    struct slow_entry *entry = mem_zalloc(sizeof(*entry));
    size_t limit = (size_t)limits->arguments, shown;

    entry->at_s = call->at_ms / 1000;
    entry->took_us = call->took_ns / 1000;
    entry->argc = call->argc;
    entry->kept = call->argc < limit ? call->argc : limit;
    entry->ends = mem_alloc((entry->kept + 2) * sizeof(*entry->ends));
    shown = call->argc > limit ? limit - 1 : call->argc;
    for (size_t i = 0; i < shown; i++)
        add_text(entry, i, redaction_argument(&redaction, call->argv, i),
                 (size_t)limits->argument_bytes);
    if (shown < entry->kept) {
        buffer_printf(&entry->texts, "... (%zu more arguments)", call->argc - shown);
        entry->ends[shown] = entry->texts.size;
    }
    add_text(entry, entry->kept, call->peer, SIZE_MAX);
    add_text(entry, entry->kept + 1, call->name, SIZE_MAX);
    return entry;
}

/* Takes the oldest out until the limit holds; they hang on each other by `older`. Locked. */
static struct slow_entry *cut(struct slowlog *log, size_t limit)
{
    struct slow_entry *kept = log->oldest, *rest;

    if (log->count <= limit)
        return NULL;
    for (; log->count > limit; log->count--)
        kept = kept->newer;
    rest = kept ? kept->older : log->newest;
    if (kept)
        kept->older = NULL;
    else
        log->newest = NULL;
    log->oldest = kept;
    return rest;
}

void slowlog_add(struct slowlog *log, const struct slowlog_limits *limits,
                 const struct slow_call *call)
{
    struct slow_entry *entry, *dropped;

    if (limits->entries <= 0)
        return;
    entry = make_entry(limits, call);
    pthread_mutex_lock(&log->lock);
    entry->id = log->next_id++;
    entry->older = log->newest;
    if (log->newest)
        log->newest->newer = entry;
    else
        log->oldest = entry;
    log->newest = entry;
    log->count++;
    dropped = cut(log, (size_t)limits->entries);
    pthread_mutex_unlock(&log->lock);
    free_entries(dropped);
}

size_t slowlog_count(struct slowlog *log)
{
    size_t count;

    pthread_mutex_lock(&log->lock);
    count = log->count;
    pthread_mutex_unlock(&log->lock);
    return count;
}

void slowlog_clear(struct slowlog *log)
{
    struct slow_entry *dropped;

    pthread_mutex_lock(&log->lock);
    dropped = cut(log, 0);
    pthread_mutex_unlock(&log->lock);
    free_entries(dropped);
}

static struct span text_at(const struct slow_entry *entry, size_t at)
{
    size_t start = at ? entry->ends[at - 1] : 0;

    return span_of(entry->texts.data + start, entry->ends[at] - start);
}

static void report_entry(const struct slow_entry *entry, struct reply *out)
{
    reply_array(out, ENTRY_FIELDS);
    reply_integer(out, (int64_t)entry->id);
    reply_integer(out, entry->at_s);
    reply_integer(out, (int64_t)entry->took_us);
    reply_array(out, entry->kept);
    for (size_t i = 0; i < entry->kept; i++)
        reply_bulk(out, text_at(entry, i));
    reply_bulk(out, text_at(entry, entry->kept));
    reply_bulk(out, text_at(entry, entry->kept + 1));
    reply_integer(out, (int64_t)entry->argc);
}

void slowlog_report(struct slowlog *log, int64_t count, struct reply *out)
{
    const struct slow_entry *entry;
    size_t left;

    pthread_mutex_lock(&log->lock);
    left = count < 0 || (uint64_t)count > log->count ? log->count : (size_t)count;
    reply_array(out, left);
    for (entry = log->newest; left > 0; left--, entry = entry->older)
        report_entry(entry, out);
    pthread_mutex_unlock(&log->lock);
}
