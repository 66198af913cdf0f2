#include "streams/append_commands.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "streams/args.h"
#include "streams/idmp.h"
#include "streams/stream.h"

enum {
    ELEMENTS_SIZE_LIMIT = 1 << 30,
    TRIM_DEFAULT_LIMIT_MAX = 1000000
};

enum id_form {
    ID_GIVEN,
    ID_AUTO,
    ID_AUTO_SEQ
};
enum idmp_form {
    IDMP_NONE,
    IDMP_GIVEN,
    IDMP_AUTO
};

struct append_args {
    bool no_make_stream, has_references;
    enum idmp_form idmp;
    struct span pid, iid;
    struct stream_trim trim;
    bool has_limit;
    size_t threshold_at; /* argument of the MAXLEN or MINID value; 0: none */
    enum id_form form;
    struct stream_id id;
    size_t id_at; /* argument of the id; fields follow */
};

static int fail(struct reply *out, const char *error)
{
    reply_error(out, error);
    return ERR_SYNTAX;
}

/* --- Options. */

/* "MAXLEN|MINID [=|~] threshold" with the word at argument *at; moves behind it. */
static int parse_trim(struct request *rq, size_t *at, struct append_args *args, struct reply *out)
{
    bool by_length = span_is(rq->argv[*at], "maxlen");
    struct stream_trim *trim = &args->trim;
    int64_t length;

    if (trim->strategy != STREAM_TRIM_NONE)
        return fail(out, "ERR syntax error, MAXLEN and MINID options at the same time are not "
                         "compatible");
    (*at)++;
    if (*at + 1 < rq->argc && rq->argv[*at].size == 1 &&
        (rq->argv[*at].data[0] == '~' || rq->argv[*at].data[0] == '=')) {
        trim->approximate = rq->argv[*at].data[0] == '~';
        (*at)++;
    }
    if (by_length) {
        if (num_parse_i64(rq->argv[*at], &length) < 0)
            return fail(out, ERROR_NOT_INTEGER);
        if (length < 0)
            return fail(out, "ERR The MAXLEN argument must be >= 0.");
        trim->max_length = (uint64_t)length;
        trim->strategy = STREAM_TRIM_MAXLEN;
    } else {
        if (stream_id_parse(rq->argv[*at], 0, &trim->min_id) < 0)
            return fail(out, ERROR_STREAM_ID);
        trim->strategy = STREAM_TRIM_MINID;
    }
    args->threshold_at = (*at)++;
    return 0;
}

static int parse_limit(struct span word, struct append_args *args, struct reply *out)
{
    int64_t limit;

    if (num_parse_i64(word, &limit) < 0)
        return fail(out, ERROR_NOT_INTEGER);
    if (limit < 0)
        return fail(out, "ERR The LIMIT argument must be >= 0.");
    args->trim.limit = (uint64_t)limit;
    args->has_limit = true;
    return 0;
}

static int parse_idmp(struct request *rq, size_t *at, struct append_args *args, struct reply *out)
{
    bool automatic = span_is(rq->argv[*at], "idmpauto");

    if (args->idmp != IDMP_NONE)
        return fail(out, "ERR syntax error, IDMP/IDMPAUTO specified multiple times");
    args->idmp = automatic ? IDMP_AUTO : IDMP_GIVEN;
    args->pid = rq->argv[*at + 1];
    if (args->pid.size == 0)
        return fail(out, automatic ? "ERR syntax error, IDMPAUTO requires a non-empty producer ID"
                                   : "ERR syntax error, IDMP requires a non-empty producer ID");
    if (!automatic) {
        args->iid = rq->argv[*at + 2];
        if (args->iid.size == 0)
            return fail(out, "ERR syntax error, IDMP requires a non-empty idempotent ID");
    }
    *at += automatic ? 2 : 3;
    return 0;
}

/* Takes one option at argument *at and moves behind it. 1 if there was one, 0 if there was none. */
static int parse_option(struct request *rq, size_t *at, bool for_add, struct append_args *args,
                        struct reply *out)
{
    struct span word = rq->argv[*at];
    size_t left = rq->argc - *at - 1;
    int rc = 0;

    if (for_add && span_is(word, "nomkstream")) {
        args->no_make_stream = true;
        (*at)++;
    } else if (left > 0 && (span_is(word, "maxlen") || span_is(word, "minid"))) {
        rc = parse_trim(rq, at, args, out);
    } else if (left > 0 && span_is(word, "limit")) {
        rc = parse_limit(rq->argv[*at + 1], args, out);
        *at += 2;
    } else if (for_add &&
               ((left > 0 && span_is(word, "idmpauto")) || (left > 1 && span_is(word, "idmp")))) {
        rc = parse_idmp(rq, at, args, out);
    } else if (!args->has_references && stream_args_reference_mode(word, &args->trim.references)) {
        args->has_references = true;
        (*at)++;
    } else {
        return 0;
    }
    return rc < 0 ? rc : 1;
}

/* Checks 1 and 2 of section 5, and the default of LIMIT. */
static int check_limit(struct request *rq, struct append_args *args, struct reply *out)
{
    struct stream_trim *trim = &args->trim;
    int64_t per_node = rq->settings->stream_node_max_entries;

    if (rq->flags & REQUEST_REPLAY) {
        trim->limit = 0;
        return 0;
    }
    if (trim->strategy == STREAM_TRIM_NONE && trim->limit > 0)
        return fail(out, "ERR syntax error, LIMIT cannot be used without specifying a trimming "
                         "strategy");
    if (args->has_limit && !trim->approximate)
        return fail(out, "ERR syntax error, LIMIT cannot be used without the special ~ option");
    if (trim->approximate && !args->has_limit) {
        trim->limit = per_node > 0 && per_node <= TRIM_DEFAULT_LIMIT_MAX / 100
                          ? 100 * (uint64_t)per_node
                      : per_node > 0 ? TRIM_DEFAULT_LIMIT_MAX
                                     : 10000;
    }
    return 0;
}

static int parse_id(struct span word, struct append_args *args, struct reply *out)
{
    args->form = ID_GIVEN;
    if (word.size == 1 && word.data[0] == '*') {
        args->form = ID_AUTO;
        return 0;
    }
    if (word.size > 2 && word.data[word.size - 1] == '*' && word.data[word.size - 2] == '-') {
        args->form = ID_AUTO_SEQ;
        if (num_parse_u64(span_of(word.data, word.size - 2), &args->id.ms) < 0)
            return fail(out, ERROR_STREAM_ID);
        return 0;
    }
    return stream_id_parse(word, 0, &args->id) < 0 ? fail(out, ERROR_STREAM_ID) : 0;
}

static int parse_add(struct request *rq, struct append_args *args, struct reply *out)
{
    size_t at = 2;
    int rc = 1;

    *args = (struct append_args){0};
    while (at < rq->argc && rc > 0 && !(rq->argv[at].size == 1 && rq->argv[at].data[0] == '*')) {
        rc = parse_option(rq, &at, true, args, out);
        if (rc < 0)
            return rc;
    }
    if (at >= rq->argc) {
        reply_error(out, "ERR wrong number of arguments for 'xadd' command");
        return ERR_SYNTAX;
    }
    args->id_at = at;
    if (parse_id(rq->argv[at], args, out) < 0 || check_limit(rq, args, out) < 0)
        return ERR_SYNTAX;
    if (args->idmp != IDMP_NONE && args->form != ID_AUTO && !(rq->flags & REQUEST_REPLAY))
        return fail(out,
                    "ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");
    if (rq->argc - at < 3 || (rq->argc - at) % 2 == 0)
        return fail(out, "ERR wrong number of arguments for 'xadd' command");
    if (args->form == ID_GIVEN && stream_id_is_zero(args->id))
        return fail(out, "ERR The ID specified in XADD must be greater than 0-0");
    return 0;
}

/* --- XADD. */

/* The id of the new entry; ERR_RANGE after writing the error. */
static int choose_id(const struct append_args *args, struct stream_id last, int64_t now_ms,
                     struct stream_id *id, struct reply *out)
{
    if (stream_id_compare(last, STREAM_ID_MAX) == 0) {
        reply_error(out, "ERR The stream has exhausted the last possible ID, unable to add more "
                         "items");
        return ERR_RANGE;
    }
    if (args->form == ID_AUTO) {
        *id = (struct stream_id){.ms = (uint64_t)now_ms};
        if ((uint64_t)now_ms <= last.ms) {
            *id = last;
            stream_id_increment(id);
        }
        return 0;
    }
    *id = args->id;
    if (args->form == ID_AUTO_SEQ && id->ms == last.ms)
        id->seq = last.seq + 1; /* wraps to 0 at the end, which the check below refuses */
    if (stream_id_compare(*id, last) <= 0) {
        reply_error(out, "ERR The ID specified in XADD is equal or smaller than the target stream "
                         "top item");
        return ERR_RANGE;
    }
    return 0;
}

static bool elements_fit(size_t count, const struct span *fields)
{
    size_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += fields[i].size;
    return total <= ELEMENTS_SIZE_LIMIT;
}

static struct span text_of_id(struct request *rq, struct stream_id id)
{
    char text[STREAM_ID_TEXT_LIMIT];

    return arena_span(rq->arena, span_of(text, stream_id_format(text, id)));
}

/* The id up to which MINID got: that of the first entry left. One that ACKED skipped does not
 * count, or a replay would stop there; the replay skips it too. */
static struct stream_id trimmed_upto(const struct stream *stream, const struct stream_trim *trim)
{
    struct stream_id upto = STREAM_ID_MAX;
    struct stream_cursor cursor;

    if (trim->references != STREAM_ACKED)
        return stream_length(stream) ? stream_first_id(stream) : STREAM_ID_MAX;
    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    while (stream_cursor_next(&cursor)) {
        if (stream_id_compare(cursor.id, trim->min_id) >= 0 ||
            !stream_is_referenced(stream, cursor.id)) {
            upto = cursor.id;
            break;
        }
    }
    stream_cursor_release(&cursor);
    return upto;
}

/* The threshold as it came out: what remains, exactly, so that replaying it removes the same. */
static void rewrite_threshold(struct request *rq, struct span *argv, const struct stream *stream,
                              const struct append_args *args)
{
    char number[NUM_TEXT_LIMIT];

    if (args->trim.strategy == STREAM_TRIM_MAXLEN)
        argv[args->threshold_at] =
            arena_span(rq->arena, span_of(number, num_format_u64(number, stream_length(stream))));
    else
        argv[args->threshold_at] = text_of_id(rq, trimmed_upto(stream, &args->trim));
    if (rq->argv[args->threshold_at - 1].size == 1 &&
        rq->argv[args->threshold_at - 1].data[0] == '~')
        argv[args->threshold_at - 1] = SPAN("=");
}

static struct span *copy_argv(struct request *rq)
{
    struct span *argv = arena_array(rq->arena, rq->argc, sizeof(*argv));

    memcpy(argv, rq->argv, rq->argc * sizeof(*argv));
    return argv;
}

static void rewrite_add(struct request *rq, const struct stream *stream,
                        const struct append_args *args, struct span id)
{
    struct span *argv = copy_argv(rq);

    argv[args->id_at] = arena_span(rq->arena, id);
    if (args->threshold_at)
        rewrite_threshold(rq, argv, stream, args);
    request_rewrite(rq, rq->argc, argv);
}

/* A duplicate is only counted, so its fields need not be logged. Those of IDMPAUTO are the iid. */
static void rewrite_duplicate(struct request *rq, const struct append_args *args)
{
    struct span *argv = arena_array(rq->arena, 8, sizeof(*argv));

    argv[0] = rq->argv[0];
    argv[1] = rq->argv[1];
    argv[2] = SPAN("IDMP");
    argv[3] = args->pid;
    argv[4] = args->iid;
    argv[5] = SPAN("*");
    argv[6] = argv[7] = SPAN("");
    request_rewrite(rq, 8, argv);
}

static void reply_duplicate(struct request *rq, struct stream *stream,
                            const struct append_args *args, struct key key, struct stream_id id,
                            struct reply *out)
{
    stream_idmp_count_duplicate(stream);
    request_effect(rq, key, EFFECT_DIRTY, EVENT_STREAM, NULL);
    if (request_is_logged(rq) && args->idmp == IDMP_GIVEN)
        rewrite_duplicate(rq, args);
    reply_stream_id(out, id);
}

/* In replay the arguments alone decide, whatever the clock and the pairs known here say: the log's
 * writer gave an append its id, and left '*' where it found a duplicate. A pair that is known at an
 * append had expired there, and whatever is older with it. A duplicate is one although its pair is
 * unknown here: a rewritten log leaves out pairs whose entry is deleted. True if it was one. */
static bool answer_replayed(struct request *rq, struct stream *stream,
                            const struct append_args *args, struct key key, struct reply *out)
{
    struct stream_id id;

    if (args->form != ID_AUTO) {
        if (stream)
            stream_idmp_forget_upto(stream, args->pid, args->iid);
        return false;
    }
    if (stream && stream_idmp_find(stream, args->pid, args->iid, &id))
        reply_duplicate(rq, stream, args, key, id, out);
    else
        reply_null(out);
    return true;
}

/* A duplicate gets the id it got the first time; true if it was one. */
static bool answer_duplicate(struct request *rq, struct stream *stream, struct append_args *args,
                             struct key key, struct reply *out)
{
    struct stream_id id;

    if (args->idmp == IDMP_AUTO) {
        unsigned char *iid = arena_alloc(rq->arena, IDMP_HASH_SIZE);

        stream_idmp_hash(rq->argc - args->id_at - 1, rq->argv + args->id_at + 1, iid);
        args->iid = span_of((char *)iid, IDMP_HASH_SIZE);
    }
    if (rq->flags & REQUEST_REPLAY)
        return answer_replayed(rq, stream, args, key, out);
    if (!stream)
        return false;
    stream_idmp_expire_some(stream, rq->now_ms, args->pid);
    if (!stream_idmp_find(stream, args->pid, args->iid, &id))
        return false;
    reply_duplicate(rq, stream, args, key, id, out);
    return true;
}

static void xadd(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct append_args args;
    struct stream *stream;
    struct stream_id id;
    const struct span *fields;
    char text[STREAM_ID_TEXT_LIMIT]; /* of the id: for the reply and the log */
    size_t count, text_size;

    if (parse_add(rq, &args, out) < 0 || stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    if (!stream && args.no_make_stream) {
        reply_null(out);
        return;
    }
    fields = rq->argv + args.id_at + 1;
    count = rq->argc - args.id_at - 1;
    if (args.idmp != IDMP_NONE && answer_duplicate(rq, stream, &args, key, out))
        return;
    if (choose_id(&args, stream ? stream_last_id(stream) : STREAM_ID_MIN, rq->now_ms, &id, out) < 0)
        return;
    if (!elements_fit(count, fields)) {
        reply_error(out, "ERR Elements are too large to be stored");
        return;
    }
    if (!stream) {
        stream = stream_args_create(rq, key);
        request_effect(rq, key, 0, EVENT_NEW, "new");
    }
    stream_append(stream, rq->settings, id, count, fields);
    if (args.idmp != IDMP_NONE)
        stream_idmp_record(stream, args.pid, args.iid, id);
    request_changed(rq, key, EVENT_STREAM, "xadd");
    if (args.trim.strategy != STREAM_TRIM_NONE && stream_trim(stream, &args.trim) > 0)
        request_effect(rq, key, 0, EVENT_STREAM, "xtrim");
    text_size = stream_id_format(text, id);
    if (request_is_logged(rq))
        rewrite_add(rq, stream, &args, span_of(text, text_size));
    reply_bulk(out, span_of(text, text_size));
}

/* --- XTRIM. */

static int parse_xtrim(struct request *rq, struct append_args *args, struct reply *out)
{
    size_t at = 2;

    *args = (struct append_args){0};
    while (at < rq->argc) {
        int rc = parse_option(rq, &at, false, args, out);

        if (rc < 0)
            return rc;
        if (rc == 0)
            return fail(out, ERROR_SYNTAX);
    }
    if (args->trim.strategy == STREAM_TRIM_NONE && args->trim.limit == 0)
        return fail(out, "ERR syntax error, XTRIM must be called with a trimming strategy");
    return check_limit(rq, args, out);
}

static void xtrim(struct request *rq, struct reply *out)
{
    struct append_args args;
    struct stream *stream;
    uint64_t removed;

    if (parse_xtrim(rq, &args, out) < 0 || stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    removed = stream ? stream_trim(stream, &args.trim) : 0;
    if (removed > 0) {
        request_changed(rq, request_key(rq, 1), EVENT_STREAM, "xtrim");
        if (request_is_logged(rq)) {
            struct span *argv = copy_argv(rq);

            rewrite_threshold(rq, argv, stream, &args);
            request_rewrite(rq, rq->argc, argv);
        }
    }
    reply_integer(out, (int64_t)removed);
}

const struct command_spec stream_append_commands[] = {
    {.name = "xadd",
     .usage = "key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [IDMPAUTO producer-id | IDMP "
              "producer-id idempotent-id] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | "
              "id> field value [field value ...]",
     .summary = "Appends an entry to a stream, which is made if it is missing.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1), and O(N) in the entries that trimming removes",
     .arity = -5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED | CMD_APPENDS,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .tips = {"nondeterministic_output"},
     .run = xadd},
    {.name = "xtrim",
     .usage = "key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]",
     .summary = "Removes the oldest entries of a stream.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) in the entries removed; whole blocks go at once",
     .arity = -4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .tips = {"nondeterministic_output"},
     .run = xtrim},
    {.name = NULL},
};
