/* Random calls on a stream and on a plain array must agree in everything a caller can see. The seed
 * is printed; MS_SEED=n repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/check.h"
#include "core/hash/random.h"
#include "storage/keyspace/digest.h"
#include "streams/pack.h"
#include "streams/stream.h"

enum {
    ENTRIES_LIMIT = 6000,
    STEPS = 3000,
    FIELDS_LIMIT = 8,
    VALUE_LIMIT = 40,
    DEPTHS = 4 /* of packing, where the model changes it */
};

struct entry {
    struct stream_id id;
    uint32_t tag; /* decides fields and values */
    bool live;
    bool referenced;
};

struct model {
    struct random random;
    struct settings settings;
    struct stream *stream;
    struct entry entries[ENTRIES_LIMIT]; /* all ever added, ascending */
    size_t count;
    struct stream_id last, max_deleted;
    uint64_t length;
    bool packing;    /* cold blocks are packed, and the depth changes now and then */
    uint64_t packed; /* blocks that were, summed over all steps */
};

/* --- The groups of the test: an id is referenced if the model says so. */

static struct entry *entry_of(struct model *model, struct stream_id id)
{
    for (size_t i = 0; i < model->count; i++)
        if (stream_id_compare(model->entries[i].id, id) == 0)
            return &model->entries[i];
    return NULL;
}

static bool fake_is_referenced(const void *groups, struct stream_id id)
{
    struct entry *entry = entry_of((struct model *)groups, id);

    return entry && entry->referenced;
}

static size_t fake_drop_references(void *groups, struct stream_id id)
{
    struct entry *entry = entry_of(groups, id);
    bool was = entry && entry->referenced;

    if (was)
        entry->referenced = false;
    return was;
}

static void *fake_copy(const void *groups)
{
    return (void *)groups;
}

static void fake_free(void *groups)
{
    (void)groups;
}

static void fake_digest(const void *groups, struct value_digest *to)
{
    (void)groups;
    (void)to;
}

static const struct stream_group_ops fake_ops = {
    .free = fake_free,
    .copy = fake_copy,
    .digest = fake_digest,
    .is_referenced = fake_is_referenced,
    .drop_references = fake_drop_references,
};

/* --- Entries made from a tag. */

static size_t make_fields(uint32_t tag, struct span *fields, char *room)
{
    static const char *const names[] = {"f", "field", "", "temperature"};
    size_t pairs = 1 + tag % 3;

    /* Mostly the same names, so that both kinds of entries come up. */
    for (size_t i = 0; i < pairs; i++) {
        const char *name = names[tag % 7 ? i : (i + 1) % 4];
        int size = snprintf(room, VALUE_LIMIT, "%.*s%u", (int)(tag % 20), "xxxxxxxxxxxxxxxxxxxx",
                            tag + (uint32_t)i);

        fields[2 * i] = span_of(name, strlen(name));
        fields[2 * i + 1] = span_of(room, (size_t)size);
        room += VALUE_LIMIT;
    }
    return 2 * pairs;
}

struct expected {
    struct span fields[FIELDS_LIMIT];
    size_t at;
};

static void compare_pair(void *context, struct span field, struct span value)
{
    struct expected *expected = context;

    assert_true(span_equal(field, expected->fields[expected->at]));
    assert_true(span_equal(value, expected->fields[expected->at + 1]));
    expected->at += 2;
}

static void assert_current(const struct stream_cursor *cursor, const struct entry *entry)
{
    char room[FIELDS_LIMIT * VALUE_LIMIT];
    struct expected expected = {.at = 0};
    size_t count = make_fields(entry->tag, expected.fields, room);

    assert_int_equal(stream_id_compare(cursor->id, entry->id), 0);
    assert_int_equal(stream_cursor_pairs(cursor), count / 2);
    stream_cursor_fields(cursor, compare_pair, &expected);
    assert_int_equal(expected.at, count);
}

/* --- Comparing. */

/* Any id of interest: an entry's, next to one, or anything. */
static struct stream_id some_id(struct model *model)
{
    struct stream_id id = {.ms = random_below(&model->random, 50)};

    if (model->count == 0 || random_below(&model->random, 20) == 0)
        return id;
    id = model->entries[random_below(&model->random, model->count)].id;
    switch (random_below(&model->random, 4)) {
    case 0:
        stream_id_increment(&id);
        break;
    case 1:
        stream_id_decrement(&id);
        break;
    default:
        break;
    }
    return id;
}

static void check_range(struct model *model, const struct stream *stream, struct stream_id from,
                        struct stream_id to, bool backward)
{
    struct stream_cursor cursor;

    stream_cursor_init(&cursor, stream, from, to, backward);
    for (size_t n = 0; n < model->count; n++) {
        struct entry *entry = &model->entries[backward ? model->count - 1 - n : n];

        if (!entry->live || stream_id_compare(entry->id, from) < 0 ||
            stream_id_compare(entry->id, to) > 0)
            continue;
        assert_true(stream_cursor_next(&cursor));
        assert_current(&cursor, entry);
    }
    assert_false(stream_cursor_next(&cursor));
    assert_false(stream_cursor_next(&cursor));
    stream_cursor_release(&cursor);
}

/* Jumps of all sizes; the model walks beside. */
static void check_seek(struct model *model)
{
    struct stream_cursor cursor;
    struct stream_id to = random_below(&model->random, 2) ? STREAM_ID_MAX : some_id(model);
    struct stream_id id = STREAM_ID_MIN;
    size_t at = 0;

    stream_cursor_init(&cursor, model->stream, STREAM_ID_MIN, to, false);
    while (at < model->count) {
        size_t jump = random_below(&model->random, random_below(&model->random, 4) ? 6 : 400);

        at += jump;
        if (at >= model->count)
            break;
        id = model->entries[at].id;
        while (at < model->count && !model->entries[at].live)
            at++;
        if (at >= model->count || stream_id_compare(model->entries[at].id, to) > 0)
            break;
        assert_true(stream_cursor_seek(&cursor, id));
        assert_current(&cursor, &model->entries[at]);
        at++;
    }
    id = to;
    if (stream_id_increment(&id))
        assert_false(stream_cursor_seek(&cursor, id));
    stream_cursor_release(&cursor);
}

static void check_facts(struct model *model, const struct stream *stream)
{
    struct stream_id first = STREAM_ID_MIN, last = STREAM_ID_MIN, id, about = some_id(model);
    uint64_t length = 0, upto = 0;
    bool has = false;

    for (size_t i = 0; i < model->count; i++) {
        struct entry *entry = &model->entries[i];

        if (!entry->live)
            continue;
        if (length++ == 0)
            first = entry->id;
        last = entry->id;
        upto += stream_id_compare(entry->id, about) <= 0;
        has = has || stream_id_compare(entry->id, about) == 0;
    }
    assert_int_equal(stream_length(stream), length);
    assert_int_equal(stream_id_compare(stream_first_id(stream), first), 0);
    assert_int_equal(stream_last_entry_id(stream, &id), length > 0);
    if (length > 0)
        assert_int_equal(stream_id_compare(id, last), 0);
    assert_int_equal(stream_id_compare(stream_last_id(stream), model->last), 0);
    assert_int_equal(stream_id_compare(stream_max_deleted_id(stream), model->max_deleted), 0);
    assert_int_equal(stream_entries_added(stream), model->count);
    assert_int_equal(stream_count_upto(stream, about), upto);
    assert_int_equal(stream_has(stream, about), has);
    assert_int_equal(stream_has_above(stream, about), upto < length);
    assert_int_equal(stream_count_upto(stream, STREAM_ID_MAX), length);
    if (length == 0)
        assert_int_equal(stream_block_count(stream), 0);
}

static void check_copy(struct model *model)
{
    struct stream *copy = stream_copy(model->stream);

    check_facts(model, copy);
    check_range(model, copy, STREAM_ID_MIN, STREAM_ID_MAX, false);
    check_range(model, copy, STREAM_ID_MIN, STREAM_ID_MAX, true);
    stream_free(copy);
}

static struct value_digest digest_of(const struct stream *stream)
{
    struct value_digest digest = {{0}};

    stream_type.digest(stream, &digest);
    return digest;
}

/* --- Changing. */

static void do_append(struct model *model)
{
    char room[FIELDS_LIMIT * VALUE_LIMIT];
    struct span fields[FIELDS_LIMIT];
    struct entry *entry = &model->entries[model->count];
    struct stream_id id = model->last;
    size_t count;

    if (model->count == ENTRIES_LIMIT)
        return;
    switch (random_below(&model->random, 4)) {
    case 0:
        id.ms += 1 + random_below(&model->random, 1000);
        id.seq = random_below(&model->random, 3);
        break;
    case 1:
        id.seq += 1 + random_below(&model->random, 300);
        break;
    default:
        stream_id_increment(&id);
        break;
    }
    *entry = (struct entry){.id = id,
                            .tag = (uint32_t)random_below(&model->random, 1000),
                            .live = true,
                            .referenced = random_below(&model->random, 5) == 0};
    count = make_fields(entry->tag, fields, room);
    model->count++;
    model->length++;
    model->last = id;
    stream_append(model->stream, &model->settings, id, count, fields);
}

static void do_delete(struct model *model)
{
    struct stream_id id = some_id(model);
    struct entry *entry = entry_of(model, id);
    bool live = entry && entry->live;

    assert_int_equal(stream_delete(model->stream, id), live);
    if (!live)
        return;
    entry->live = false;
    model->length--;
    if (stream_id_compare(id, model->max_deleted) > 0)
        model->max_deleted = id;
}

static void do_delete_referenced(struct model *model)
{
    enum stream_reference_mode mode = (enum stream_reference_mode)random_below(&model->random, 3);
    struct stream_id id = some_id(model);
    struct entry *entry = entry_of(model, id);
    int expected = entry && entry->live ? 1 : -1;

    if (mode == STREAM_ACKED && entry && entry->referenced)
        expected = 2;
    assert_int_equal(stream_delete_referenced(model->stream, id, mode), expected);
    if (mode == STREAM_DELREF && entry)
        assert_false(entry->referenced);
    if (expected != 1)
        return;
    entry->live = false;
    model->length--;
    if (stream_id_compare(id, model->max_deleted) > 0)
        model->max_deleted = id;
}

static bool is_over(const struct model *model, const struct stream_trim *trim, struct stream_id id)
{
    return trim->strategy == STREAM_TRIM_MAXLEN ? model->length > trim->max_length
                                                : stream_id_compare(id, trim->min_id) < 0;
}

/* What an exact trim must do, entry by entry. */
static uint64_t trim_model(struct model *model, const struct stream_trim *trim)
{
    uint64_t removed = 0;

    for (size_t i = 0; i < model->count; i++) {
        struct entry *entry = &model->entries[i];

        if (!entry->live)
            continue;
        if (!is_over(model, trim, entry->id))
            break;
        if (trim->references == STREAM_ACKED && entry->referenced)
            continue;
        if (trim->references == STREAM_DELREF)
            entry->referenced = false;
        entry->live = false;
        model->length--;
        removed++;
    }
    return removed;
}

/* An approximate trim takes a beginning of what the exact one takes. The model follows the stream.
 */
static void follow_approximate(struct model *model, const struct stream_trim *trim,
                               uint64_t removed)
{
    uint64_t seen = 0;

    assert_true(trim->limit == 0 || removed <= trim->limit);
    for (size_t i = 0; i < model->count && seen < removed; i++) {
        struct entry *entry = &model->entries[i];

        if (!entry->live)
            continue;
        assert_true(is_over(model, trim, entry->id));
        if (trim->references == STREAM_ACKED && entry->referenced)
            continue;
        if (trim->references == STREAM_DELREF)
            entry->referenced = false;
        entry->live = false;
        model->length--;
        seen++;
    }
    assert_int_equal(seen, removed);
}

static void do_trim(struct model *model)
{
    struct stream_trim trim = {
        .strategy = random_below(&model->random, 2) ? STREAM_TRIM_MAXLEN : STREAM_TRIM_MINID,
        .approximate = random_below(&model->random, 2),
        .references = (enum stream_reference_mode)random_below(&model->random, 3),
    };
    uint64_t removed;

    if (trim.strategy == STREAM_TRIM_MAXLEN) {
        uint64_t most = random_below(&model->random, 200);

        trim.max_length = model->length > most ? model->length - most : 0;
        if (random_below(&model->random, 20) == 0)
            trim.max_length = model->length;
    } else if (model->count > 0) {
        size_t from = model->count > 200 ? model->count - 200 : 0;

        trim.min_id = model->entries[from + random_below(&model->random, model->count - from)].id;
        if (random_below(&model->random, 30) == 0)
            trim.min_id = STREAM_ID_MAX;
    }
    if (trim.approximate && random_below(&model->random, 2))
        trim.limit = random_below(&model->random, 150);
    removed = stream_trim(model->stream, &trim);
    if (trim.approximate)
        follow_approximate(model, &trim, removed);
    else
        assert_int_equal(removed, trim_model(model, &trim));
}

/* Another depth, or a thread that remembers nothing. */
static void disturb(struct model *model)
{
    model->settings.stream_compress_depth = (int64_t)random_below(&model->random, DEPTHS);
    if (random_below(&model->random, 4) == 0)
        pack_forget();
}

static void step(struct model *model)
{
    uint64_t kind = random_below(&model->random, 100);
    struct pack_totals totals;

    if (kind < 50)
        for (uint64_t i = 1 + random_below(&model->random, 8); i; i--)
            do_append(model);
    else if (kind < 70)
        do_delete(model);
    else if (kind < 80)
        do_delete_referenced(model);
    else if (kind < 82)
        do_trim(model);
    else if (kind < 84)
        check_seek(model);
    else if (kind < 86)
        check_copy(model);
    else if (kind < 90)
        check_range(model, model->stream, some_id(model), some_id(model),
                    random_below(&model->random, 2));
    if (model->packing && kind >= 98)
        disturb(model);
    pack_totals_get(&totals);
    model->packed += totals.blocks;
    check_facts(model, model->stream);
}

static uint64_t seed(void)
{
    const char *given = getenv("MS_SEED");
    uint64_t value = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    print_message("seed %llu\n", (unsigned long long)value);
    return value;
}

static void run_with(int64_t max_entries, int64_t max_bytes, bool packing)
{
    struct model *model = calloc(1, sizeof(*model));
    struct stream *early = NULL; /* a copy from the middle, which must keep what it shares */
    struct value_digest before, after;

    assert_non_null(model);
    pack_forget(); /* blocks of the test before would be counted */
    random_init(&model->random, seed() + (uint64_t)max_entries * 7919 + (uint64_t)max_bytes);
    settings_init(&model->settings);
    model->settings.stream_node_max_entries = max_entries;
    model->settings.stream_node_max_bytes = max_bytes;
    model->settings.stream_compress_depth = model->packing = packing;
    model->settings.stream_compress_min_bytes = 0;
    model->stream = stream_new(&model->settings);
    stream_set_groups(model->stream, model, &fake_ops);
    for (int i = 0; i < STEPS; i++) {
        step(model);
        if (i == STEPS / 2) {
            early = stream_copy(model->stream);
            before = digest_of(early);
        }
    }
    check_copy(model);
    after = digest_of(early);
    assert_memory_equal(&before, &after, sizeof(before));
    stream_free(early);
    stream_free(model->stream);
    assert_true(!packing || model->packed > 0);
    free(model);
}

static void run(int64_t max_entries, int64_t max_bytes)
{
    run_with(max_entries, max_bytes, false);
}

static void test_usual_nodes_agree_with_an_array(void **state)
{
    (void)state;
    run(100, 4096);
}

static void test_nodes_of_one_entry_agree_with_an_array(void **state)
{
    (void)state;
    run(1, 4096);
}

static void test_nodes_of_few_entries_agree_with_an_array(void **state)
{
    (void)state;
    run(5, 0);
}

static void test_nodes_limited_by_bytes_agree_with_an_array(void **state)
{
    (void)state;
    run(0, 300);
}

static void test_one_node_for_all_agrees_with_an_array(void **state)
{
    (void)state;
    run(0, 0);
}

static void test_packed_usual_nodes_agree_with_an_array(void **state)
{
    (void)state;
    run_with(100, 4096, true);
}

static void test_packed_small_nodes_agree_with_an_array(void **state)
{
    (void)state;
    run_with(20, 0, true);
}

static void test_packed_large_nodes_agree_with_an_array(void **state)
{
    (void)state;
    run_with(0, 6000, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_nodes_agree_with_an_array),
        cmocka_unit_test(test_nodes_of_one_entry_agree_with_an_array),
        cmocka_unit_test(test_nodes_of_few_entries_agree_with_an_array),
        cmocka_unit_test(test_nodes_limited_by_bytes_agree_with_an_array),
        cmocka_unit_test(test_one_node_for_all_agrees_with_an_array),
        cmocka_unit_test(test_packed_usual_nodes_agree_with_an_array),
        cmocka_unit_test(test_packed_small_nodes_agree_with_an_array),
        cmocka_unit_test(test_packed_large_nodes_agree_with_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
