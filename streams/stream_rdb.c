/* stream_rdb.c - a stream in RDB files and DUMP payloads.
 *
 *   nodes: count, then each: first id (16 bytes, big-endian) | listpack
 *   length | last id | first id | greatest deleted id | entries added     (the last three from 19
 * on) groups: count, then each as group_rdb.c has it duration | size | producers: count, then each:
 * pid | count | (iid | id) ...     (from 26 on) iids added | duplicates
 *
 * A node's listpack: live | deleted | fields | field ... | 0, and then each entry: flags | ms and
 * seq less those of the node | values, or a count and fields with values | elements of the entry.
 *
 * A node is one of our blocks, without what is deleted in it. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/packed/listpack.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "streams/idmp.h"
#include "streams/stream_internal.h"

#include <endian.h>

enum {
    ENTRY_DELETED = 1,
    ENTRY_SAME_FIELDS = 2,
    ENTRY_HEAD = 3, /* elements before the values: flags, ms, seq */
};

const uint8_t stream_rdb_types[] = {
    RDB_STREAM_LISTPACKS,   RDB_STREAM_LISTPACKS_2, RDB_STREAM_LISTPACKS_3,
    RDB_STREAM_LISTPACKS_4, RDB_STREAM_LISTPACKS_5, RDB_NO_TYPE,
};

/* --- Saving. */

/* Something that Redis 7.0 knows nothing of. */
static bool is_newer(const struct stream *stream)
{
    return stream->idmp || stream->iids_added > 0 ||
           (stream->groups && stream->group_ops->has_released(stream->groups));
}

unsigned stream_rdb_version(const void *value)
{
    return is_newer(value) ? 14 : RDB_VERSION_OLDEST;
}

uint8_t stream_rdb_type(const void *value)
{
    return is_newer(value) ? RDB_STREAM_LISTPACKS_5 : RDB_STREAM_LISTPACKS_2;
}

static void write_id(struct rdb_writer *out, struct stream_id id)
{
    rdb_write_length(out, id.ms);
    rdb_write_length(out, id.seq);
}

/* A node being put together: fields are those of its first entry. */
struct node {
    struct listpack *list;
    struct stream_id first;
    struct buffer fields; /* the names, each with its size in front */
    size_t field_count;
    int64_t live;
};

static void visit_name(void *context, struct span field, struct span value)
{
    struct node *node = context;

    (void)value;
    buffer_append(&node->fields, &field.size, sizeof(field.size));
    buffer_append_span(&node->fields, field);
    listpack_append(&node->list, field);
}

static void node_begin(struct node *node, const struct stream_cursor *cursor)
{
    node->list = listpack_new(0);
    node->first = cursor->id;
    node->live = 0;
    buffer_clear(&node->fields);
    node->field_count = stream_cursor_pairs(cursor);
    listpack_append_integer(&node->list, 0); /* live; set at the end */
    listpack_append_integer(&node->list, 0);
    listpack_append_integer(&node->list, (int64_t)node->field_count);
    stream_cursor_fields(cursor, visit_name, node);
    listpack_append_integer(&node->list, 0);
}

/* Compares an entry's names with those of the node, one by one. */
struct comparison {
    const char *at, *end;
    bool same;
};

static void visit_compare(void *context, struct span field, struct span value)
{
    struct comparison *comparison = context;
    size_t size;

    (void)value;
    if (!comparison->same || comparison->at == comparison->end)
        return;
    memcpy(&size, comparison->at, sizeof(size));
    comparison->at += sizeof(size);
    comparison->same = span_equal(span_of(comparison->at, size), field);
    comparison->at += size;
}

static void visit_value(void *context, struct span field, struct span value)
{
    struct node *node = context;

    (void)field;
    listpack_append(&node->list, value);
}

static void visit_pair(void *context, struct span field, struct span value)
{
    struct node *node = context;

    listpack_append(&node->list, field);
    listpack_append(&node->list, value);
}

static void node_add(struct node *node, const struct stream_cursor *cursor)
{
    size_t pairs = stream_cursor_pairs(cursor);
    struct comparison names = {.at = node->fields.data,
                               .end = node->fields.data + node->fields.size,
                               .same = pairs == node->field_count};

    stream_cursor_fields(cursor, visit_compare, &names);
    listpack_append_integer(&node->list, names.same ? ENTRY_SAME_FIELDS : 0);
    listpack_append_integer(&node->list, (int64_t)(cursor->id.ms - node->first.ms));
    listpack_append_integer(&node->list, (int64_t)(cursor->id.seq - node->first.seq));
    if (names.same) {
        stream_cursor_fields(cursor, visit_value, node);
        listpack_append_integer(&node->list, (int64_t)pairs + ENTRY_HEAD);
    } else {
        listpack_append_integer(&node->list, (int64_t)pairs);
        stream_cursor_fields(cursor, visit_pair, node);
        listpack_append_integer(&node->list, (int64_t)(2 * pairs + 1) + ENTRY_HEAD);
    }
    node->live++;
}

static void node_end(struct node *node, struct rdb_writer *out)
{
    uint64_t key[2] = {htobe64(node->first.ms), htobe64(node->first.seq)};

    listpack_replace_integer(&node->list, listpack_first(node->list), node->live);
    rdb_write_string(out, span_of((const char *)key, sizeof(key)));
    rdb_write_string(out, listpack_span(node->list));
    listpack_free(node->list);
    node->list = NULL;
}

static void save_nodes(const struct stream *stream, struct rdb_writer *out)
{
    struct stream_id block = STREAM_ID_MIN; /* the first id of the present one */
    struct stream_cursor cursor;
    struct node node = {0};
    size_t nodes = 0;

    rdb_write_length(out, stream->length ? stream_block_count(stream) : 0);
    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    cursor.passing = true;
    while (stream_cursor_next(&cursor)) {
        if (stream_id_compare(cursor.block->first, block) != 0) {
            if (nodes > 0)
                node_end(&node, out);
            block = cursor.block->first;
            node_begin(&node, &cursor);
            nodes++;
        }
        node_add(&node, &cursor);
    }
    if (nodes > 0)
        node_end(&node, out);
    stream_cursor_release(&cursor);
    buffer_release(&node.fields);
    CHECK(nodes == (stream->length ? stream_block_count(stream) : 0));
}

static void save_producer(void *context, struct span pid, size_t iids)
{
    rdb_write_string(context, pid);
    rdb_write_length(context, iids);
}

static void save_iid(void *context, struct span iid, struct stream_id id)
{
    rdb_write_string(context, iid);
    write_id(context, id);
}

void stream_rdb_save(const void *value, struct rdb_writer *out)
{
    const struct stream *stream = value;
    uint8_t type = out->complete ? RDB_STREAM_LISTPACKS_5 : stream_rdb_type(stream);
    struct stream_idmp_facts facts;

    save_nodes(stream, out);
    rdb_write_length(out, stream->length);
    write_id(out, stream->last_id);
    write_id(out, stream->first_id);
    write_id(out, stream->max_deleted_id);
    rdb_write_length(out, stream->entries_added);
    if (stream->groups)
        stream->group_ops->save(stream->groups, type, out);
    else
        rdb_write_length(out, 0);
    if (type < RDB_STREAM_LISTPACKS_4)
        return;
    stream_idmp_facts(stream, &facts);
    rdb_write_length(out, facts.duration_s);
    rdb_write_length(out, facts.max_size);
    rdb_write_length(out, facts.pids);
    stream_idmp_each(stream, save_producer, save_iid, out);
    rdb_write_length(out, facts.added);
    rdb_write_length(out, facts.duplicates);
}

/* --- Loading. */

/* A node being taken apart. */
struct node_reader {
    struct rdb_reader *in;
    struct stream *stream;
    struct listpack *list;
    size_t at; /* the next element */
    struct stream_id first;
    size_t fields;                   /* of the node */
    size_t fields_at;                /* where they begin */
    struct span *words;              /* field, value ... of one entry */
    char (*scratch)[NUM_TEXT_LIMIT]; /* of each word */
    size_t capacity;                 /* words */
};

static int next_integer(struct node_reader *node, int64_t *value)
{
    struct span bytes;

    if (node->at == LISTPACK_END || !listpack_get(node->list, node->at, value, &bytes))
        return rdb_reader_damaged(node->in, "a stream's node lacks a number");
    node->at = listpack_next(node->list, node->at);
    return 0;
}

static int read_word(struct node_reader *node, size_t *at, size_t word)
{
    if (*at == LISTPACK_END)
        return rdb_reader_damaged(node->in, "an entry of a stream ends early");
    node->words[word] = listpack_text(node->list, *at, node->scratch[word]);
    *at = listpack_next(node->list, *at);
    return 0;
}

/* A count of words that the node can have, and room for them. */
static int expect_words(struct node_reader *node, int64_t pairs)
{
    size_t words;

    if (pairs < 1 || (uint64_t)pairs > listpack_bytes(node->list) / 2)
        return rdb_reader_damaged(node->in, "an entry with %lld fields", (long long)pairs);
    words = 2 * (size_t)pairs;
    if (words > node->capacity) {
        node->words = mem_realloc(node->words, words * sizeof(node->words[0]));
        node->scratch = mem_realloc(node->scratch, words * sizeof(node->scratch[0]));
        node->capacity = words;
    }
    return 0;
}

static int read_names(struct node_reader *node)
{
    int64_t live, deleted, fields, zero;
    int rc;

    if ((rc = next_integer(node, &live)) < 0 || (rc = next_integer(node, &deleted)) < 0 ||
        (rc = next_integer(node, &fields)) < 0 || (rc = expect_words(node, fields)) < 0)
        return rc;
    node->fields = (size_t)fields;
    node->fields_at = node->at;
    for (size_t i = 0; i < node->fields; i++)
        if ((rc = read_word(node, &node->at, 0)) < 0)
            return rc;
    rc = next_integer(node, &zero);
    if (rc == 0 && (zero != 0 || live < 0 || deleted < 0))
        rc = rdb_reader_damaged(node->in, "a stream's node begins wrong");
    return rc;
}

/* The words of an entry. */
static int read_fields(struct node_reader *node, bool same, size_t *pairs)
{
    size_t names = node->fields_at;
    int64_t count = (int64_t)node->fields;
    int rc = 0;

    if (!same)
        rc = next_integer(node, &count);
    if (rc == 0)
        rc = expect_words(node, count);
    *pairs = (size_t)count;
    for (size_t i = 0; rc == 0 && i < *pairs; i++) {
        rc = read_word(node, same ? &names : &node->at, 2 * i);
        if (rc == 0)
            rc = read_word(node, &node->at, 2 * i + 1);
    }
    return rc;
}

static int read_entry(struct node_reader *node)
{
    int64_t flags, ms, seq, elements, expected;
    struct stream_id id;
    size_t pairs;
    bool same;
    int rc;

    if ((rc = next_integer(node, &flags)) < 0 || (rc = next_integer(node, &ms)) < 0 ||
        (rc = next_integer(node, &seq)) < 0)
        return rc;
    same = flags & ENTRY_SAME_FIELDS;
    if ((rc = read_fields(node, same, &pairs)) < 0 || (rc = next_integer(node, &elements)) < 0)
        return rc;
    expected = ENTRY_HEAD + (same ? (int64_t)pairs : (int64_t)(2 * pairs + 1));
    if (elements != expected || (flags & ~(ENTRY_SAME_FIELDS | ENTRY_DELETED)) != 0)
        return rdb_reader_damaged(node->in, "an entry of a stream does not add up");
    if (flags & ENTRY_DELETED)
        return 0;
    id.ms = node->first.ms + (uint64_t)ms;
    id.seq = node->first.seq + (uint64_t)seq;
    if (stream_id_is_zero(id) || stream_id_compare(id, node->stream->last_id) <= 0)
        return rdb_reader_damaged(node->in, "the ids of a stream do not rise");
    stream_append(node->stream, node->in->settings, id, 2 * pairs, node->words);
    return 0;
}

static int read_node(struct node_reader *node)
{
    struct span bytes;
    uint64_t key[2];
    size_t count;
    int rc = rdb_read_string(node->in, &bytes);

    if (rc < 0)
        return rc;
    if (bytes.size != sizeof(key))
        return rdb_reader_damaged(node->in, "a stream's node has no id");
    memcpy(key, bytes.data, sizeof(key));
    node->first = (struct stream_id){be64toh(key[0]), be64toh(key[1])};
    rc = rdb_read_string(node->in, &bytes);
    if (rc < 0)
        return rc;
    if (listpack_load(bytes, &node->list, &count) < 0)
        return rdb_reader_damaged(node->in, "a stream's node is damaged");
    node->at = listpack_first(node->list);
    rc = read_names(node);
    while (rc == 0 && node->at != LISTPACK_END)
        rc = read_entry(node);
    listpack_free(node->list);
    return rc;
}

static int read_nodes(struct rdb_reader *in, struct stream *stream)
{
    struct node_reader node = {.in = in, .stream = stream};
    uint64_t count;
    int rc = rdb_read_count(in, UINT32_MAX, &count);

    for (uint64_t i = 0; rc == 0 && i < count; i++)
        rc = read_node(&node);
    mem_free(node.words);
    mem_free(node.scratch);
    return rc;
}

static int read_id(struct rdb_reader *in, struct stream_id *id)
{
    int rc = rdb_read_length(in, &id->ms);

    return rc < 0 ? rc : rdb_read_length(in, &id->seq);
}

/* What follows the nodes, up to the groups. */
static int read_facts(struct rdb_reader *in, uint8_t rdb_type, struct stream *stream)
{
    struct stream_id last, first, deleted = {0, 0};
    uint64_t length, added = stream->length;
    int rc;

    if ((rc = rdb_read_length(in, &length)) < 0 || (rc = read_id(in, &last)) < 0)
        return rc;
    if (rdb_type >= RDB_STREAM_LISTPACKS_2 &&
        ((rc = read_id(in, &first)) < 0 || (rc = read_id(in, &deleted)) < 0 ||
         (rc = rdb_read_length(in, &added)) < 0))
        return rc;
    if (length != stream->length || stream_id_compare(last, stream->last_id) < 0 ||
        added < length || added > INT64_MAX)
        return rdb_reader_damaged(in, "the facts of a stream are not those of its entries");
    stream_set_id(stream, last, added, deleted);
    return 0;
}

static int read_producer(struct rdb_reader *in, struct stream *stream)
{
    struct buffer pid = {0};
    struct span bytes;
    uint64_t count = 0;
    int rc = rdb_read_string(in, &bytes);

    if (rc == 0) {
        buffer_append_span(&pid, bytes);
        rc = rdb_read_count(in, UINT32_MAX, &count);
    }
    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        struct stream_id id, known;

        rc = rdb_read_string(in, &bytes);
        if (rc == 0) {
            struct buffer iid = {0};

            buffer_append_span(&iid, bytes);
            rc = read_id(in, &id);
            if (rc == 0 && stream_idmp_find(stream, span_of(pid.data, pid.size),
                                            span_of(iid.data, iid.size), &known))
                rc = rdb_reader_damaged(in, "a producer has an iid twice");
            if (rc == 0)
                stream_idmp_record(stream, span_of(pid.data, pid.size), span_of(iid.data, iid.size),
                                   id);
            buffer_release(&iid);
        }
    }
    buffer_release(&pid);
    return rc;
}

static int read_producers(struct rdb_reader *in, struct stream *stream)
{
    uint64_t duration, size, count, added, duplicates;
    int rc;

    if ((rc = rdb_read_length(in, &duration)) < 0 || (rc = rdb_read_length(in, &size)) < 0 ||
        (rc = rdb_read_count(in, UINT32_MAX, &count)) < 0)
        return rc;
    if (duration > UINT32_MAX || size > UINT32_MAX)
        return rdb_reader_damaged(in, "the limits of a stream's producers");
    stream_idmp_configure(stream, (uint32_t)duration, (uint32_t)size);
    for (uint64_t i = 0; rc == 0 && i < count; i++)
        rc = read_producer(in, stream);
    if (rc < 0 || (rc = rdb_read_length(in, &added)) < 0 ||
        (rc = rdb_read_length(in, &duplicates)) < 0)
        return rc;
    stream_idmp_set_counts(stream, added, duplicates);
    return 0;
}

int stream_load(struct rdb_reader *in, uint8_t rdb_type,
                int (*load_groups)(struct rdb_reader *in, uint8_t rdb_type, struct stream *stream),
                struct stream **out)
{
    struct stream *stream = stream_new(in->settings);
    int rc = read_nodes(in, stream);

    if (rc == 0)
        rc = read_facts(in, rdb_type, stream);
    if (rc == 0)
        rc = load_groups(in, rdb_type, stream);
    if (rc == 0 && rdb_type >= RDB_STREAM_LISTPACKS_4)
        rc = read_producers(in, stream);
    if (rc < 0) {
        stream_free(stream);
        return rc;
    }
    *out = stream;
    return 0;
}
