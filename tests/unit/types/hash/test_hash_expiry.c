/* Fields that expire: what commands record and log, what a field is while its time has come and
 * nobody has removed it yet, what the timer does, and what becomes of times when keys move. */
#include "tests/unit/types/hash/hash_test.h"

#include <string.h>

static struct keyspace_stats stats(void)
{
    struct keyspace_stats now;

    keyspace_stats_get(fake->keyspace, &now);
    return now;
}

/* Keys of database `db` with fields that expire. */
static size_t noted(int db)
{
    return keyspace_part_expiring_count(fake->keyspace, db);
}

/* One round of the timer over all shards; leaves the effects of the last shard that had any. */
static void run_timer(void)
{
    for (unsigned shard = 0; shard < 64; shard++) {
        bool more;
        struct request *rq = fake_request(fake);

        keyspace_expire_slice(rq, shard, 1000000, &more);
        assert_false(more);
        if (rq->effect_count > 0)
            return;
    }
}

static void check_setting_times(void)
{
    fake_line(fake, "HSET h a 1 b 2 c 3");
    hash_test_check("HPEXPIRE h 100 FIELDS 2 a x", "[1 -2]", "hexpire",
                    "HPEXPIREAT h 1700000000100 FIELDS 1 a");
    hash_test_check("HEXPIRE h 1 NX FIELDS 2 a b", "[0 1]", "hexpire",
                    "HPEXPIREAT h 1700000001000 FIELDS 1 b");
    hash_test_check("HEXPIREAT h 1700000002 XX FIELDS 2 c b", "[0 1]", "hexpire",
                    "HPEXPIREAT h 1700000002000 FIELDS 1 b");
    hash_test_check("HPEXPIREAT h 1700000001999 GT FIELDS 2 c b", "[0 0]", "", NULL);
    hash_test_check("HPEXPIREAT h 1700000001999 LT FIELDS 2 c b", "[1 1]", "hexpire",
                    "HPEXPIREAT h 1700000001999 FIELDS 2 c b");
    assert_int_equal(noted(0), 1);
    hash_test_check("HPERSIST h FIELDS 3 b x b", "[1 -2 -1]", "hpersist", "HPERSIST h FIELDS 1 b");
    RUN("HPTTL h FIELDS 4 a b c x", "[100 -1 1999 -2]");
    RUN("HTTL h FIELDS 4 a b c x", "[1 -1 2 -2]");
    RUN("HPEXPIRETIME h FIELDS 1 c", "[1700000001999]");
    RUN("HEXPIRETIME h FIELDS 1 c", "[1700000002]");
    hash_test_check("HEXPIRE h 0 FIELDS 3 a b x", "[2 2 -2]", "hdel", "HDEL h a b");
    hash_test_check("HPEXPIREAT h 1 FIELDS 1 c", "[2]", "hdel del", "HDEL h c");
    assert_int_equal(noted(0), 0);
    hash_test_check("HEXPIRE h 10 FIELDS 2 a b", "[-2 -2]", "", NULL);
}

static void test_times_are_set_read_and_dropped(void **state)
{
    (void)state;
    check_setting_times();
    hash_test_tables_only();
    check_setting_times();
}

static void check_set_and_get(void)
{
    hash_test_check("HSETEX h PX 50 FIELDS 2 a 1 b 2", "1", "new hset hexpire",
                    "HSETEX h PXAT 1700000000050 FIELDS 2 a 1 b 2");
    hash_test_check("HSETEX h KEEPTTL FIELDS 1 a 3", "1", "hset", "HSETEX h KEEPTTL FIELDS 1 a 3");
    RUN("HPTTL h FIELDS 2 a b", "[50 50]");
    hash_test_check("HSETEX h FNX FIELDS 2 b 1 c 1", "0", "", NULL);
    hash_test_check("HSETEX h FXX FIELDS 2 b 1 c 1", "0", "", NULL);
    hash_test_check("HSETEX h FIELDS 1 b 9 FXX", "1", "hset", "HSETEX h FIELDS 1 b 9");
    RUN("HPTTL h FIELDS 2 a b", "[50 -1]");
    hash_test_check("HGETEX h FIELDS 3 a b x", "[\"3\" \"9\" nil]", "", NULL);
    hash_test_check("HGETEX h PERSIST FIELDS 3 a b x", "[\"3\" \"9\" nil]", "hpersist",
                    "HPERSIST h FIELDS 1 a");
    hash_test_check("HGETEX h EX 7 FIELDS 2 a x", "[\"3\" nil]", "hexpire",
                    "HPEXPIREAT h 1700000007000 FIELDS 1 a");
    hash_test_check("HSETEX h PX 0 FIELDS 2 a 1 c 1", "1", "hset hdel", "HDEL h a c");
    hash_test_check("HGETEX h PXAT 1 FIELDS 2 b b", "[\"9\" \"9\"]", "hdel del", "HDEL h b");
    hash_test_check("HSETEX h PX 0 FIELDS 1 a 1", "1", "new hset hdel del", "HDEL h a");
    RUN("EXISTS h", "0");
    hash_test_check("HSETEX h FXX FIELDS 1 a 1", "0", "", NULL);
    assert_int_equal(noted(0), 0);
}

static void test_fields_are_set_and_read_with_their_times(void **state)
{
    (void)state;
    check_set_and_get();
    hash_test_tables_only();
    check_set_and_get();
}

/* A hash `h` with a live field l, and x, y and z whose time has come. */
static void make_stale(void)
{
    fake_line(fake, "DEL h");
    fake_line(fake, "HSET h l 1 x 2 y 3 z 4");
    fake_line(fake, "HPEXPIRE h 10 FIELDS 3 x y z");
    fake->now_ms += 10;
}

static void check_reading_stale(void)
{
    uint64_t counted = stats().expired_subkeys;

    make_stale();
    RUN("HLEN h", "4");
    RUN("HGETALL h", "[\"l\" \"1\"]");
    RUN("HKEYS h", "[\"l\"]");
    RUN("HVALS h", "[\"1\"]");
    RUN("HSCAN h 0 COUNT 100", "[\"0\" [\"l\" \"1\"]]");
    RUN("HTTL h FIELDS 2 x l", "[-2 -1]");
    assert_int_equal(stats().expired_subkeys, counted);
    hash_test_check("HGET h x", "nil", "hexpired", "HDEL h x");
    assert_int_equal(stats().expired_subkeys, counted + 1);
    RUN("HLEN h", "3");
    hash_test_check("HMGET h l y z", "[\"1\" nil nil]", "hexpired", "HDEL h y z");
    assert_int_equal(stats().expired_subkeys, counted + 3);
    assert_int_equal(stats().expired_subkeys_active, 0);
    assert_int_equal(noted(0), 0);
    make_stale();
    hash_test_check("HEXISTS h x", "0", "hexpired", "HDEL h x");
    hash_test_check("HSTRLEN h y", "0", "hexpired", "HDEL h y");
    hash_test_check("HRANDFIELD h -2", "[\"l\" \"l\"]", "hexpired", "HDEL h z");
    make_stale();
    fake_line(fake, "HDEL h l");
    hash_test_check("HMGET h x y", "[nil nil]", "hexpired", "HDEL h x y");
    hash_test_check("HGET h z", "nil", "hexpired del", "HDEL h z");
    RUN("EXISTS h", "0");
    make_stale();
    fake_line(fake, "HDEL h l");
    RUN("HRANDFIELD h", "nil");
    assert_string_equal(hash_test_events(), "hexpired del");
    assert_int_equal(noted(0), 0);
}

static void test_an_expired_field_is_missing_to_readers(void **state)
{
    (void)state;
    check_reading_stale();
    hash_test_tables_only();
    check_reading_stale();
}

/* A write logs first what time did, then itself. */
static void check_write(const char *line, const char *reply, const char *events,
                        const char *logged_first, const char *logged_then)
{
    make_stale();
    hash_test_check(line, reply, events, logged_first);
    if (!logged_then) {
        assert_null(fake_rewrite(fake, 1));
        return;
    }
    assert_non_null(fake_rewrite(fake, 1));
    assert_int_equal(strncmp(fake_rewrite(fake, 1), logged_then, strlen(logged_then)), 0);
    assert_null(fake_rewrite(fake, 2));
}

static void check_writing_stale(void)
{
    check_write("HSET h x 9 y 9 new 1", "3", "hexpired hset", "HDEL h x y", "HSET h x 9 y 9 new 1");
    RUN("HMGET h x y", "[\"9\" \"9\"]");
    RUN("HTTL h FIELDS 3 x y l", "[-1 -1 -1]");
    check_write("HSETNX h x 9", "1", "hexpired hset", "HDEL h x", "HSETNX h x 9");
    check_write("HDEL h x", "0", "hexpired", "HDEL h x", NULL);
    check_write("HDEL h x l", "1", "hexpired hdel", "HDEL h x", "HDEL h x l");
    check_write("HINCRBY h x 5", "5", "hexpired hincrby", "HDEL h x", "HINCRBY h x 5");
    check_write("HINCRBYFLOAT h x 5", "\"5\"", "hexpired hincrbyfloat", "HDEL h x", "HSET h x 5");
    check_write("HEXPIRE h 10 FIELDS 2 x l", "[-2 1]", "hexpired hexpire", "HDEL h x",
                "HPEXPIREAT h 1700000");
    check_write("HPERSIST h FIELDS 1 x", "[-2]", "hexpired", "HDEL h x", NULL);
    check_write("HGETEX h PERSIST FIELDS 2 x l", "[nil \"1\"]", "hexpired", "HDEL h x", NULL);
    check_write("HGETDEL h FIELDS 2 x l", "[nil \"1\"]", "hexpired hdel", "HDEL h x", "HDEL h l");
    check_write("HSETEX h FXX FIELDS 1 x 1", "0", "hexpired", "HDEL h x", NULL);
    check_write("HSETEX h FNX FIELDS 1 x 1", "1", "hexpired hset", "HDEL h x",
                "HSETEX h FIELDS 1 x 1");
    check_write("HSETEX h KEEPTTL FIELDS 1 x 1", "1", "hexpired hset", "HDEL h x",
                "HSETEX h KEEPTTL FIELDS 1 x 1");
    RUN("HTTL h FIELDS 1 x", "[-1]");
}

static void test_an_expired_field_is_missing_to_writers(void **state)
{
    (void)state;
    check_writing_stale();
    hash_test_tables_only();
    check_writing_stale();
}

/* Whoever wrote the log has decided what is there. */
static void test_a_replay_finds_expired_fields_and_sets_past_times(void **state)
{
    (void)state;
    make_stale();
    fake->flags |= REQUEST_REPLAY;
    RUN("HGET h x", "\"2\"");
    RUN("HINCRBY h x 1", "3");
    RUN("HPEXPIREAT h 5 FIELDS 1 l", "[1]");
    RUN("HLEN h", "4");
    fake->flags &= ~(unsigned)REQUEST_REPLAY;
    RUN("HGET h l", "nil");
}

/* On a replica they stay until the primary says so. */
static void test_a_replica_hides_expired_fields(void **state)
{
    (void)state;
    make_stale();
    fake->flags |= REQUEST_REPLICA;
    RUN("HGET h x", "nil");
    RUN("HMGET h x l", "[nil \"1\"]");
    RUN("HRANDFIELD h 10", "[\"l\"]");
    RUN("HLEN h", "4");
    fake->flags &= ~(unsigned)REQUEST_REPLICA;
    RUN("HGET h x", "nil");
    RUN("HLEN h", "3");
}

static void check_timer(void)
{
    uint64_t counted = stats().expired_subkeys_active;

    make_stale();
    run_timer();
    assert_string_equal(hash_test_events(), "hexpired");
    assert_int_equal(stats().expired_subkeys_active, counted + 3);
    RUN("HLEN h", "1");
    RUN("HPEXPIRE h 5 FIELDS 1 l", "[1]");
    run_timer();
    RUN("HLEN h", "1");
    fake->now_ms += 5;
    run_timer();
    assert_string_equal(hash_test_events(), "hexpired del");
    RUN("EXISTS h", "0");
    assert_int_equal(noted(0), 0);
}

static void test_the_timer_removes_fields_and_then_the_key(void **state)
{
    (void)state;
    check_timer();
    hash_test_tables_only();
    check_timer();
}

/* More fields than one step of the timer takes, in many hashes. */
static void test_the_timer_goes_on_until_all_is_removed(void **state)
{
    char line[80];

    (void)state;
    for (int key = 0; key < 20; key++) {
        for (int field = 0; field < 200; field++) {
            snprintf(line, sizeof(line), "HSETEX h%d PX %d FIELDS 1 f%d v", key, 1 + field % 7,
                     field);
            fake_line(fake, line);
        }
    }
    assert_int_equal(noted(0), 20);
    fake->now_ms += 7;
    for (unsigned shard = 0; shard < 64; shard++) {
        bool more;

        keyspace_expire_slice(fake_request(fake), shard, 1000000, &more);
        assert_false(more);
    }
    assert_int_equal(noted(0), 0);
    assert_int_equal(keyspace_count(fake->keyspace, 0), 0);
    assert_int_equal(stats().expired_subkeys, 4000);
}

static void check_followed(int db, const char *check, const char *reply)
{
    fake->db = db;
    assert_int_equal(noted(db), 1);
    RUN(check, reply);
    fake->now_ms += 100;
    run_timer();
    assert_string_equal(hash_test_events(), "hexpired del");
    assert_int_equal(noted(db), 0);
    fake->db = 0;
}

static void test_times_follow_their_key(void **state)
{
    (void)state;
    fake_line(fake, "HSETEX h PX 100 FIELDS 1 f v");
    RUN("RENAME h g", "OK");
    check_followed(0, "HPTTL g FIELDS 1 f", "[100]");
    fake_line(fake, "HSETEX h PX 100 FIELDS 1 f v");
    RUN("MOVE h 3", "1");
    assert_int_equal(noted(0), 0);
    check_followed(3, "HPTTL h FIELDS 1 f", "[100]");
    fake_line(fake, "HSETEX h PX 100 FIELDS 1 f v");
    RUN("SWAPDB 0 5", "OK");
    assert_int_equal(noted(0), 0);
    check_followed(5, "HPTTL h FIELDS 1 f", "[100]");
    fake_line(fake, "HSETEX h PX 50 FIELDS 1 f v");
    RUN("COPY h g", "1");
    assert_int_equal(noted(0), 2);
    RUN("DEL h", "1");
    check_followed(0, "HPTTL g FIELDS 1 f", "[50]");
}

static void test_whatever_takes_a_value_takes_its_times(void **state)
{
    static const char *const takers[] = {
        "DEL h",       "UNLINK h",       "SET h x",  "FLUSHDB",
        "FLUSHALL",    "RENAME other h", "HDEL h f", "HPERSIST h FIELDS 1 f",
        "HSET h f v2", "PEXPIRE h 0"};

    (void)state;
    for (int tables = 0; tables < 2; tables++) {
        for (size_t i = 0; i < sizeof(takers) / sizeof(*takers); i++) {
            fake_line(fake, "FLUSHALL");
            fake_line(fake, "SET other x");
            fake_line(fake, "HSETEX h PX 100 FIELDS 1 f v");
            assert_int_equal(noted(0), 1);
            fake_line(fake, takers[i]);
            assert_int_equal(noted(0), 0);
        }
        hash_test_tables_only();
    }
}

static void test_the_form_with_times_stays(void **state)
{
    (void)state;
    fake_line(fake, "HSET h a 1 b 2");
    RUN("OBJECT ENCODING h", "\"listpack\"");
    RUN("HPERSIST h FIELDS 1 a", "[-1]");
    RUN("OBJECT ENCODING h", "\"listpack\"");
    fake_line(fake, "HEXPIRE h 5 FIELDS 1 b");
    RUN("OBJECT ENCODING h", "\"listpackex\"");
    RUN("HGETALL h", "[\"b\" \"2\" \"a\" \"1\"]"); /* by time */
    fake_line(fake, "HPERSIST h FIELDS 1 b");
    RUN("OBJECT ENCODING h", "\"listpackex\"");
    fake_line(fake, "HEXPIRE h 5 FIELDS 1 a");
    fake->settings.hash_max_listpack_entries = 2;
    fake_line(fake, "HSET h c 3");
    RUN("OBJECT ENCODING h", "\"hashtable\"");
    RUN("HTTL h FIELDS 3 a b c", "[5 -1 -1]");
}

static void test_times_are_limited(void **state)
{
    (void)state;
    fake_line(fake, "HSET h a 1");
    RUN("HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0");
    RUN("HPEXPIREAT h 70368744177663 FIELDS 1 a", "[1]");
    RUN("HPEXPIREAT h 70368744177664 FIELDS 1 a",
        "-ERR invalid expire time in 'hpexpireat' command");
    RUN("HEXPIRE h 9223372036854775807 FIELDS 1 a",
        "-ERR invalid expire time in 'hexpire' command");
    RUN("HGETEX h EX 9223372036854775807 FIELDS 1 a",
        "-ERR invalid expire time in 'hgetex' command");
    RUN("HPEXPIRETIME h FIELDS 1 a", "[70368744177663]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hash_test_set_up, hash_test_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_times_are_set_read_and_dropped),
        TEST(test_fields_are_set_and_read_with_their_times),
        TEST(test_an_expired_field_is_missing_to_readers),
        TEST(test_an_expired_field_is_missing_to_writers),
        TEST(test_a_replay_finds_expired_fields_and_sets_past_times),
        TEST(test_a_replica_hides_expired_fields),
        TEST(test_the_timer_removes_fields_and_then_the_key),
        TEST(test_the_timer_goes_on_until_all_is_removed),
        TEST(test_times_follow_their_key),
        TEST(test_whatever_takes_a_value_takes_its_times),
        TEST(test_the_form_with_times_stays),
        TEST(test_times_are_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
