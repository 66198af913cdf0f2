/* acl_log.c - ACL LOG: what was refused lately. One that is like a recent one is counted with it,
 * so that a client in a loop does not push all others out. */
#include "broker/acl/acl_internal.h"
#include "core/base/mem.h"

enum {
    LOOK_BACK = 10,    /* entries compared with a new one */
    TEXT_LIMIT = 4096, /* of a key, name or client that is kept: whoever is refused chooses them */
    SAME_WITHIN_MS = 60 * 1000
};

void acl_log_init(struct acl_log *log)
{
    pthread_mutex_init(&log->lock, NULL);
}

static void unlink_entry(struct acl_log *log, struct acl_log_entry *entry)
{
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        log->last = entry->previous;
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        log->first = entry->next;
    log->count--;
}

static void link_first(struct acl_log *log, struct acl_log_entry *entry)
{
    entry->previous = NULL;
    entry->next = log->first;
    if (log->first)
        log->first->previous = entry;
    else
        log->last = entry;
    log->first = entry;
    log->count++;
}

static void entry_free(struct acl_log_entry *entry)
{
    buffer_release(&entry->object);
    buffer_release(&entry->user);
    buffer_release(&entry->client);
    mem_free(entry);
}

static void trim(struct acl_log *log, size_t limit)
{
    while (log->count > limit) {
        struct acl_log_entry *last = log->last;

        unlink_entry(log, last);
        entry_free(last);
    }
}

void acl_log_trim(struct acl_log *log, size_t limit)
{
    pthread_mutex_lock(&log->lock);
    trim(log, limit);
    pthread_mutex_unlock(&log->lock);
}

void acl_log_clear(struct acl_log *log)
{
    acl_log_trim(log, 0);
}

void acl_log_release(struct acl_log *log)
{
    acl_log_clear(log);
    pthread_mutex_destroy(&log->lock);
}

/* What is kept of it. */
static struct span text_of(const struct buffer *buffer)
{
    return span_of(buffer->data, buffer->size < TEXT_LIMIT ? buffer->size : TEXT_LIMIT);
}

static bool is_like(const struct acl_log_entry *a, const struct acl_log_entry *b)
{
    int64_t apart = b->updated_ms - a->updated_ms;

    return a->reason == b->reason && a->context == b->context && apart <= SAME_WITHIN_MS &&
           span_equal(text_of(&a->object), text_of(&b->object)) &&
           span_equal(text_of(&a->user), text_of(&b->user));
}

static void copy_text(struct buffer *to, const struct buffer *from)
{
    buffer_clear(to);
    buffer_append_span(to, text_of(from));
}

void acl_log_add(struct acl_log *log, const struct acl_log_entry *what, size_t limit)
{
    struct acl_log_entry *entry;
    int looked = 0;

    pthread_mutex_lock(&log->lock);
    entry = log->first;
    while (entry && looked++ < LOOK_BACK && !is_like(entry, what))
        entry = entry->next;
    if (entry && looked <= LOOK_BACK) {
        unlink_entry(log, entry);
        entry->count++;
    } else {
        entry = mem_zalloc(sizeof(*entry));
        entry->id = log->next_id++;
        entry->count = 1;
        entry->reason = what->reason;
        entry->context = what->context;
        entry->created_ms = what->updated_ms;
        copy_text(&entry->object, &what->object);
        copy_text(&entry->user, &what->user);
    }
    entry->updated_ms = what->updated_ms;
    copy_text(&entry->client, &what->client);
    link_first(log, entry);
    trim(log, limit);
    pthread_mutex_unlock(&log->lock);
}

static const char *reason_text(enum acl_verdict reason)
{
    switch (reason) {
    case ACL_DENIED_COMMAND:
        return "command";
    case ACL_DENIED_KEY:
        return "key";
    case ACL_DENIED_CHANNEL:
        return "channel";
    case ACL_DENIED_AUTH:
        return "auth";
    case ACL_DENIED_CERTIFICATE:
        return "tls-cert";
    default:
        return "unknown";
    }
}

static const char *context_text(enum acl_context context)
{
    static const char *const texts[] = {
        [ACL_TOPLEVEL] = "toplevel",
        [ACL_MULTI] = "multi",
        [ACL_SCRIPT] = "lua",
        [ACL_MODULE] = "module",
    };

    return texts[context];
}

static void reply_pair(struct reply *out, const char *name, struct span value)
{
    reply_bulk_text(out, name);
    reply_bulk(out, value);
}

static void reply_entry(const struct acl_log_entry *entry, int64_t now_ms, struct reply *out)
{
    reply_map(out, 10);
    reply_bulk_text(out, "count");
    reply_integer(out, (int64_t)entry->count);
    reply_pair(out, "reason", span_text(reason_text(entry->reason)));
    reply_pair(out, "context", span_text(context_text(entry->context)));
    reply_pair(out, "object", text_of(&entry->object));
    reply_pair(out, "username", text_of(&entry->user));
    reply_bulk_text(out, "age-seconds");
    reply_double(out, (double)(now_ms - entry->updated_ms) / 1000);
    reply_pair(out, "client-info", text_of(&entry->client));
    reply_bulk_text(out, "entry-id");
    reply_integer(out, (int64_t)entry->id);
    reply_bulk_text(out, "timestamp-created");
    reply_integer(out, entry->created_ms);
    reply_bulk_text(out, "timestamp-last-updated");
    reply_integer(out, entry->updated_ms);
}

void acl_log_reply(struct acl_log *log, size_t count, int64_t now_ms, struct reply *out)
{
    const struct acl_log_entry *entry;

    pthread_mutex_lock(&log->lock);
    if (count > log->count)
        count = log->count;
    reply_array(out, count);
    entry = log->first;
    for (size_t i = 0; i < count; i++, entry = entry->next)
        reply_entry(entry, now_ms, out);
    pthread_mutex_unlock(&log->lock);
}
