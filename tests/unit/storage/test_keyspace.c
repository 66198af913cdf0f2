/* The keyspace, rule by rule. */
#include "storage/keyspace/keyspace.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/storage/dummy_value.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct fake *fake;
static struct request *rq;

static int setup(void **state)
{
    (void)state;
    fake = fake_new();
    rq = &fake->rq;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_free(fake);
    assert_int_equal(atomic_load(&dummies_alive), 0);
    return 0;
}

static struct key key(const char *name)
{
    return fake_key(fake, name);
}

static struct entry *set(const char *name, const char *value)
{
    return keyspace_set_string(rq, key(name), span_text(value), false);
}

static struct entry *find(const char *name)
{
    return keyspace_find(rq, key(name), FIND_QUIET);
}

/* Sets the key to expire; returns its entry. */
static struct entry *expire(const char *name, int64_t at_ms)
{
    return keyspace_set_expire(rq, key(name), find(name), at_ms);
}

static void assert_string(const char *name, const char *value)
{
    char scratch[NUM_TEXT_LIMIT];
    struct entry *entry = find(name);
    struct span bytes;

    assert_non_null(entry);
    bytes = entry_string(entry, scratch);
    assert_int_equal(bytes.size, strlen(value));
    assert_memory_equal(bytes.data, value, bytes.size);
}

static struct keyspace_stats stats(void)
{
    struct keyspace_stats stats_now;

    keyspace_stats_get(fake->keyspace, &stats_now);
    return stats_now;
}

static char *letters(size_t size)
{
    char *text = arena_alloc(fake->arena, size + 1);

    memset(text, 'x', size);
    text[size] = '\0';
    return text;
}

/* --- Strings. */

static void test_set_then_find_gives_the_bytes(void **state)
{
    static const size_t sizes[] = {0, 1, 43, 44, 45, 254, 255, 256, 1000, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) { /* from any size to any */
            set("k", letters(sizes[i]));
            set("k", letters(sizes[j]));
            assert_string("k", letters(sizes[j]));
            assert_int_equal(keyspace_count(fake->keyspace, 0), 1);
        }
    }
}

static void test_canonical_integers_are_held_as_numbers(void **state)
{
    static const char *const integers[] = {"0", "-1", "12345", "9223372036854775807",
                                           "-9223372036854775808"};
    static const char *const others[] = {"",
                                         "-",
                                         "+1",
                                         "01",
                                         "-0",
                                         " 1",
                                         "1 ",
                                         "1.0",
                                         "9223372036854775808",
                                         "-9223372036854775809"};

    (void)state;
    for (size_t i = 0; i < sizeof(integers) / sizeof(*integers); i++) {
        assert_int_equal(entry_string_form(set("k", integers[i])), ENTRY_INTEGER);
        assert_string("k", integers[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_int_equal(entry_string_form(set("k", others[i])), ENTRY_EMBEDDED);
        assert_string("k", others[i]);
    }
    assert_int_equal(entry_integer(keyspace_set_integer(rq, key("k"), -7, false)), -7);
}

static void test_encoding_is_embstr_up_to_44_bytes_and_raw_above(void **state)
{
    (void)state;
    assert_int_equal(entry_string_form(set("k", letters(44))), ENTRY_EMBEDDED);
    assert_int_equal(entry_string_form(set("k", letters(45))), ENTRY_RAW);
    assert_int_equal(entry_string_form(set("k", letters(300))), ENTRY_RAW);
    assert_int_equal(entry_string_form(set("k", letters(10))), ENTRY_EMBEDDED);
}

static void test_a_resized_string_is_raw_and_padded_with_zeros(void **state)
{
    char *bytes;

    (void)state;
    set("k", "12");
    bytes = keyspace_resize_string(rq, key("k"), 4);
    assert_memory_equal(bytes, "12\0\0", 4);
    assert_int_equal(entry_string_form(find("k")), ENTRY_RAW);
    bytes = keyspace_resize_string(rq, key("new"), 3);
    assert_memory_equal(bytes, "\0\0\0", 3);
    bytes = keyspace_resize_string(rq, key("k"), 1);
    assert_memory_equal(bytes, "1", 1);
    assert_string("k", "1");
}

static void test_resizing_keeps_the_expiry(void **state)
{
    (void)state;
    set("k", "abc");
    expire("k", fake->now_ms + 5000);
    keyspace_resize_string(rq, key("k"), 10000);
    assert_int_equal(entry_expire_ms(find("k")), fake->now_ms + 5000);
}

static void test_overwriting_with_the_same_size_keeps_the_block(void **state)
{
    struct entry *entry = set("k", "sixteen bytes ..");
    size_t used = mem_used();

    (void)state;
    assert_ptr_equal(set("k", "another sixteen."), entry);
    assert_int_equal(mem_used(), used);
    entry = set("k", letters(1000));
    used = mem_used();
    assert_ptr_equal(set("k", letters(1000)), entry);
    assert_int_equal(mem_used(), used);
}

static void test_a_string_may_be_set_to_a_part_of_itself(void **state)
{
    char scratch[NUM_TEXT_LIMIT];
    struct span bytes;

    (void)state;
    for (size_t size = 10; size <= 1000; size *= 10) {
        char *text = letters(size);

        text[size / 2] = 'y';
        set("k", text);
        bytes = entry_string(find("k"), scratch);
        keyspace_set_string(rq, key("k"), span_of(bytes.data + size / 2, size / 2), false);
        assert_string("k", text + size / 2);
    }
}

static void test_set_drops_the_expiry_unless_told_to_keep_it(void **state)
{
    (void)state;
    set("k", "v");
    expire("k", fake->now_ms + 1000);
    keyspace_set_string(rq, key("k"), SPAN("longer than before"), true);
    assert_int_equal(entry_expire_ms(find("k")), fake->now_ms + 1000);
    keyspace_set_integer(rq, key("k"), 5, true);
    assert_int_equal(entry_expire_ms(find("k")), fake->now_ms + 1000);
    set("k", "v");
    assert_int_equal(entry_expire_ms(find("k")), -1);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 0), 0);
}

static void test_set_replaces_a_value_of_any_type(void **state)
{
    (void)state;
    keyspace_add_take(rq, key("k"), &dummy_type, dummy_new(1, 1));
    set("k", "v");
    assert_int_equal(atomic_load(&dummies_alive), 0);
    assert_string("k", "v");
    keyspace_put_take(rq, key("k"), &dummy_type, dummy_new(2, 1), false);
    assert_ptr_equal(entry_type(find("k")), &dummy_type);
    keyspace_put_take(rq, key("k"), &dummy_type, dummy_new(3, 1), false);
    assert_int_equal(atomic_load(&dummies_alive), 1);
    assert_int_equal(((struct dummy *)entry_value(find("k")))->number, 3);
}

static void test_put_keeps_the_expiry_when_told_to(void **state)
{
    (void)state;
    set("k", "v");
    expire("k", fake->now_ms + 1000);
    keyspace_put_take(rq, key("k"), &dummy_type, dummy_new(1, 1), true);
    assert_int_equal(entry_expire_ms(find("k")), fake->now_ms + 1000);
    keyspace_put_take(rq, key("k"), &dummy_type, dummy_new(1, 1), false);
    assert_int_equal(entry_expire_ms(find("k")), -1);
}

static void test_keys_may_be_empty_binary_or_very_long(void **state)
{
    struct span names[] = {SPAN(""), SPAN("a\0b"), span_of(letters(65535), 65535),
                           span_of(letters(65536), 65536), span_of(letters(1000000), 1000000)};
    const size_t count = sizeof(names) / sizeof(*names);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct key name = request_key_of(rq, names[i], 0);

        keyspace_set_integer(rq, name, (int64_t)i, false);
        keyspace_set_expire(rq, name, keyspace_find(rq, name, FIND_QUIET), fake->now_ms + 1000);
    }
    for (size_t i = 0; i < count; i++) {
        struct key name = request_key_of(rq, names[i], 0);
        struct entry *entry = keyspace_find(rq, name, FIND_QUIET);

        assert_int_equal(entry_integer(entry), i);
        assert_true(span_equal(entry_key(entry), names[i]));
        assert_int_equal(entry_expire_ms(entry), fake->now_ms + 1000);
    }
}

/* --- Finding. */

static void test_finding_the_wrong_type_replies_so(void **state)
{
    struct buffer bytes = {0};
    struct reply reply;
    struct entry *entry;
    void *value = rq;

    (void)state;
    set("s", "v");
    keyspace_add_take(rq, key("d"), &dummy_type, dummy_new(1, 1));
    reply_init(&reply, &bytes, 2);
    assert_int_equal(keyspace_find_value(rq, key("no"), FIND_READ, &dummy_type, &value, &reply), 0);
    assert_null(value);
    assert_int_equal(keyspace_find_value(rq, key("d"), FIND_READ, &dummy_type, &value, &reply), 0);
    assert_int_equal(((struct dummy *)value)->number, 1);
    assert_int_equal(keyspace_find_string(rq, key("s"), FIND_READ, &entry, &reply), 0);
    assert_non_null(entry);
    assert_int_equal(keyspace_find_string(rq, key("no"), FIND_READ, &entry, &reply), 0);
    assert_null(entry);
    assert_int_equal(reply_size(&reply), 0);
    assert_int_equal(keyspace_find_value(rq, key("s"), FIND_READ, &dummy_type, &value, &reply),
                     ERR_UNSUPPORTED);
    assert_memory_equal(bytes.data, "-WRONGTYPE ", 11);
    reply_restart(&reply);
    assert_int_equal(keyspace_find_string(rq, key("d"), FIND_READ, &entry, &reply),
                     ERR_UNSUPPORTED);
    assert_memory_equal(bytes.data, "-WRONGTYPE ", 11);
    buffer_release(&bytes);
}

static void test_only_reads_count_as_hits_and_misses(void **state)
{
    (void)state;
    set("k", "v");
    keyspace_find(rq, key("k"), FIND_WRITE);
    keyspace_find(rq, key("k"), FIND_QUIET);
    keyspace_find(rq, key("no"), FIND_WRITE);
    assert_int_equal(stats().hits + stats().misses, 0);
    keyspace_find(rq, key("k"), FIND_READ);
    keyspace_find(rq, key("k"), FIND_READ);
    keyspace_find(rq, key("no"), FIND_READ);
    assert_int_equal(stats().hits, 2);
    assert_int_equal(stats().misses, 1);
    keyspace_stats_reset(fake->keyspace);
    assert_int_equal(stats().hits + stats().misses, 0);
}

static void test_access_ends_idleness_but_not_quietly_nor_with_no_touch(void **state)
{
    (void)state;
    set("k", "v");
    fake->now_ms += 9000;
    fake_request(fake);
    keyspace_find(rq, key("k"), FIND_QUIET);
    assert_int_equal(entry_idle_seconds(find("k"), fake->now_ms), 9);
    rq->flags |= REQUEST_NO_TOUCH;
    keyspace_find(rq, key("k"), FIND_READ);
    assert_int_equal(entry_idle_seconds(find("k"), fake->now_ms), 9);
    rq->flags &= ~(unsigned)REQUEST_NO_TOUCH;
    keyspace_find(rq, key("k"), FIND_READ);
    assert_int_equal(entry_idle_seconds(find("k"), fake->now_ms), 0);
}

/* A death is looked at from a child process. */
static void assert_dies(void (*run)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct sigaction plain = {.sa_handler = SIG_DFL};

        fclose(stderr);
        sigaction(SIGABRT, &plain, NULL);
        run();
        _exit(0);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void find_without_shard(void)
{
    rq->held_shards = ~key_shard_bit(&(struct key){.hash = key("k").hash});
    find("k");
}

static void set_without_shard(void)
{
    rq->held_shards = 0;
    set("k", "v");
}

static void add_twice(void)
{
    keyspace_add_take(rq, key("k"), &dummy_type, dummy_new(1, 1));
    keyspace_add_take(rq, key("k"), &dummy_type, dummy_new(1, 1));
}

static void value_of_a_string(void)
{
    entry_value(set("k", "v"));
}

static void test_touching_a_shard_that_is_not_held_is_fatal(void **state)
{
    (void)state;
    assert_dies(find_without_shard);
    assert_dies(set_without_shard);
}

static void test_misuse_of_entries_is_fatal(void **state)
{
    (void)state;
    assert_dies(add_twice);
    assert_dies(value_of_a_string);
}

/* --- Expiry. */

static void test_a_key_lives_until_its_time_and_not_at_it(void **state)
{
    (void)state;
    set("k", "v");
    expire("k", fake->now_ms + 1000);
    fake->now_ms += 999;
    fake_request(fake);
    assert_non_null(find("k"));
    assert_int_equal(rq->effect_count, 0);
    fake->now_ms += 1;
    fake_request(fake);
    assert_null(find("k"));
    assert_int_equal(rq->effect_count, 1);
    assert_int_equal(rq->effects[0].flags, EFFECT_CHANGED | EFFECT_EXPIRED);
    assert_int_equal(rq->effects[0].class, EVENT_EXPIRED);
    assert_string_equal(rq->effects[0].event, "expired");
    assert_int_equal(stats().expired_keys, 1);
    assert_int_equal(stats().expired_keys_active, 0);
    assert_int_equal(keyspace_count(fake->keyspace, 0), 0);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 0), 0);
    assert_null(find("k"));
    assert_int_equal(rq->effect_count, 1);
}

static void test_replay_sees_an_expired_key_as_it_is(void **state)
{
    (void)state;
    set("k", "v");
    expire("k", fake->now_ms - 1);
    rq->flags |= REQUEST_REPLAY;
    assert_non_null(find("k"));
    assert_true(keyspace_delete(rq, key("k"), false));
    assert_int_equal(rq->effect_count, 0);
}

static void note_visit(void *context, struct entry *entry)
{
    (void)entry;
    ++*(int *)context;
}

/* On a replica it goes when the primary says so; only who writes there finds it in the way. */
static void test_a_replica_hides_an_expired_key_from_readers(void **state)
{
    static const struct command_spec reads = {.flags = CMD_READONLY}, writes = {.flags = CMD_WRITE};
    int visits = 0;

    (void)state;
    set("k", "v");
    expire("k", fake->now_ms - 1);
    rq->flags |= REQUEST_REPLICA;
    rq->spec = &reads;
    assert_null(find("k"));
    rq->held_shards = SHARDS_ALL;
    assert_null(keyspace_random(rq, 0));
    assert_int_equal(keyspace_scan(rq, 0, 0, 100000, note_visit, &visits), 0);
    assert_int_equal(visits, 0);
    set("live", "v");
    assert_non_null(keyspace_random(rq, 0));
    assert_int_equal(rq->effect_count, 0);
    assert_int_equal(keyspace_count(fake->keyspace, 0), 2);
    rq->spec = &writes;
    assert_null(find("k"));
    assert_int_equal(keyspace_count(fake->keyspace, 0), 1);
}

static void test_two_keyspaces_change_places(void **state)
{
    struct keyspace *other = keyspace_new(keyspace_databases(fake->keyspace), false);

    (void)state;
    set("k", "v");
    expire("k", fake->now_ms + 100);
    rq->held_shards = SHARDS_ALL;
    keyspace_exchange(fake->keyspace, other);
    assert_null(find("k"));
    set("new", "v");
    keyspace_exchange(fake->keyspace, other);
    assert_non_null(find("k"));
    assert_null(find("new"));
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 0), 1);
    assert_int_equal(keyspace_count(other, 0), 1);
    keyspace_free(other);
}

static void test_every_change_meets_an_expired_key_as_absent(void **state)
{
    (void)state;
    set("k", "v");
    expire("k", fake->now_ms);
    assert_false(keyspace_delete(rq, key("k"), false));
    assert_int_equal(fake_events(fake, "expired"), 1);

    set("k", "v");
    expire("k", fake->now_ms);
    keyspace_set_string(rq, key("k"), SPAN("w"), true);
    assert_int_equal(entry_expire_ms(find("k")), -1);
    assert_int_equal(fake_events(fake, "expired"), 2);

    expire("k", fake->now_ms);
    keyspace_add_take(rq, key("k"), &dummy_type, dummy_new(1, 1));
    assert_int_equal(fake_events(fake, "expired"), 3);

    expire("k", fake->now_ms);
    assert_memory_equal(keyspace_resize_string(rq, key("k"), 2), "\0\0", 2);
    assert_int_equal(fake_events(fake, "expired"), 4);
}

static void test_an_expiry_can_be_set_changed_and_dropped(void **state)
{
    (void)state;
    set("k", letters(200));
    assert_int_equal(entry_expire_ms(expire("k", fake->now_ms + 10)), fake->now_ms + 10);
    assert_int_equal(entry_expire_ms(expire("k", INT64_MAX)), INT64_MAX);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 0), 1);
    assert_int_equal(entry_expire_ms(expire("k", -1)), -1);
    assert_int_equal(entry_expire_ms(expire("k", -1)), -1);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 0), 0);
    assert_string("k", letters(200));
}

static void test_the_average_ttl_is_exact(void **state)
{
    (void)state;
    assert_int_equal(keyspace_average_ttl_ms(fake->keyspace, 0, fake->now_ms), 0);
    for (int i = 1; i <= 3; i++) {
        char name[] = {(char)('a' + i), '\0'};

        set(name, "v");
        expire(name, fake->now_ms + i * 1000);
    }
    assert_int_equal(keyspace_average_ttl_ms(fake->keyspace, 0, fake->now_ms), 2000);
    assert_int_equal(keyspace_average_ttl_ms(fake->keyspace, 0, fake->now_ms + 500), 1500);
    assert_int_equal(keyspace_average_ttl_ms(fake->keyspace, 0, fake->now_ms + 9000), 0);
}

static size_t expire_all_shards(int64_t budget_us, bool *more)
{
    size_t deleted = 0;

    *more = false;
    for (unsigned shard = 0; shard < 64; shard++) {
        bool late;

        deleted += keyspace_expire_slice(rq, shard, budget_us, &late);
        *more |= late;
    }
    return deleted;
}

static void fill_expiring(int count, int64_t at_ms)
{
    for (int i = 0; i < count; i++) {
        char name[24];

        snprintf(name, sizeof(name), "key:%d", i);
        set(name, "v");
        expire(name, at_ms);
    }
}

static void test_the_active_cycle_deletes_all_that_expired_and_nothing_else(void **state)
{
    bool more;

    (void)state;
    set("stays", "v");
    set("later", "v");
    expire("later", fake->now_ms + 2);
    fill_expiring(1000, fake->now_ms + 1);
    assert_int_equal(expire_all_shards(1000000, &more), 0);
    fake->now_ms += 1;
    fake_request(fake);
    assert_int_equal(expire_all_shards(1000000, &more), 1000);
    assert_false(more);
    assert_int_equal(keyspace_count(fake->keyspace, 0), 2);
    assert_int_equal(fake_events(fake, "expired"), 1000);
    assert_memory_equal(rq->effects[0].key.name.data, "key:", 4); /* outlives the entry */
    assert_int_equal(stats().expired_keys, 1000);
    assert_int_equal(stats().expired_keys_active, 1000);
    assert_true(stats().expired_stale_percent == 0);
}

static void test_the_active_cycle_stops_at_its_budget_and_says_so(void **state)
{
    size_t deleted;
    bool more;

    (void)state;
    fill_expiring(5000, fake->now_ms);
    deleted = expire_all_shards(0, &more);
    assert_true(more);
    assert_in_range(deleted, 64, 64 * 16);
    assert_true(stats().expired_stale_percent == 100);
    while (more)
        deleted += expire_all_shards(0, &more);
    assert_int_equal(deleted, 5000);
}

static void test_the_active_cycle_looks_at_the_clock_after_each_large_value(void **state)
{
    size_t deleted;
    bool more;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char name[24];

        snprintf(name, sizeof(name), "key:%d", i);
        keyspace_add_take(rq, key(name), &dummy_type, dummy_new(i, 4000));
        expire(name, fake->now_ms);
    }
    deleted = expire_all_shards(0, &more);
    assert_true(more);
    assert_in_range(deleted, 1, 64);
    assert_int_equal(deleted + expire_all_shards(1000000, &more), 1000);
}

static void test_no_database_waits_until_another_has_nothing_left_to_expire(void **state)
{
    size_t left;
    bool more;

    (void)state;
    for (int db = 0; db < 3; db++) {
        fake->db = db;
        fake_request(fake);
        fill_expiring(5000, fake->now_ms);
    }
    for (int i = 0; i < 4; i++)
        expire_all_shards(0, &more);
    for (int db = 0; db < 3; db++) {
        left = keyspace_count(fake->keyspace, db);
        assert_in_range(left, 5000 - 2 * 64 * 16, 4999);
    }
    fake->db = 0;
}

static void test_the_active_cycle_can_be_switched_off(void **state)
{
    bool more;

    (void)state;
    fill_expiring(10, fake->now_ms);
    keyspace_set_active_expire(fake->keyspace, false);
    assert_int_equal(expire_all_shards(1000000, &more), 0);
    assert_null(find("key:1")); /* a key that is met goes all the same */
    keyspace_set_active_expire(fake->keyspace, true);
    assert_int_equal(expire_all_shards(1000000, &more), 9);
}

/* --- Move and copy. */

static void test_move_keeps_value_expiry_and_access(void **state)
{
    struct key to = key("another name");

    (void)state;
    keyspace_add_take(rq, key("k"), &dummy_type, dummy_new(5, 1));
    expire("k", fake->now_ms + 60000);
    fake->now_ms += 7000;
    fake_request(fake);
    to.db = 3;
    keyspace_move(rq, key("k"), to);
    assert_null(find("k"));
    fake->db = 3;
    assert_int_equal(((struct dummy *)entry_value(find("another name")))->number, 5);
    assert_int_equal(entry_expire_ms(find("another name")), fake->now_ms + 53000);
    assert_int_equal(entry_idle_seconds(find("another name"), fake->now_ms), 7);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 0), 0);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 3), 1);
}

static void test_move_works_for_every_form_of_string(void **state)
{
    const char *values[] = {"12", "short", letters(200), letters(5000)};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct key same = key("from");

        set("from", values[i]);
        keyspace_move(rq, key("from"), key("to"));
        assert_string("to", values[i]);
        same.db = 9;
        keyspace_move(rq, key("to"), same);
        fake->db = 9;
        assert_string("from", values[i]);
        keyspace_delete(rq, same, false);
        fake->db = 0;
    }
}

static void test_copy_is_deep_and_keeps_the_expiry(void **state)
{
    const char *values[] = {"12", "short", letters(200), letters(5000)};

    (void)state;
    for (int i = 0; i < 4; i++) {
        set("from", values[i]);
        expire("from", fake->now_ms + 5);
        keyspace_copy(rq, key("from"), key("to"));
        keyspace_resize_string(rq, key("from"), 1)[0] = '!';
        assert_string("to", values[i]);
        assert_int_equal(entry_expire_ms(find("to")), fake->now_ms + 5);
        keyspace_delete(rq, key("to"), false);
    }
    keyspace_add_take(rq, key("d"), &dummy_type, dummy_new(1, 1));
    keyspace_copy(rq, key("d"), key("e"));
    assert_ptr_not_equal(entry_value(find("d")), entry_value(find("e")));
    keyspace_delete(rq, key("d"), false);
    assert_int_equal(((struct dummy *)entry_value(find("e")))->number, 1);
}

/* --- Databases. */

static void test_databases_are_apart_and_swap(void **state)
{
    (void)state;
    set("k", "zero");
    expire("k", fake->now_ms + 10);
    fake->db = 1;
    set("k", "one");
    set("l", "one");
    keyspace_swap(fake->keyspace, 0, 1);
    assert_string("k", "zero");
    assert_int_equal(keyspace_count(fake->keyspace, 0), 2);
    assert_int_equal(keyspace_count(fake->keyspace, 1), 1);
    assert_int_equal(keyspace_expiring_count(fake->keyspace, 1), 1);
    fake->db = 0;
    assert_string("k", "one");
    keyspace_swap(fake->keyspace, 0, 0);
    assert_string("k", "one");
}

static void test_flush_empties_one_database_or_all(void **state)
{
    (void)state;
    for (fake->db = 0; fake->db < 3; fake->db++)
        fill_expiring(100, fake->now_ms + 1);
    assert_int_equal(keyspace_flush(fake->keyspace, 1, false), 100);
    assert_int_equal(keyspace_flush(fake->keyspace, 1, false), 0);
    assert_int_equal(keyspace_count(fake->keyspace, 0), 100);
    assert_int_equal(keyspace_flush(fake->keyspace, -1, true), 200);
    for (int db = 0; db < 3; db++) {
        assert_int_equal(keyspace_count(fake->keyspace, db), 0);
        assert_int_equal(keyspace_expiring_count(fake->keyspace, db), 0);
        assert_int_equal(keyspace_table_memory(fake->keyspace, db), 0);
    }
}

static void test_a_lazy_flush_gives_all_memory_back(void **state)
{
    size_t start;

    (void)state;
    keyspace_set_integer(rq, key("first"), 1, false);
    keyspace_flush(fake->keyspace, -1, true);
    keyspace_lazyfree_drain(fake->keyspace);
    arena_reset(fake->arena);
    start = mem_used();
    for (int i = 0; i < 2000; i++) {
        char name[24];

        snprintf(name, sizeof(name), "dummy:%d", i);
        keyspace_add_take(rq, key(name), &dummy_type, dummy_new(i, 1));
    }
    fill_expiring(2000, fake->now_ms + 1);
    keyspace_stats_reset(fake->keyspace);
    assert_true(mem_used() > start + 4000 * 32);
    keyspace_flush(fake->keyspace, 0, true);
    keyspace_lazyfree_drain(fake->keyspace);
    assert_int_equal(mem_used(), start);
    assert_int_equal(atomic_load(&dummies_alive), 0);
    assert_int_equal(stats().lazyfreed_objects, 4000);
    assert_int_equal(stats().lazyfree_pending, 0);
}

static void test_only_large_values_are_freed_in_the_background(void **state)
{
    (void)state;
    keyspace_add_take(rq, key("small"), &dummy_type, dummy_new(1, 64));
    keyspace_add_take(rq, key("large"), &dummy_type, dummy_new(1, 65));
    keyspace_add_take(rq, key("eager"), &dummy_type, dummy_new(1, 65));
    assert_true(keyspace_delete(rq, key("small"), true));
    assert_true(keyspace_delete(rq, key("eager"), false));
    keyspace_lazyfree_drain(fake->keyspace);
    assert_int_equal(stats().lazyfreed_objects, 0);
    assert_true(keyspace_delete(rq, key("large"), true));
    keyspace_lazyfree_drain(fake->keyspace);
    assert_int_equal(stats().lazyfreed_objects, 1);
    assert_int_equal(atomic_load(&dummies_alive), 0);
}

static void test_deleting_a_missing_key_says_so(void **state)
{
    (void)state;
    assert_false(keyspace_delete(rq, key("k"), false));
    set("k", "v");
    assert_true(keyspace_delete(rq, key("k"), false));
    assert_false(keyspace_delete(rq, key("k"), false));
}

/* --- Others. */

static void test_random_gives_only_live_keys_and_each_of_them(void **state)
{
    int seen[3] = {0};

    (void)state;
    assert_null(keyspace_random(rq, 0));
    fill_expiring(200, fake->now_ms);
    assert_null(keyspace_random(rq, 0)); /* all expired: gone now */
    assert_int_equal(keyspace_count(fake->keyspace, 0), 0);
    assert_int_equal(fake_events(fake, "expired"), 200);
    set("a", "0");
    set("b", "1");
    set("c", "2");
    for (int i = 0; i < 300; i++)
        seen[entry_integer(keyspace_random(rq, 0))]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(seen[i], 50, 150);
}

static void test_memory_of_an_entry_includes_its_value(void **state)
{
    struct entry *entry = set("k", letters(10000));

    (void)state;
    assert_in_range(entry_memory(entry, 0), 10000, 11000);
    entry = keyspace_add_take(rq, key("d"), &dummy_type, dummy_new(1, 1));
    assert_int_equal(entry_memory(entry, 0), mem_size(entry) + mem_size(entry_value(entry)));
}

static void test_tables_are_described_and_measured(void **state)
{
    struct buffer text = {0};

    (void)state;
    fill_expiring(1000, fake->now_ms + 1);
    keyspace_describe_tables(fake->keyspace, 0, &text);
    buffer_append_byte(&text, '\0');
    assert_non_null(strstr(text.data, "keys: 1000 "));
    assert_true(keyspace_table_memory(fake->keyspace, 0) > 1000 * 16);
    buffer_release(&text);
}

/* How many rounds of slices without time it takes until no table is under resize. */
static int rehash_all(void)
{
    int rounds = 0;
    bool more;

    do {
        more = false;
        for (unsigned shard = 0; shard < 64; shard++)
            more |= keyspace_rehash_slice(fake->keyspace, shard, 0);
        assert_true(++rounds < 1000);
    } while (more);
    return rounds;
}

/* A shard's table of 64 buckets is full at 448 keys: with 470 it has moved 20 of them. */
static void test_rehash_slices_are_short_and_end(void **state)
{
    (void)state;
    fill_expiring(64 * 470, fake->now_ms + 1);
    assert_true(rehash_all() > 40 / 4);
    for (unsigned shard = 0; shard < 64; shard++)
        assert_false(keyspace_rehash_slice(fake->keyspace, shard, 0));
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(test_set_then_find_gives_the_bytes),
        RULE(test_canonical_integers_are_held_as_numbers),
        RULE(test_encoding_is_embstr_up_to_44_bytes_and_raw_above),
        RULE(test_a_resized_string_is_raw_and_padded_with_zeros),
        RULE(test_resizing_keeps_the_expiry),
        RULE(test_overwriting_with_the_same_size_keeps_the_block),
        RULE(test_a_string_may_be_set_to_a_part_of_itself),
        RULE(test_set_drops_the_expiry_unless_told_to_keep_it),
        RULE(test_set_replaces_a_value_of_any_type),
        RULE(test_put_keeps_the_expiry_when_told_to),
        RULE(test_keys_may_be_empty_binary_or_very_long),
        RULE(test_finding_the_wrong_type_replies_so),
        RULE(test_only_reads_count_as_hits_and_misses),
        RULE(test_access_ends_idleness_but_not_quietly_nor_with_no_touch),
        RULE(test_touching_a_shard_that_is_not_held_is_fatal),
        RULE(test_misuse_of_entries_is_fatal),
        RULE(test_a_key_lives_until_its_time_and_not_at_it),
        RULE(test_replay_sees_an_expired_key_as_it_is),
        RULE(test_a_replica_hides_an_expired_key_from_readers),
        RULE(test_two_keyspaces_change_places),
        RULE(test_every_change_meets_an_expired_key_as_absent),
        RULE(test_an_expiry_can_be_set_changed_and_dropped),
        RULE(test_the_average_ttl_is_exact),
        RULE(test_the_active_cycle_deletes_all_that_expired_and_nothing_else),
        RULE(test_the_active_cycle_stops_at_its_budget_and_says_so),
        RULE(test_the_active_cycle_looks_at_the_clock_after_each_large_value),
        RULE(test_no_database_waits_until_another_has_nothing_left_to_expire),
        RULE(test_the_active_cycle_can_be_switched_off),
        RULE(test_move_keeps_value_expiry_and_access),
        RULE(test_move_works_for_every_form_of_string),
        RULE(test_copy_is_deep_and_keeps_the_expiry),
        RULE(test_databases_are_apart_and_swap),
        RULE(test_flush_empties_one_database_or_all),
        RULE(test_a_lazy_flush_gives_all_memory_back),
        RULE(test_only_large_values_are_freed_in_the_background),
        RULE(test_deleting_a_missing_key_says_so),
        RULE(test_random_gives_only_live_keys_and_each_of_them),
        RULE(test_memory_of_an_entry_includes_its_value),
        RULE(test_tables_are_described_and_measured),
        RULE(test_rehash_slices_are_short_and_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
