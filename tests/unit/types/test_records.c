/* What the log says of random calls must give the same data again, at another time, with other
 * chance and with other limits of encodings: nothing that is logged may depend on these. Values are
 * compared as they lie there, with what has expired but was not met yet. The seed is printed;
 * MS_SEED=n repeats a run. */
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
#include "core/base/mem.h"
#include "storage/keyspace/digest.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_value.h"
#include "tests/lib/unit/fake_request.h"
#include "types/array/array.h"
#include "types/array/array_commands.h"
#include "types/bitmap/bitmap_commands.h"
#include "types/generic/dump_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/geo/geo_commands.h"
#include "types/hash/hash.h"
#include "types/hash/hash_commands.h"
#include "types/hll/hll_commands.h"
#include "types/list/list.h"
#include "types/list/list_commands.h"
#include "types/set/set.h"
#include "types/set/set_commands.h"
#include "types/sort/sort_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_counter_commands.h"
#include "types/string/string_increx_commands.h"
#include "types/string/string_multi_commands.h"
#include "types/string/string_range_commands.h"
#include "types/zset/zset.h"
#include "types/zset/zset_commands.h"

enum {
    ROUNDS = 6,
    CALLS = 4000,
    CALLS_PER_CHECK = 50,
    KEYS_PER_LETTER = 3,
    RECORD_LIMIT = 64
};

/* Calls to be filled in: $s a string's key, and so on with the letters of key_letters, $x any key;
 * #i a small number, #n also a negative one, #m a member, #v a value, #f a float, #t milliseconds,
 * #T seconds, #A a time in ms, #S in seconds, both around now. */
static const char *const calls[] = {
    "SET $s #v",
    "SET $s #i",
    "SET $s #v PX #t",
    "SET $s #v EX #T XX",
    "SET $s #v NX PXAT #A",
    "SET $s #v KEEPTTL GET",
    "SET $s #v EXAT #S",
    "SETEX $s #T #v",
    "PSETEX $s #t #v",
    "SETNX $s #i",
    "GETSET $s #v",
    "GETDEL $s",
    "GETEX $s PX #t",
    "GETEX $s EXAT #S",
    "GETEX $s PERSIST",
    "GETEX $s PXAT #A",
    "DELEX $s IFEQ #i",
    "MSET $s #v $s #i",
    "MSETNX $s #v $s #i",
    "MSETEX 2 $s #v $s #i PX #t",
    "MSETEX 2 $s 1 $s 2 XX EX #T",
    "MSETEX 1 $s #v PXAT #A",
    "APPEND $s #v",
    "SETRANGE $s #i #v",
    "INCR $s",
    "DECRBY $s #i",
    "INCRBYFLOAT $s #f",
    "INCREX $s BYINT #n UBOUND 20 SATURATE PX #t",
    "INCREX $s BYFLOAT #f",
    "INCREX $s BYINT 1 EXAT #S",
    "GET $s",
    "GET $s",
    "STRLEN $s",
    "SETBIT $s #i 1",
    "BITOP XOR $s $s $s",
    "BITFIELD $s INCRBY u8 #i 3 OVERFLOW FAIL SET i5 0 7",
    "PFADD $p #m #m",
    "PFMERGE $p $p $p",
    "PFCOUNT $p",
    "LPUSH $l #m #v #i",
    "RPUSH $l #m #m",
    "RPUSH $l 5 3 9 #i",
    "LPUSHX $l #v",
    "LSET $l #n #v",
    "LINSERT $l BEFORE #m #v",
    "LREM $l #n #m",
    "LTRIM $l #i -2",
    "LMOVE $l $l LEFT RIGHT",
    "RPOPLPUSH $l $l",
    "LPOP $l",
    "RPOP $l #i",
    "LMPOP 2 $l $l LEFT COUNT #i",
    "BLPOP $l $l 0",
    "BRPOP $l 0.01",
    "BLMPOP 0 2 $l $l RIGHT COUNT 2",
    "BLMOVE $l $l LEFT LEFT 0",
    "BRPOPLPUSH $l $l 0",
    "LMOVEM $l $l LEFT RIGHT COUNT 2 BULK",
    "SADD $e #m #m #i",
    "SADD $e 1 2 3 4 5",
    "SREM $e #m",
    "SPOP $e",
    "SPOP $e #i",
    "SMOVE $e $e #m",
    "SUNIONSTORE $e $e $e",
    "SINTERSTORE $e $e $e",
    "SDIFFSTORE $e $e $e",
    "SRANDMEMBER $e -3",
    "ZADD $z #f #m #i #m",
    "ZADD $z GT CH #f #m",
    "ZADD $z INCR #f #m",
    "ZINCRBY $z #f #m",
    "ZREM $z #m",
    "ZPOPMIN $z",
    "ZPOPMAX $z #i",
    "ZMPOP 2 $z $z MIN COUNT #i",
    "BZPOPMIN $z $z 0",
    "BZMPOP 0 2 $z $z MAX COUNT 2",
    "ZUNIONSTORE $z 2 $z $z WEIGHTS 0.1 #f",
    "ZINTERSTORE $z 2 $z $e AGGREGATE SUM",
    "ZDIFFSTORE $z 2 $z $e",
    "ZRANGESTORE $z $z 0 #n",
    "ZRANGESTORE $z $z (1 5 BYSCORE LIMIT 0 4",
    "ZREMRANGEBYRANK $z 0 #n",
    "ZREMRANGEBYSCORE $z #f 3",
    "ZREMRANGEBYLEX $z - [m1",
    "GEOADD $g 13.3#i 38.1#i #m",
    "GEOSEARCHSTORE $g $g FROMLONLAT 13.3 38.1 BYRADIUS 9 km COUNT 3",
    "GEOSEARCHSTORE $z $g FROMLONLAT 13.3 38.1 BYBOX 30 30 km STOREDIST COUNT 2 ANY",
    "GEORADIUS $g 13.3 38.1 12 km STORE $g",
    "HSET $h #m #v",
    "HSET $h #m #i #m #f",
    "HSETNX $h #m 5",
    "HMSET $h #m #v",
    "HDEL $h #m #m",
    "HINCRBY $h #m #i",
    "HINCRBYFLOAT $h #m #f",
    "HEXPIRE $h #T FIELDS 2 #m #m",
    "HPEXPIRE $h #t FIELDS 1 #m",
    "HPEXPIRE $h #t NX FIELDS 2 #m #m",
    "HPEXPIREAT $h #A FIELDS 2 #m #m",
    "HEXPIREAT $h #S FIELDS 1 #m",
    "HPERSIST $h FIELDS 1 #m",
    "HGETEX $h PX #t FIELDS 2 #m #m",
    "HGETEX $h PERSIST FIELDS 1 #m",
    "HGETEX $h EXAT #S FIELDS 1 #m",
    "HSETEX $h PX #t FIELDS 2 #m #v #m #i",
    "HSETEX $h FNX EX #T FIELDS 1 #m #i",
    "HSETEX $h FXX KEEPTTL FIELDS 1 #m #v",
    "HSETEX $h PXAT #A FIELDS 1 #m #v",
    "HGETDEL $h FIELDS 2 #m #m",
    "HGET $h #m",
    "HGETALL $h",
    "HLEN $h",
    "HRANDFIELD $h 2",
    "ARSET $a #i #v #i",
    "ARMSET $a #i #v #i #m",
    "ARINSERT $a #v #m",
    "ARRING $a 5 #v",
    "ARSEEK $a #i",
    "ARDEL $a #i #i",
    "ARDELRANGE $a #i #i",
    "SORT $l STORE $l ALPHA",
    "SORT $e BY nosort STORE $l",
    "SORT $e ALPHA STORE $l",
    "SORT $z BY nosort STORE $l",
    "SORT $l BY w* STORE $l ALPHA LIMIT 0 4",
    "SORT $e BY nokey* GET # STORE $l ALPHA",
    "SORT $e BY nokey* LIMIT 1 3 STORE $l",
    "EXPIRE $x #T",
    "PEXPIRE $x #t",
    "PEXPIRE $x #t NX",
    "PEXPIREAT $x #A",
    "EXPIREAT $x #S GT",
    "EXPIRE $x -1",
    "PERSIST $x",
    "DEL $x",
    "UNLINK $x $x",
    "RENAME $x $x",
    "RENAMENX $x $x",
    "COPY $x $x",
    "COPY $x $x REPLACE",
    "EXISTS $x",
    "TOUCH $x",
    "TYPE $x",
};

static const char key_letters[] = "splezhag";

struct record {
    size_t argc;
    struct span argv[RECORD_LIMIT];
};

struct model {
    struct fake *live;
    struct random random;
    struct record *records;
    size_t record_count, record_capacity;
};

static unsigned below(struct model *model, unsigned bound)
{
    return (unsigned)random_below(&model->random, bound);
}

static struct rdb_loaders loaders;

static struct fake *start(void)
{
    static const struct command_spec *const tables[] = {
        array_read_commands,   array_write_commands,    bitmap_commands,
        bitfield_commands,     expire_commands,         key_commands,
        geo_commands,          geo_search_commands,     hash_commands,
        hash_read_commands,    hash_scan_commands,      hash_counter_commands,
        hash_expire_commands,  hash_ex_commands,        hll_commands,
        list_push_commands,    list_pop_commands,       list_read_commands,
        list_edit_commands,    list_move_commands,      set_member_commands,
        set_random_commands,   set_combine_commands,    sort_commands,
        string_commands,       string_counter_commands, string_increx_commands,
        string_multi_commands, string_range_commands,   zset_add_commands,
        zset_read_commands,    zset_range_commands,     zset_remove_commands,
        dump_commands,         zset_pop_commands,       zset_combine_commands,
    };
    struct fake *fake = fake_new();

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        fake_add_commands(fake, tables[i]);
    keyspace_set_loaders(fake->keyspace, &loaders);
    return fake;
}

/* --- Calls. */

static void fill_key(struct model *model, char letter, struct buffer *line)
{
    if (letter == 'x')
        letter = key_letters[below(model, sizeof(key_letters) - 1)];
    buffer_printf(line, "%c%u", letter, below(model, KEYS_PER_LETTER));
}

static void fill_value(struct model *model, char kind, struct buffer *line)
{
    long long around = (long long)model->live->now_ms - 1500 + (long long)below(model, 4500);
    int small = (int)below(model, 10);

    switch (kind) {
    case 'i':
        buffer_printf(line, "%d", small);
        break;
    case 'n':
        buffer_printf(line, "%d", small - 5);
        break;
    case 'm':
        buffer_printf(line, "m%d", small);
        break;
    case 'v':
        buffer_printf(line, small < 7 ? "v%d" : "a-value-that-is-longer-than-the-limits-%d", small);
        break;
    case 'f':
        buffer_printf(line, "%d.%u", small - 4, below(model, 1000));
        break;
    case 't':
        buffer_printf(line, "%u", 1 + below(model, 3000));
        break;
    case 'T':
        buffer_printf(line, "%u", 1 + below(model, 3));
        break;
    case 'A':
        buffer_printf(line, "%lld", around);
        break;
    default:
        buffer_printf(line, "%lld", around / 1000);
        break;
    }
}

static void make_call(struct model *model, struct buffer *line)
{
    const char *call = calls[below(model, sizeof(calls) / sizeof(calls[0]))];

    buffer_clear(line);
    for (; *call; call++) {
        if (*call == '$')
            fill_key(model, *++call, line);
        else if (*call == '#' && call[1] && call[1] != ' ')
            fill_value(model, *++call, line);
        else
            buffer_append_byte(line, *call);
    }
    buffer_append_byte(line, '\0');
}

/* --- The log, as the broker writes it. */

static void add_record(struct model *model, size_t argc, const struct span *argv)
{
    struct record *record;

    if (model->record_count == model->record_capacity) {
        model->record_capacity = model->record_capacity ? 2 * model->record_capacity : 64;
        model->records =
            mem_realloc(model->records, model->record_capacity * sizeof(model->records[0]));
    }
    record = &model->records[model->record_count++];
    CHECK(argc <= RECORD_LIMIT);
    record->argc = argc;
    for (size_t i = 0; i < argc; i++) {
        char *bytes = mem_alloc(argv[i].size + 1);

        if (argv[i].size)
            memcpy(bytes, argv[i].data, argv[i].size);
        record->argv[i] = span_of(bytes, argv[i].size);
    }
}

/* What went by itself comes first. */
static void log_call(struct model *model)
{
    const struct request *rq = &model->live->rq;
    bool changed = false;

    for (size_t i = 0; i < rq->effect_count; i++) {
        struct span del[] = {SPAN("DEL"), rq->effects[i].key.name};

        if (!(rq->effects[i].flags & EFFECT_DIRTY))
            continue;
        if (rq->effects[i].flags & EFFECT_EXPIRED)
            add_record(model, 2, del);
        else
            changed = true;
    }
    if (!changed)
        return;
    if (!rq->rewrites && rq->argc > 0)
        add_record(model, rq->argc, rq->argv);
    for (size_t i = 0; i < rq->rewrite_count; i++)
        if (rq->rewrites[i].argc > 0)
            add_record(model, rq->rewrites[i].argc, rq->rewrites[i].argv);
}

static void drop_records(struct model *model)
{
    for (size_t i = 0; i < model->record_count; i++)
        for (size_t at = 0; at < model->records[i].argc; at++)
            mem_free((char *)(uintptr_t)model->records[i].argv[at].data);
    mem_free(model->records);
}

/* DUMP of a key and RESTORE somewhere, some time later. False if there is no such key. */
static bool restore(struct model *model, struct buffer *line)
{
    struct buffer payload = {0};
    struct span argv[6] = {SPAN("RESTORE")};
    char number[32], to[8];
    const char *end;
    size_t size;

    buffer_clear(line);
    buffer_printf(line, "DUMP ");
    fill_key(model, 'x', line);
    buffer_append_byte(line, '\0');
    fake_line(model->live, line->data);
    log_call(model); /* it may have met an expired key */
    end = memchr(model->live->reply.data, '\n', model->live->reply.size);
    if (model->live->reply.data[1] == '-' || !end)
        return false;
    size = strtoul(model->live->reply.data + 1, NULL, 10);
    buffer_append(&payload, end + 1, size);
    model->live->now_ms += below(model, 2000);
    snprintf(to, sizeof(to), "%c%u", key_letters[below(model, sizeof(key_letters) - 1)],
             below(model, KEYS_PER_LETTER));
    snprintf(number, sizeof(number), "%u", below(model, 3) ? 1 + below(model, 3000) : 0);
    argv[1] = span_text(to);
    argv[2] = span_text(number);
    argv[3] = span_of(payload.data, payload.size);
    argv[4] = SPAN("REPLACE");
    argv[5] = SPAN("ABSTTL"); /* a time long ago, or none */
    fake_run_spans(model->live, below(model, 6) ? 5 : 6, argv);
    buffer_release(&payload);
    return true;
}

/* --- Comparing. */

static struct entry *raw_entry(struct fake *fake, const char *name)
{
    struct request *rq = fake_request(fake);

    rq->flags = REQUEST_REPLAY | REQUEST_NO_TOUCH;
    return keyspace_find(rq, fake_key(fake, name), FIND_QUIET);
}

/* PFCOUNT keeps its result in the value, and logs nothing of that. */
static void hide_estimate(struct buffer *reply)
{
    char *at = memmem(reply->data, reply->size, "\nHYLL", 5);

    if (at && reply->size > 24 && at - reply->data < 8)
        memset(at + 9, 0, 8);
}

/* Whatever a client could see of the key, now or after it expired. */
static void describe(struct fake *fake, const char *name, struct buffer *out)
{
    struct entry *entry = raw_entry(fake, name);
    unsigned flags = fake->flags;
    char line[40];

    buffer_clear(out);
    if (!entry) {
        buffer_printf(out, "missing");
        buffer_append_byte(out, '\0');
        return;
    }
    buffer_printf(out, "%s until %lld ", entry_type(entry)->name,
                  (long long)entry_expire_ms(entry));
    if (entry_type(entry)->digest && entry_type(entry)->id != VALUE_STRING) {
        struct value_digest digest = {0};

        entry_type(entry)->digest(entry_value(entry), &digest);
        for (size_t i = 0; i < sizeof(digest.bytes); i++)
            buffer_printf(out, "%02x", digest.bytes[i]);
        if (entry_type(entry)->next_expire_ms)
            buffer_printf(out, " parts %lld",
                          (long long)entry_type(entry)->next_expire_ms(entry_value(entry)));
    } else {
        fake->flags = REQUEST_REPLAY | REQUEST_NO_TOUCH;
        snprintf(line, sizeof(line), "GET %s", name);
        fake_line(fake, line);
        hide_estimate(&fake->reply);
        fake_show(out, span_of(fake->reply.data, fake->reply.size));
        fake->flags = flags;
    }
    buffer_append_byte(out, '\0');
}

static void check(struct model *model)
{
    struct fake *copy = start();
    struct buffer live = {0}, again = {0};
    char name[16];

    copy->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    random_init(&copy->random, model->record_count);
    copy->now_ms = (int64_t)random_below(&copy->random, 2 * (uint64_t)model->live->now_ms);
    copy->settings.list_max_listpack_size = 1 + (int64_t)random_below(&copy->random, 4);
    copy->settings.hash_max_listpack_entries = copy->settings.set_max_listpack_entries = 3;
    copy->settings.set_max_intset_entries = copy->settings.zset_max_listpack_entries = 2;
    for (size_t i = 0; i < model->record_count; i++) {
        const char *shown = fake_run_spans(copy, model->records[i].argc, model->records[i].argv);

        if (copy->reply.data[0] == '-')
            fail_msg("record %zu %.*s %.*s: %s", i, SPAN_ARGS(model->records[i].argv[0]),
                     SPAN_ARGS(model->records[i].argv[1]), shown);
    }
    for (const char *letter = key_letters; *letter; letter++) {
        for (int i = 0; i < KEYS_PER_LETTER; i++) {
            snprintf(name, sizeof(name), "%c%d", *letter, i);
            describe(model->live, name, &live);
            describe(copy, name, &again);
            if (strcmp(live.data, again.data) != 0)
                fail_msg("%s\nlive: %s\ncopy: %s", name, live.data, again.data);
        }
    }
    buffer_release(&live);
    buffer_release(&again);
    fake_free(copy);
}

/* What timers do: keys and parts that nobody met go. */
static void expire(struct model *model)
{
    for (unsigned shard = 0; shard < 64; shard++) {
        bool more;

        keyspace_expire_slice(fake_request(model->live), shard, 1000000, &more);
        log_call(model);
    }
}

static void run_model(uint64_t seed, int calls_per_check)
{
    struct model model = {0};
    struct buffer line = {0};

    random_init(&model.random, seed);
    model.live = start();
    random_init(&model.live->random, seed + 1);
    for (int i = 1; i <= CALLS; i++) {
        model.live->now_ms += below(&model, 40);
        if (below(&model, 25) > 0 || !restore(&model, &line)) {
            make_call(&model, &line);
            fake_line(model.live, line.data);
        }
        if (getenv("MS_TRACE"))
            print_message("%d %s -> %.60s, record %zu\n", i, line.data, model.live->shown.data,
                          model.record_count);
        log_call(&model);
        if (below(&model, 30) == 0)
            expire(&model);
        if (i % calls_per_check == 0)
            check(&model);
    }
    print_message("%zu records\n", model.record_count);
    drop_records(&model);
    buffer_release(&line);
    fake_free(model.live);
}

static void test_records_repeat_what_random_calls_did(void **state)
{
    const char *fixed = getenv("MS_SEED"), *often = getenv("MS_OFTEN");
    uint64_t seed = fixed ? strtoull(fixed, NULL, 10) : (uint64_t)time(NULL) * 1000;

    (void)state;
    rdb_loaders_add(&loaders, &array_type, NULL);
    rdb_loaders_add(&loaders, &hash_type, NULL);
    rdb_loaders_add(&loaders, &list_type, NULL);
    rdb_loaders_add(&loaders, &set_type, NULL);
    rdb_loaders_add(&loaders, &zset_type, NULL);
    for (int round = 0; round < (fixed ? 1 : ROUNDS); round++) {
        print_message("MS_SEED=%llu\n", (unsigned long long)(seed + (uint64_t)round));
        run_model(seed + (uint64_t)round, often ? atoi(often) : CALLS_PER_CHECK);
    }
}

/* Replay removes the key with the last field that had expired, and with it the key's own expiry. */
static void test_a_hash_that_had_lost_all_fields_keeps_its_expiry(void **state)
{
    struct fake *f = start();

    (void)state;
    fake_run(f, "HSET", "h", "a", "1");
    fake_run(f, "PEXPIREAT", "h", "1700000100000");
    fake_run(f, "HPEXPIRE", "h", "10", "FIELDS", "1", "a");
    f->now_ms += 20;
    assert_string_equal(fake_run(f, "HSET", "h", "a", "2"), "1");
    assert_string_equal(fake_rewrite(f, 0), "HDEL h a");
    assert_string_equal(fake_rewrite(f, 1), "HSET h a 2");
    assert_string_equal(fake_rewrite(f, 2), "PEXPIREAT h 1700000100000");
    assert_int_equal(f->rq.rewrite_count, 3);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_repeat_what_random_calls_did),
        cmocka_unit_test(test_a_hash_that_had_lost_all_fields_keeps_its_expiry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
