/* Commands on keys of any type: what they record, log and leave behind. */
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/types/other_type.h"
#include "types/generic/database_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/generic/object_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_multi_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(fake, line, expected) assert_string_equal(fake_line((fake), (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, string_multi_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, expire_commands);
    fake_add_commands(fake, object_commands);
    fake_add_commands(fake, database_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static void check_logged(const char *line, const char *reply, const char *logged)
{
    RUN(fake, line, reply);
    assert_true(fake_is_dirty(fake));
    if (!logged) {
        assert_null(fake_rewrite(fake, 0));
        return;
    }
    assert_non_null(fake_rewrite(fake, 0));
    assert_string_equal(fake_rewrite(fake, 0), logged);
    assert_null(fake_rewrite(fake, 1));
}

static void check_nothing_recorded(const char *line, const char *reply)
{
    RUN(fake, line, reply);
    assert_int_equal(fake->rq.effect_count, 0);
    assert_int_equal(fake->rq.rewrite_count, 0);
}

/* The effect with this event; there must be exactly one. */
static const struct effect *effect_of(const char *event)
{
    assert_int_equal(fake_events(fake, event), 1);
    for (size_t i = 0;; i++)
        if (fake->rq.effects[i].event && strcmp(fake->rq.effects[i].event, event) == 0)
            return &fake->rq.effects[i];
}

static void check_effect(const char *event, const char *key, int db)
{
    const struct effect *effect = effect_of(event);

    assert_true(span_equal(effect->key.name, span_text(key)));
    assert_int_equal(effect->key.db, db);
    assert_int_equal(effect->class, EVENT_GENERIC);
    assert_int_equal(effect->flags, EFFECT_CHANGED);
}

static void test_every_deleted_key_has_its_own_effect(void **state)
{
    (void)state;
    RUN(fake, "MSET a 1 b 2", "OK");
    check_logged("DEL a none b a", "2", NULL);
    assert_int_equal(fake_events(fake, "del"), 2);
    check_nothing_recorded("DEL a b", "0");
    other_add(fake, "k");
    check_logged("UNLINK k", "1", NULL);
    check_effect("del", "k", 0);
}

static void test_deleting_an_expired_key_deletes_nothing(void **state)
{
    (void)state;
    RUN(fake, "SET k v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "DEL k", "0");
    assert_int_equal(fake_events(fake, "del"), 0);
    assert_int_equal(fake_events(fake, "expired"), 1);
    RUN(fake, "SET k v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "UNLINK k", "0");
    RUN(fake, "EXISTS k", "0");
}

static void test_rename_announces_both_names(void **state)
{
    (void)state;
    RUN(fake, "SET a v EX 10", "OK");
    check_logged("RENAME a b", "OK", NULL);
    check_effect("rename_from", "a", 0);
    check_effect("rename_to", "b", 0);
    assert_int_equal(fake_events(fake, "new"), 1);
    RUN(fake, "TTL b", "10");
    other_add(fake, "c");
    check_logged("RENAME b c", "OK", NULL);
    assert_int_equal(fake_events(fake, "overwritten"), 1);
    assert_int_equal(fake_events(fake, "type_changed"), 1);
    RUN(fake, "TYPE c", "string");
    check_nothing_recorded("RENAME c c", "OK");
    check_nothing_recorded("RENAME none x", "-" ERROR_NO_SUCH_KEY);
    check_nothing_recorded("RENAMENX c c", "0");
}

static void test_an_expired_target_does_not_hinder(void **state)
{
    (void)state;
    RUN(fake, "SET a v", "OK");
    RUN(fake, "SET b v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "RENAMENX a b", "1");
    RUN(fake, "SET a v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "COPY b a", "1");
    RUN(fake, "TTL a", "-1");
    RUN(fake, "SET c v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "RENAME c b", "-" ERROR_NO_SUCH_KEY);
    RUN(fake, "COPY c d", "0");
    RUN(fake, "MOVE c 1", "0");
}

static void test_copy_is_deep_and_announces_the_target(void **state)
{
    (void)state;
    other_add(fake, "a");
    check_logged("COPY a b", "1", NULL);
    check_effect("copy_to", "b", 0);
    assert_int_equal(fake_events(fake, "new"), 1);
    RUN(fake, "DEL a", "1");
    RUN(fake, "TYPE b", "stream");
    check_nothing_recorded("COPY a b", "0");
    RUN(fake, "SET a v", "OK");
    check_nothing_recorded("COPY a b", "0");
    check_logged("COPY a b REPLACE", "1", NULL);
    assert_int_equal(fake_events(fake, "type_changed"), 1);
    check_logged("COPY a a DB 7", "1", NULL);
    check_effect("copy_to", "a", 7);
}

static void test_move_announces_both_databases(void **state)
{
    (void)state;
    RUN(fake, "SET k v EX 10", "OK");
    check_logged("MOVE k 5", "1", NULL);
    check_effect("move_from", "k", 0);
    check_effect("move_to", "k", 5);
    RUN(fake, "EXISTS k", "0");
    fake->db = 5;
    RUN(fake, "TTL k", "10");
    RUN(fake, "GET k", "\"v\"");
}

static void test_an_expiry_is_logged_as_an_absolute_time(void **state)
{
    (void)state;
    RUN(fake, "SET k v", "OK");
    check_logged("EXPIRE k 10", "1", "PEXPIREAT k 1700000010000");
    check_effect("expire", "k", 0);
    check_logged("PEXPIRE k 10", "1", "PEXPIREAT k 1700000000010");
    check_logged("EXPIREAT k 1800000000 GT", "1", "PEXPIREAT k 1800000000000");
    check_logged("PEXPIREAT k 1800000000001", "1", "PEXPIREAT k 1800000000001");
    check_nothing_recorded("EXPIRE k 10 NX", "0");
    check_logged("PERSIST k", "1", NULL);
    check_effect("persist", "k", 0);
    check_nothing_recorded("PERSIST k", "0");
    check_nothing_recorded("EXPIRE none 10", "0");
    check_nothing_recorded("EXPIRE k 10 XX", "0");
    check_nothing_recorded("EXPIRE k 10 bogus", "-ERR Unsupported option bogus");
}

static void test_a_time_that_has_passed_is_logged_as_a_delete(void **state)
{
    static const char *const lines[] = {"EXPIRE k 0", "PEXPIRE k -1", "EXPIREAT k 1",
                                        "PEXPIREAT k 1700000000000"};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        RUN(fake, "SET k v", "OK");
        check_logged(lines[i], "1", "DEL k");
        check_effect("del", "k", 0);
        assert_int_equal(fake_events(fake, "expire"), 0);
        RUN(fake, "EXISTS k", "0");
    }
}

static void test_a_replay_expires_nothing_by_itself(void **state)
{
    (void)state;
    fake->flags = REQUEST_REPLAY;
    RUN(fake, "SET k v", "OK");
    RUN(fake, "PEXPIREAT k 5", "1");
    assert_int_equal(fake_events(fake, "del"), 0);
    RUN(fake, "PEXPIRETIME k", "5");
    RUN(fake, "PEXPIREAT k -5", "1");
    RUN(fake, "EXISTS k", "1");
    fake->flags = 0;
    RUN(fake, "EXISTS k", "0");
}

static void test_ttl_rounds_to_the_nearest_second(void **state)
{
    (void)state;
    RUN(fake, "SET k v PX 10499", "OK");
    RUN(fake, "TTL k", "10");
    RUN(fake, "PTTL k", "10499");
    fake->now_ms -= 1;
    RUN(fake, "TTL k", "11");
    RUN(fake, "EXPIRETIME k", "1700000010");
    RUN(fake, "PEXPIRETIME k", "1700000010499");
    RUN(fake, "PEXPIREAT k 1700000010500", "1");
    RUN(fake, "EXPIRETIME k", "1700000011");
    RUN(fake, "TTL none", "-2");
}

/* --- OBJECT, TOUCH and the access record. */

static void test_looking_at_a_key_does_not_use_it(void **state)
{
    static const char *const lines[] = {
        "TYPE k",           "EXISTS k",          "TTL k",
        "PEXPIRETIME k",    "OBJECT IDLETIME k", "OBJECT ENCODING k",
        "OBJECT REFCOUNT k"};

    (void)state;
    RUN(fake, "SET k v", "OK");
    fake->now_ms += 100000;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        fake_line(fake, lines[i]);
    RUN(fake, "OBJECT IDLETIME k", "100");
    RUN(fake, "GET k", "\"v\"");
    RUN(fake, "OBJECT IDLETIME k", "0");
    fake->now_ms += 100000;
    RUN(fake, "TOUCH k", "1");
    RUN(fake, "OBJECT IDLETIME k", "0");
}

static void test_no_touch_leaves_the_record_but_for_touch(void **state)
{
    (void)state;
    RUN(fake, "SET k v", "OK");
    fake->now_ms += 100000;
    fake->flags |= REQUEST_NO_TOUCH;
    RUN(fake, "GET k", "\"v\"");
    RUN(fake, "OBJECT IDLETIME k", "100");
    RUN(fake, "TOUCH k", "1");
    RUN(fake, "OBJECT IDLETIME k", "0");
    assert_true(fake->rq.flags & REQUEST_NO_TOUCH);
}

static void test_lookups_count_as_hits_and_misses(void **state)
{
    struct keyspace_stats stats;

    (void)state;
    RUN(fake, "SET k v", "OK");
    RUN(fake, "GET k", "\"v\"");
    RUN(fake, "EXISTS k none", "1");
    RUN(fake, "TYPE k", "string");
    RUN(fake, "MGET none k", "[nil \"v\"]");
    keyspace_stats_get(fake->keyspace, &stats);
    assert_int_equal(stats.hits, 4);
    assert_int_equal(stats.misses, 2);
}

static void test_freq_and_idletime_need_their_policy(void **state)
{
    (void)state;
    RUN(fake, "SET k v", "OK");
    assert_int_equal(fake_line(fake, "OBJECT FREQ k")[0], '-');
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_LFU;
    assert_int_not_equal(fake_line(fake, "OBJECT FREQ k")[0], '-');
    assert_int_equal(fake_line(fake, "OBJECT IDLETIME k")[0], '-');
    RUN(fake, "OBJECT FREQ none", "nil");
}

static void test_small_integers_look_shared_unless_evicted_by_use(void **state)
{
    (void)state;
    RUN(fake, "SET n 9999", "OK");
    RUN(fake, "OBJECT REFCOUNT n", "2147483647");
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_LRU;
    RUN(fake, "OBJECT REFCOUNT n", "2147483647");
    fake->settings.maxmemory = 1 << 30;
    RUN(fake, "OBJECT REFCOUNT n", "1");
    other_add(fake, "k");
    RUN(fake, "OBJECT REFCOUNT k", "1");
    RUN(fake, "OBJECT ENCODING k", "\"plain\"");
}

/* --- Whole databases. */

/* Such an effect has no key, and the broker goes by its name. */
static void check_database_effect(size_t at, const char *event, int db)
{
    const struct effect *effect = &fake->rq.effects[at];

    assert_true(fake->rq.effect_count > at);
    assert_string_equal(effect->event, event);
    assert_int_equal(effect->key.name.size, 0);
    assert_int_equal(effect->key.db, db);
    assert_int_equal(effect->class, 0);
    assert_int_equal(effect->flags, EFFECT_CHANGED);
}

static void test_flushes_say_which_database(void **state)
{
    (void)state;
    RUN(fake, "SET a 1", "OK");
    fake->db = 3;
    RUN(fake, "SET a 1", "OK");
    check_logged("FLUSHDB", "OK", NULL);
    check_database_effect(0, "flushdb", 3);
    RUN(fake, "DBSIZE", "0");
    check_logged("FLUSHDB ASYNC", "OK", NULL);
    fake->db = 0;
    RUN(fake, "DBSIZE", "1");
    fake->db = 5;
    check_logged("FLUSHALL", "OK", NULL);
    check_database_effect(0, "flushall", 5);
    fake->db = 0;
    RUN(fake, "DBSIZE", "0");
    check_nothing_recorded("FLUSHALL bogus", "-" ERROR_SYNTAX);
}

static void test_swapping_changes_both_databases(void **state)
{
    (void)state;
    RUN(fake, "SET a 1", "OK");
    check_logged("SWAPDB 0 7", "OK", NULL);
    assert_int_equal(fake->rq.effect_count, 2);
    check_database_effect(0, "swapdb", 0);
    check_database_effect(1, "swapdb", 7);
    RUN(fake, "DBSIZE", "0");
    check_nothing_recorded("SWAPDB 7 7", "OK");
    check_nothing_recorded("SWAPDB 7 16", "-" ERROR_DB_RANGE);
    fake->db = 7;
    RUN(fake, "GET a", "\"1\"");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_every_deleted_key_has_its_own_effect),
        CASE(test_deleting_an_expired_key_deletes_nothing),
        CASE(test_rename_announces_both_names),
        CASE(test_an_expired_target_does_not_hinder),
        CASE(test_copy_is_deep_and_announces_the_target),
        CASE(test_move_announces_both_databases),
        CASE(test_an_expiry_is_logged_as_an_absolute_time),
        CASE(test_a_time_that_has_passed_is_logged_as_a_delete),
        CASE(test_a_replay_expires_nothing_by_itself),
        CASE(test_ttl_rounds_to_the_nearest_second),
        CASE(test_looking_at_a_key_does_not_use_it),
        CASE(test_no_touch_leaves_the_record_but_for_touch),
        CASE(test_lookups_count_as_hits_and_misses),
        CASE(test_freq_and_idletime_need_their_policy),
        CASE(test_small_integers_look_shared_unless_evicted_by_use),
        CASE(test_flushes_say_which_database),
        CASE(test_swapping_changes_both_databases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
