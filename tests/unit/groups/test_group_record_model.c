/* What the log says of streams and groups must give the same data again, on a checkpoint whose
 * blocks lie otherwise, at another time and with other settings. Random calls run against one
 * keyspace; their records are repeated on copies of older states, and everything that a client can
 * see is compared. The seed is printed; MS_SEED=n repeats a run. */
#include "says.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/check.h"
#include "core/base/mem.h"
#include "groups/group.h"
#include "groups/group_rdb.h"
#include "groups/group_record.h"
#include "storage/keyspace/digest.h"
#include "storage/rdb/rdb_types.h"
#include "streams/stream.h"

enum {
    KEYS = 2,
    ROUNDS = 6,
    CALLS = 1500,
    CALLS_PER_CHECK = 60,
    CHECKPOINTS = 3,
    IDS_KEPT = 60,
    LINE_SIZE = 4096,
    SEEN_LIMIT = 64
};

static const char *const keys[KEYS] = {"s", "t"};
static const char *const groups[] = {"g", "h"};
static const char *const consumers[] = {"a", "b", "c"};

struct record {
    size_t argc;
    struct span argv[40];
};

struct checkpoint {
    size_t record; /* the first one that is not in it */
    struct buffer bytes[KEYS];
    bool present[KEYS];
    bool taken;
};

/* When a consumer was seen before a call. */
struct seen {
    const char *key;
    char group[8], consumer[8];
    int64_t seen_ms;
};

struct model {
    struct fake *live;
    struct random random;
    struct record *records;
    size_t record_count, record_capacity;
    struct checkpoint checkpoints[CHECKPOINTS];
    struct stream_id ids[IDS_KEPT]; /* added last, in any stream */
    size_t id_count;
    int64_t latest_ms; /* the clock never said more */
    struct seen seen[SEEN_LIMIT];
    size_t seen_count;
    size_t parts[128]; /* of ms.group, by letter */
    char line[LINE_SIZE];
    size_t size;
};

/* --- Chance. */

static unsigned below(struct model *model, unsigned bound)
{
    return (unsigned)random_below(&model->random, bound);
}

static bool one_in(struct model *model, unsigned bound)
{
    return below(model, bound) == 0;
}

static const char *one_of(struct model *model, const char *const *words, size_t count)
{
    return words[below(model, (unsigned)count)];
}

#define ONE_OF(model, words) one_of((model), (words), sizeof(words) / sizeof((words)[0]))

static const char *any_key(struct model *model)
{
    return one_in(model, 4) ? keys[1] : keys[0];
}

/* --- Writing a call. */

__attribute__((format(printf, 2, 3))) static void say(struct model *model, const char *format, ...)
{
    va_list arguments;

    if (model->size > 0)
        model->line[model->size++] = ' ';
    va_start(arguments, format);
    model->size +=
        (size_t)vsnprintf(model->line + model->size, LINE_SIZE - model->size, format, arguments);
    va_end(arguments);
    CHECK(model->size < LINE_SIZE);
}

static struct stream_id any_id(struct model *model)
{
    if (model->id_count == 0 || one_in(model, 12))
        return (struct stream_id){below(model, 100), below(model, 3)};
    return model
        ->ids[below(model, model->id_count < IDS_KEPT ? (unsigned)model->id_count : IDS_KEPT)];
}

static void say_id(struct model *model)
{
    struct stream_id id = any_id(model);

    say(model, "%llu-%llu", (unsigned long long)id.ms, (unsigned long long)id.seq);
}

static void say_ids(struct model *model, bool counted)
{
    unsigned count = 1 + below(model, 8);

    if (counted)
        say(model, "IDS %u", count);
    while (count-- > 0)
        say_id(model);
}

static void say_trim(struct model *model, bool with_references)
{
    static const char *const references[] = {"KEEPREF", "DELREF", "ACKED"};
    bool about = one_in(model, 2), by_length = one_in(model, 2);

    say(model, "%s %s", by_length ? "MAXLEN" : "MINID", about ? "~" : "=");
    if (by_length)
        say(model, "%u", below(model, 40));
    else
        say_id(model);
    if (about && one_in(model, 2))
        say(model, "LIMIT %u", below(model, 20));
    if (with_references && one_in(model, 2))
        say(model, "%s", ONE_OF(model, references));
}

static void call_xadd(struct model *model)
{
    unsigned producer = below(model, 3), how = below(model, 8);

    say(model, "XADD %s", any_key(model));
    if (one_in(model, 10))
        say(model, "NOMKSTREAM");
    if (one_in(model, 6))
        say_trim(model, true);
    if (how == 0)
        say(model, "%llu-*", (unsigned long long)model->live->now_ms);
    else if (how == 1)
        say(model, "IDMPAUTO p%u *", producer);
    else if (how <= 3)
        say(model, "IDMP p%u i%u *", producer, below(model, 6));
    else
        say(model, "*");
    say(model, "f %u", below(model, 5));
    if (one_in(model, 4))
        say(model, "%c longer-value", 'a' + (char)below(model, 3));
}

static void call_xtrim(struct model *model)
{
    say(model, "XTRIM %s", any_key(model));
    say_trim(model, true);
}

static void call_delete(struct model *model)
{
    static const char *const modes[] = {"KEEPREF", "DELREF", "ACKED"};

    switch (below(model, 5)) {
    case 0:
        say(model, "XDEL %s", any_key(model));
        say_ids(model, false);
        return;
    case 1:
        say(model, "XDELEX %s %s", any_key(model), ONE_OF(model, modes));
        break;
    case 2:
        say(model, "XACKDEL %s %s %s", any_key(model), ONE_OF(model, groups), ONE_OF(model, modes));
        break;
    default:
        say(model, "XACK %s %s", any_key(model), ONE_OF(model, groups));
        say_ids(model, false);
        return;
    }
    say_ids(model, true);
}

static void call_xnack(struct model *model)
{
    static const char *const modes[] = {"SILENT", "FAIL", "FATAL"};

    say(model, "XNACK %s %s %s", any_key(model), ONE_OF(model, groups), ONE_OF(model, modes));
    say_ids(model, true);
    if (one_in(model, 5))
        say(model, "RETRYCOUNT %u", below(model, 9));
    if (one_in(model, 3))
        say(model, "FORCE");
}

static void call_xreadgroup(struct model *model)
{
    bool both = one_in(model, 4), history = one_in(model, 5);

    say(model, "XREADGROUP GROUP %s %s", ONE_OF(model, groups), ONE_OF(model, consumers));
    if (!one_in(model, 3))
        say(model, "COUNT %u", 1 + below(model, 12));
    if (one_in(model, 6))
        say(model, "MAXSIZE %u", 1 + below(model, 300));
    if (one_in(model, 6))
        say(model, "MAXCOUNT 9");
    if (one_in(model, 6))
        say(model, "NOACK");
    if (one_in(model, 3))
        say(model, "CLAIM %u", one_in(model, 2) ? 0 : below(model, 3000));
    if (one_in(model, 3))
        say(model, "BLOCK 0");
    if (both)
        say(model, "STREAMS s t");
    else
        say(model, "STREAMS %s", any_key(model));
    for (int i = 0; i <= both; i++) {
        if (!history)
            say(model, ">");
        else if (one_in(model, 2))
            say(model, "0");
        else
            say_id(model);
    }
}

static void call_claim(struct model *model)
{
    bool automatic = one_in(model, 3);

    say(model, "%s %s %s %s %u", automatic ? "XAUTOCLAIM" : "XCLAIM", any_key(model),
        ONE_OF(model, groups), ONE_OF(model, consumers), one_in(model, 2) ? 0 : below(model, 2000));
    if (automatic) {
        say_id(model);
        if (one_in(model, 2))
            say(model, "COUNT %u", 1 + below(model, 10));
    } else {
        say_ids(model, false);
        if (one_in(model, 4))
            say(model, "IDLE %u", below(model, 5000));
        if (one_in(model, 6))
            say(model, "TIME %lld", (long long)(model->live->now_ms - (int64_t)below(model, 9000)));
        if (one_in(model, 4))
            say(model, "RETRYCOUNT %u", below(model, 400));
        if (one_in(model, 3))
            say(model, "FORCE");
        if (one_in(model, 5)) {
            say(model, "LASTID");
            say_id(model);
        }
    }
    if (one_in(model, 3))
        say(model, "JUSTID");
}

static void call_xgroup(struct model *model)
{
    const char *key = any_key(model), *group = ONE_OF(model, groups);

    switch (below(model, 12)) {
    case 0:
        say(model, "XGROUP DESTROY %s %s", key, group);
        return;
    case 1:
    case 2:
        say(model, "XGROUP CREATECONSUMER %s %s %s", key, group, ONE_OF(model, consumers));
        return;
    case 3:
        say(model, "XGROUP DELCONSUMER %s %s %s", key, group, ONE_OF(model, consumers));
        return;
    case 4:
        say(model, "XGROUP SETID %s %s", key, group);
        break;
    default:
        say(model, "XGROUP CREATE %s %s", key, group);
    }
    if (one_in(model, 2))
        say(model, "%s", one_in(model, 2) ? "$" : "0");
    else
        say_id(model);
    if (strncmp(model->line, "XGROUP C", 8) == 0 && !one_in(model, 3))
        say(model, "MKSTREAM");
    if (one_in(model, 3))
        say(model, "ENTRIESREAD %u", below(model, 200));
}

static void call_other(struct model *model)
{
    switch (below(model, 6)) {
    case 0:
        say(model, "XSETID %s", any_key(model));
        say_id(model);
        if (one_in(model, 2))
            say(model, "ENTRIESADDED %u", below(model, 200));
        if (one_in(model, 3))
            say(model, "MAXDELETEDID %u-0", below(model, 50));
        return;
    case 1:
        say(model, "XCFGSET %s IDMP-DURATION %u", any_key(model), 1 + below(model, 4));
        if (one_in(model, 2))
            say(model, "IDMP-MAXSIZE %u", 1 + below(model, 6));
        return;
    case 2:
    case 3:
        say(model, "XIDMPRECORD %s p%u i%u", any_key(model), below(model, 3), below(model, 9));
        say_id(model);
        return;
    case 4:
        say(model, "XINFO STREAM %s", any_key(model));
        return;
    default:
        model->live->settings.stream_idmp_duration = one_in(model, 2) ? 100 : 1 + below(model, 9);
        model->live->settings.stream_idmp_maxsize = one_in(model, 2) ? 100 : 1 + below(model, 5);
        say(model, "XLEN %s", any_key(model));
    }
}

static void make_call(struct model *model)
{
    unsigned what = below(model, 100);

    model->size = 0;
    if (what < 34)
        call_xadd(model);
    else if (what < 37)
        call_xtrim(model);
    else if (what < 50)
        call_delete(model);
    else if (what < 55)
        call_xnack(model);
    else if (what < 75)
        call_xreadgroup(model);
    else if (what < 87)
        call_claim(model);
    else if (what < 94)
        call_xgroup(model);
    else
        call_other(model);
}

/* --- The log. */

static void add_record(struct model *model, size_t argc, const struct span *argv)
{
    struct record *record;

    if (model->record_count == model->record_capacity) {
        model->record_capacity = model->record_capacity ? 2 * model->record_capacity : 64;
        model->records =
            mem_realloc(model->records, model->record_capacity * sizeof(model->records[0]));
    }
    record = &model->records[model->record_count++];
    CHECK(argc <= sizeof(record->argv) / sizeof(record->argv[0]));
    record->argc = argc;
    for (size_t i = 0; i < argc; i++) {
        char *bytes = mem_alloc(argv[i].size + 1);

        memcpy(bytes, argv[i].data, argv[i].size);
        record->argv[i] = span_of(bytes, argv[i].size);
    }
}

static void count_parts(struct model *model, struct span bytes)
{
    struct group_record_reader reader;
    struct record_part part;

    assert_int_equal(group_record_check(bytes), 0);
    assert_int_equal(group_record_read(&reader, bytes), 0);
    while (group_record_next(&reader, &part) > 0)
        model->parts[part.kind]++;
}

static void drop_records(struct model *model)
{
    for (size_t i = 0; i < model->record_count; i++)
        for (size_t at = 0; at < model->records[i].argc; at++)
            mem_free((char *)(uintptr_t)model->records[i].argv[at].data);
    mem_free(model->records);
}

/* What the broker would log of the last call. */
static void log_call(struct model *model)
{
    const struct request *rq = &model->live->rq;

    if (!fake_is_dirty(model->live))
        return;
    if (!rq->rewrites)
        add_record(model, rq->argc, rq->argv);
    for (size_t i = 0; i < rq->rewrite_count; i++)
        if (rq->rewrites[i].argc > 0)
            add_record(model, rq->rewrites[i].argc, rq->rewrites[i].argv);
    for (size_t i = 0; i < rq->rewrite_count; i++)
        if (span_is(rq->rewrites[i].argv[0], GROUP_RECORD_COMMAND))
            count_parts(model, rq->rewrites[i].argv[4]);
}

/* --- Streams of a keyspace. */

static struct stream *stream_of(struct fake *fake, const char *key)
{
    struct request *rq = fake_request(fake);
    void *value = NULL;

    rq->flags = REQUEST_REPLAY;
    CHECK(keyspace_find_value(rq, fake_key(fake, key), FIND_QUIET, &stream_type, &value, NULL) ==
          0);
    return value;
}

static void delete_key(struct fake *fake, const char *key)
{
    keyspace_delete(fake_request(fake), fake_key(fake, key), false);
}

/* --- Consumers that were only seen: no record says so, so a restart forgets it. */

static void note_seen(struct model *model)
{
    model->seen_count = 0;
    for (int k = 0; k < KEYS; k++) {
        struct stream *stream = stream_of(model->live, keys[k]);
        const struct named_set *set = stream ? group_all(stream) : NULL;

        for (uint32_t i = 0; set && i < set->count; i++) {
            const struct group *group = (const struct group *)set->items[i];

            for (uint32_t at = 0; at < group->consumers.count; at++) {
                const struct consumer *consumer = group_consumer_at(group, at);
                struct seen *seen = &model->seen[model->seen_count++];

                CHECK(model->seen_count <= SEEN_LIMIT);
                *seen = (struct seen){.key = keys[k], .seen_ms = consumer->seen_ms};
                memcpy(seen->group, group->named.name.data, group->named.name.size);
                memcpy(seen->consumer, consumer->named.name.data, consumer->named.name.size);
            }
        }
    }
}

static bool is_recorded(const struct model *model, size_t from, const struct seen *seen)
{
    for (; from < model->record_count; from++) {
        const struct record *record = &model->records[from];

        if (span_is(record->argv[0], GROUP_RECORD_COMMAND) &&
            span_equal(record->argv[1], span_text(seen->key)) &&
            span_equal(record->argv[2], span_text(seen->group)) &&
            span_equal(record->argv[3], span_text(seen->consumer)))
            return true;
    }
    return false;
}

static void forget_seen(struct model *model, size_t from)
{
    for (size_t i = 0; i < model->seen_count; i++) {
        const struct seen *seen = &model->seen[i];
        struct stream *stream = stream_of(model->live, seen->key);
        struct group *group = stream ? group_find(stream, span_text(seen->group)) : NULL;
        struct consumer *consumer = group ? group_consumer(group, span_text(seen->consumer)) : NULL;

        if (consumer && !is_recorded(model, from, seen))
            consumer->seen_ms = seen->seen_ms;
    }
}

/* --- Checkpoints and what is made of them. */

static void take_checkpoint(struct model *model, struct checkpoint *checkpoint)
{
    checkpoint->record = model->record_count;
    checkpoint->taken = true;
    for (int k = 0; k < KEYS; k++) {
        struct stream *stream = stream_of(model->live, keys[k]);
        struct rdb_writer writer;

        buffer_clear(&checkpoint->bytes[k]);
        checkpoint->present[k] = stream != NULL;
        if (!stream)
            continue;
        rdb_writer_init(&writer, &checkpoint->bytes[k], false);
        writer.complete = true;
        stream_type.save(stream, &writer);
    }
}

static struct fake *start_with_records(void)
{
    struct fake *fake = start();

    fake_add_commands(fake, group_record_commands);
    return fake;
}

/* A server that starts with the checkpoint and the records behind it. */
static struct fake *recover(struct model *model, const struct checkpoint *checkpoint)
{
    struct fake *fake = start_with_records();

    fake->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    fake->now_ms = (int64_t)random_below(&model->random, 2 * (uint64_t)model->latest_ms);
    fake->settings.stream_node_max_entries = 1 + below(model, 30);
    fake->settings.stream_idmp_duration = 1 + below(model, 1000);
    fake->settings.stream_idmp_maxsize = 1 + below(model, 1000);
    for (int k = 0; k < KEYS; k++) {
        const struct buffer *bytes = &checkpoint->bytes[k];
        struct rdb_reader reader;
        void *value;

        if (!checkpoint->present[k])
            continue;
        rdb_reader_init(&reader, span_of(bytes->data, bytes->size), &fake->settings, fake->now_ms);
        assert_int_equal(group_load_stream(&reader, stream_type.rdb_type_complete, &value), 0);
        rdb_reader_release(&reader);
        keyspace_add_take(fake_request(fake), fake_key(fake, keys[k]), &stream_type, value);
    }
    for (size_t i = checkpoint->record; i < model->record_count; i++) {
        const struct record *record = &model->records[i];
        const char *shown;

        if (span_is(record->argv[0], "DEL")) {
            delete_key(fake, record->argv[1].data[0] == 's' ? "s" : "t");
            continue;
        }
        shown = fake_run_spans(fake, record->argc, record->argv);
        if (fake->reply.data[0] == '-')
            fail_msg("record %zu, %.*s %.*s: %s", i, SPAN_ARGS(record->argv[0]),
                     SPAN_ARGS(record->argv[1]), shown);
    }
    return fake;
}

/* --- Comparing. */

static void digest_of(struct stream *stream, struct value_digest *digest)
{
    memset(digest, 0, sizeof(*digest));
    stream_type.digest(stream, digest);
}

/* How many blocks there are is nobody's business: takes the number behind the name out. */
static void hide_number(char *text, const char *name)
{
    for (char *at = text; (at = strstr(at, name)) != NULL;) {
        char *end = at += strlen(name) + 2;

        while (*end >= '0' && *end <= '9')
            end++;
        memmove(at, end, strlen(end) + 1);
    }
}

/* The reply of both, which may be long. */
static void same_reply(struct model *model, struct fake *copy, const char *line)
{
    char *live = strdup(fake_line(model->live, line)), *again = strdup(fake_line(copy, line));

    hide_number(live, "radix-tree-keys");
    hide_number(live, "radix-tree-nodes");
    hide_number(again, "radix-tree-keys");
    hide_number(again, "radix-tree-nodes");
    if (strcmp(live, again) != 0) {
        size_t at = 0, from;

        while (live[at] == again[at])
            at++;
        from = at > 100 ? at - 100 : 0;
        fail_msg("%s\nlive: %.200s\ncopy: %.200s", line, live + from, again + from);
    }
    free(live);
    free(again);
}

static void same_released(const struct group *live, const struct group *copy)
{
    uint32_t at = pending_oldest(live->pending), other = pending_oldest(copy->pending);

    assert_int_equal(pending_unowned_count(live->pending), pending_unowned_count(copy->pending));
    for (uint64_t left = pending_unowned_count(live->pending); left > 0; left--) {
        struct pending_entry a, b;

        pending_get(live->pending, at, &a);
        pending_get(copy->pending, other, &b);
        assert_int_equal(stream_id_compare(a.id, b.id), 0);
        at = pending_later(live->pending, at);
        other = pending_later(copy->pending, other);
    }
}

static void same_key(struct model *model, struct fake *copy, const char *key)
{
    struct stream *live = stream_of(model->live, key), *again = stream_of(copy, key);
    struct value_digest first, second;
    char line[100];

    assert_int_equal(live != NULL, again != NULL);
    if (!live)
        return;
    snprintf(line, sizeof(line), "XINFO STREAM %s FULL COUNT 0", key);
    same_reply(model, copy, line);
    snprintf(line, sizeof(line), "XINFO STREAM %s", key);
    same_reply(model, copy, line);
    snprintf(line, sizeof(line), "XINFO GROUPS %s", key);
    same_reply(model, copy, line);
    digest_of(live, &first);
    digest_of(again, &second);
    assert_memory_equal(&first, &second, sizeof(first));
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        struct group *group = group_find(live, span_text(groups[i]));

        if (!group)
            continue;
        snprintf(line, sizeof(line), "XPENDING %s %s - + 100000", key, groups[i]);
        same_reply(model, copy, line);
        snprintf(line, sizeof(line), "XINFO CONSUMERS %s %s", key, groups[i]);
        same_reply(model, copy, line);
        same_released(group, group_find(again, span_text(groups[i])));
    }
}

/* Both look at what has expired by the latest time there was: what only one has dropped is gone. */
static void same_data(struct model *model, struct fake *copy)
{
    int64_t now_ms = model->live->now_ms;

    copy->flags = model->live->flags;
    copy->now_ms = model->live->now_ms = model->latest_ms;
    for (int k = 0; k < KEYS; k++)
        same_key(model, copy, keys[k]);
    copy->now_ms = model->live->now_ms = now_ms;
}

/* Every older state with the records behind it gives the present one. Now and then the server is
 * one that has recovered, from then on. */
static void check(struct model *model)
{
    for (int i = 0; i < CHECKPOINTS; i++) {
        struct fake *copy;

        if (!model->checkpoints[i].taken)
            continue;
        copy = recover(model, &model->checkpoints[i]);
        same_data(model, copy);
        if (one_in(model, 4)) {
            struct fake *old = model->live;

            model->live = copy;
            copy->settings = old->settings;
            copy = old;
        }
        fake_free(copy);
    }
    take_checkpoint(model, &model->checkpoints[below(model, CHECKPOINTS)]);
}

/* --- The run. */

static void step(struct model *model)
{
    size_t records = model->record_count;

    model->live->now_ms += below(model, 300);
    if (one_in(model, 50))
        model->live->now_ms -= below(model, 20000); /* clocks do this */
    if (model->live->now_ms > model->latest_ms)
        model->latest_ms = model->live->now_ms;
    if (one_in(model, 400)) {
        const char *key = any_key(model);
        struct span argv[] = {SPAN("DEL"), span_text(key)};

        delete_key(model->live, key);
        add_record(model, 2, argv);
        return;
    }
    note_seen(model);
    make_call(model);
    fake_line(model->live, model->line);
    log_call(model);
    forget_seen(model, records);
    if (strncmp(model->line, "XADD", 4) == 0 && model->live->reply.data[0] == '$') {
        struct stream_id id;

        if (stream_id_parse(
                span_of(model->live->shown.data + 1, strlen(model->live->shown.data) - 2), 0,
                &id) == 0)
            model->ids[model->id_count++ % IDS_KEPT] = id;
    }
}

static void run_model(uint64_t seed)
{
    struct model *model = mem_zalloc(sizeof(*model));

    random_init(&model->random, seed);
    model->live = start_with_records();
    model->live->settings.stream_node_max_entries = 4;
    take_checkpoint(model, &model->checkpoints[0]);
    for (int i = 1; i <= CALLS; i++) {
        step(model);
        if (i % CALLS_PER_CHECK == 0)
            check(model);
    }
    for (const char *kind = "LCDNH"; *kind; kind++) {
        print_message("%c %zu ", *kind, model->parts[(unsigned char)*kind]);
        assert_true(model->parts[(unsigned char)*kind] > 0 || *kind == RECORD_LAST_ID);
    }
    print_message("of %zu records\n", model->record_count);
    for (int i = 0; i < CHECKPOINTS; i++)
        for (int k = 0; k < KEYS; k++)
            buffer_release(&model->checkpoints[i].bytes[k]);
    drop_records(model);
    fake_free(model->live);
    mem_free(model);
}

static void test_records_repeat_what_random_calls_did(void **state)
{
    const char *fixed = getenv("MS_SEED");
    uint64_t seed = fixed ? strtoull(fixed, NULL, 10) : (uint64_t)time(NULL) * 1000;

    (void)state;
    for (int round = 0; round < (fixed ? 1 : ROUNDS); round++) {
        print_message("MS_SEED=%llu\n", (unsigned long long)(seed + (uint64_t)round));
        run_model(seed + (uint64_t)round);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_repeat_what_random_calls_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
