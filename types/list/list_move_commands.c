/* list_move_commands.c - LMOVE, LMOVEM, RPOPLPUSH and the forms that wait for the source.
 *
 * What is moved is in the one list or in the other at every instant that anybody can see, and in
 * the log it is one command. EXACTLY n waits for n elements, in the lane of those who wait for one
 * but in an order of its own: fewest first. So whoever comes after it and wants less is not held
 * up, and when there is not enough for the first of this order, there is not for the others. */
#include "core/num/num.h"
#include "types/list/list_args.h"
#include "types/list/list_commands.h"

#define ERROR_COUNT "ERR count should be greater than 0"

/* One call of any of the commands here. Source and destination are arguments 1 and 2. */
struct move {
    enum list_end from, to;
    int64_t count; /* at most; or exactly */
    bool exactly;
    bool bulk;   /* keeps the order of the source; else one after the other */
    bool many;   /* the reply is an array */
    bool blocks; /* waits until there is enough */
    int64_t deadline_ms;
};

/* --- Moving. */

/* An element that stays when its list changes: all bytes, or only those of integers, are in the
 * arena. */
static struct span keep(struct request *rq, const struct list *list, const struct list_place *place,
                        bool copy)
{
    char *scratch = arena_alloc(rq->arena, NUM_TEXT_LIMIT);
    struct span bytes = list_text(list, place, scratch);

    return copy ? arena_span(rq->arena, bytes) : bytes;
}

/* The elements to move, in the order they will have in the destination. */
static struct span *collect(struct request *rq, const struct move *move, const struct list *list,
                            size_t count, bool copy)
{
    struct span *elements = arena_array(rq->arena, count, sizeof(*elements));
    bool popped_backwards = move->from == LIST_TAIL; /* against the order of the source */
    bool reverse = move->bulk ? popped_backwards : move->to == LIST_HEAD;
    struct list_place place;

    list_seek(list, move->from == LIST_HEAD ? 0 : list_count(list) - 1, &place);
    for (size_t i = 0; i < count; i++) {
        elements[reverse ? count - 1 - i : i] = keep(rq, list, &place, copy);
        if (move->from == LIST_HEAD)
            list_next(list, &place);
        else
            list_previous(list, &place);
    }
    return elements;
}

static void push_all(struct request *rq, struct list *list, enum list_end to,
                     const struct span *elements, size_t count)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += elements[i].size;
    list_expect(list, count, bytes, rq->settings);
    for (size_t i = 0; i < count; i++)
        list_push(list, to, elements[to == LIST_HEAD ? count - 1 - i : i], rq->settings);
}

static void reply_elements(const struct move *move, const struct span *elements, size_t count,
                           struct reply *out)
{
    if (move->many)
        reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_bulk(out, elements[i]);
}

/* Moves within one list: nothing may be borrowed from it, and it is never empty for others. */
static void rotate(struct request *rq, const struct move *move, struct list *list, size_t count,
                   struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct span *elements = collect(rq, move, list, count, true);
    size_t index = move->from == LIST_HEAD ? 0 : list_count(list) - count;

    list_remove(list, index, count, rq->settings);
    push_all(rq, list, move->to, elements, count);
    list_pushed(rq, key, move->to, false);
    request_changed(rq, key, EVENT_LIST, move->from == LIST_HEAD ? "lpop" : "rpop");
    reply_elements(move, elements, count, out);
}

static void transfer(struct request *rq, const struct move *move, struct list *source,
                     struct list *target, size_t count, struct reply *out)
{
    struct span *elements = collect(rq, move, source, count, false);
    bool fresh = !target;

    if (fresh)
        target = list_create(rq, request_key(rq, 2));
    push_all(rq, target, move->to, elements, count);
    list_pushed(rq, request_key(rq, 2), move->to, fresh);
    reply_elements(move, elements, count, out);
    list_pop(rq, request_key(rq, 1), source, move->from, count);
}

/* What is logged for a call that may have waited, or that moved fewer than it asked for. */
static void log_move(struct request *rq, const struct move *move, size_t count)
{
    struct span *argv;
    char *text;

    if (!move->blocks || !request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 8, sizeof(*argv));
    argv[0] = move->many ? SPAN("LMOVEM") : SPAN("LMOVE");
    argv[1] = rq->argv[1];
    argv[2] = rq->argv[2];
    argv[3] = list_end_word(move->from);
    argv[4] = list_end_word(move->to);
    if (move->many) {
        text = arena_alloc(rq->arena, NUM_TEXT_LIMIT);
        argv[5] = SPAN("EXACTLY");
        argv[6] = span_of(text, num_format_i64(text, (int64_t)count));
        argv[7] = move->bulk ? SPAN("BULK") : SPAN("OBO");
    }
    request_rewrite(rq, move->many ? 8 : 5, argv);
}

/* Nothing, or not enough, to move: waits if the call does, else answers null. */
static void wait_or_null(struct request *rq, const struct move *move, struct reply *out)
{
    struct wait_on on = {.key = request_key(rq, 1), .lane = SPAN("list"), .kind = WAIT_TAKE};

    if (move->exactly && move->count > 1) {
        on.kind = WAIT_READ;
        on.threshold[0] = (uint64_t)move->count;
    }
    if (move->blocks && request_wait(rq, &on, 1, move->deadline_ms))
        return;
    if (move->many)
        reply_null_array(out);
    else
        reply_null(out);
}

static void run_move(struct request *rq, const struct move *move, struct reply *out)
{
    struct list *source, *target;
    size_t count;

    if (list_args_find(rq, 1, FIND_WRITE, &source, out) < 0) {
        if (!(rq->flags & REQUEST_RETRY))
            return;
        reply_restart(out); /* it has become something else: stay */
    }
    count = source ? list_count(source) : 0;
    if (count == 0 || (move->exactly && (uint64_t)move->count > count)) {
        wait_or_null(rq, move, out);
        return;
    }
    if (list_args_find(rq, 2, FIND_WRITE, &target, out) < 0)
        return;
    if ((uint64_t)move->count < count)
        count = (size_t)move->count;
    if (source == target)
        rotate(rq, move, source, count, out);
    else
        transfer(rq, move, source, target, count, out);
    log_move(rq, move, count);
}

/* --- Arguments. */

static bool parse_ends(struct request *rq, struct move *move, struct reply *out)
{
    return list_args_end(rq->argv[3], &move->from, out) &&
           list_args_end(rq->argv[4], &move->to, out);
}

static bool parse_timeout(struct request *rq, size_t at, struct move *move, struct reply *out)
{
    move->blocks = true;
    return list_args_deadline(rq, rq->argv[at], &move->deadline_ms, out);
}

/* [<COUNT | EXACTLY> count <OBO | BULK>] at argument `at`, to the end. */
static bool parse_how_many(struct request *rq, size_t at, struct move *move, struct reply *out)
{
    if (rq->argc == at)
        return true;
    if (rq->argc != at + 3)
        goto syntax;
    move->exactly = span_is(rq->argv[at], "exactly");
    if (!move->exactly && !span_is(rq->argv[at], "count"))
        goto syntax;
    move->bulk = span_is(rq->argv[at + 2], "bulk");
    if (!move->bulk && !span_is(rq->argv[at + 2], "obo"))
        goto syntax;
    return list_args_count(rq->argv[at + 1], ERROR_COUNT, &move->count, out);

syntax:
    reply_error(out, ERROR_SYNTAX);
    return false;
}

/* LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> -> the element moved, or null. */
static void lmove(struct request *rq, struct reply *out)
{
    struct move move = {.count = 1};

    if (parse_ends(rq, &move, out))
        run_move(rq, &move, out);
}

/* BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout. */
static void blmove(struct request *rq, struct reply *out)
{
    struct move move = {.count = 1};

    if (parse_ends(rq, &move, out) && parse_timeout(rq, 5, &move, out))
        run_move(rq, &move, out);
}

/* LMOVEM source destination <LEFT | RIGHT> <LEFT | RIGHT> [<COUNT | EXACTLY> count <OBO | BULK>] ->
 * the elements moved, as they are in the destination; or null. */
static void lmovem(struct request *rq, struct reply *out)
{
    struct move move = {.count = 1, .many = true};

    if (parse_ends(rq, &move, out) && parse_how_many(rq, 5, &move, out))
        run_move(rq, &move, out);
}

/* BLMOVEM ... timeout [<COUNT | EXACTLY> count <OBO | BULK>]. */
static void blmovem(struct request *rq, struct reply *out)
{
    struct move move = {.count = 1, .many = true};

    if (parse_ends(rq, &move, out) && parse_timeout(rq, 5, &move, out) &&
        parse_how_many(rq, 6, &move, out))
        run_move(rq, &move, out);
}

/* RPOPLPUSH source destination -> the element moved, or null. */
static void rpoplpush(struct request *rq, struct reply *out)
{
    struct move move = {.from = LIST_TAIL, .to = LIST_HEAD, .count = 1};

    run_move(rq, &move, out);
}

/* BRPOPLPUSH source destination timeout. */
static void brpoplpush(struct request *rq, struct reply *out)
{
    struct move move = {.from = LIST_TAIL, .to = LIST_HEAD, .count = 1};

    if (parse_timeout(rq, 3, &move, out))
        run_move(rq, &move, out);
}

#define MOVE_KEYS                                                                                  \
    {                                                                                              \
        KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE), KEY_AT(2, KEY_RW | KEY_INSERT)                \
    }

const struct command_spec list_move_commands[] = {
    {.name = "lmove",
     .usage = "source destination <LEFT | RIGHT> <LEFT | RIGHT>",
     .summary = "Moves an element from an end of one list to an end of another.",
     .group = "list",
     .since = "6.2.0",
     .complexity = "O(1)",
     .arity = 5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = MOVE_KEYS,
     .run = lmove},
    {.name = "lmovem",
     .usage = "source destination <LEFT | RIGHT> <LEFT | RIGHT> [<COUNT count | EXACTLY exactly> "
              "<OBO | BULK>]",
     .summary = "Moves elements from an end of one list to an end of another, all at once.",
     .group = "list",
     .since = "8.10.0",
     .complexity = "O(N) in the elements moved",
     .arity = -5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = MOVE_KEYS,
     .run = lmovem},
    {.name = "rpoplpush",
     .usage = "source destination",
     .summary = "Moves the tail of one list to the head of another.",
     .group = "list",
     .since = "1.2.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = MOVE_KEYS,
     .deprecated_since = "6.2.0",
     .replaced_by = "`LMOVE` with the `RIGHT` and `LEFT` arguments",
     .run = rpoplpush},
    {.name = "blmove",
     .usage = "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout",
     .summary = "Moves an element from one list to another, and waits for one.",
     .group = "list",
     .since = "6.2.0",
     .complexity = "O(1)",
     .arity = 6,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_BLOCKING | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = MOVE_KEYS,
     .run = blmove},
    {.name = "blmovem",
     .usage = "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout [<COUNT count | EXACTLY "
              "exactly> <OBO | BULK>]",
     .summary = "Moves elements from one list to another, and waits until there are enough.",
     .group = "list",
     .since = "8.10.0",
     .complexity = "O(N) in the elements moved",
     .arity = -6,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_BLOCKING | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = MOVE_KEYS,
     .run = blmovem},
    {.name = "brpoplpush",
     .usage = "source destination timeout",
     .summary = "Moves the tail of one list to the head of another, and waits for one.",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(1)",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_BLOCKING | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = MOVE_KEYS,
     .deprecated_since = "6.2.0",
     .replaced_by = "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
     .run = brpoplpush},
    {.name = NULL},
};
