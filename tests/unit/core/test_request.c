/* What a handler notes in its request is exactly what the broker finds there. */
#include "core/command/request.h"
#include "core/hash/key_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena *arena;
static struct span argv[] = {SPAN("cmd"), SPAN("a"), SPAN("b"), SPAN("c"), SPAN("d"), SPAN("e")};

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void start(struct request *rq)
{
    request_init(rq);
    rq->argv = argv;
    rq->argc = sizeof(argv) / sizeof(argv[0]);
    rq->db = 3;
    rq->arena = arena;
}

static void test_a_new_request_asks_for_nothing(void **state)
{
    struct request rq;

    (void)state;
    memset(&rq, 255, sizeof(rq));
    request_init(&rq);
    assert_int_equal(rq.effect_count, 0);
    assert_int_equal(rq.rewrite_count, 0);
    assert_int_equal(rq.known_count, 0);
    assert_int_equal(rq.wait_count, 0);
    assert_null(rq.rewrites);
    assert_null(rq.wait);
    assert_false(request_is_logged(&rq));
}

static void test_a_key_has_its_name_hash_and_database(void **state)
{
    struct request rq;
    struct key key;

    (void)state;
    start(&rq);
    key = request_key(&rq, 2);
    assert_true(span_equal(key.name, SPAN("b")));
    assert_true(key.hash == key_hash(SPAN("b")));
    assert_int_equal(key.db, 3);
    key = request_key_of(&rq, SPAN("z"), 9);
    assert_true(key.hash == key_hash(SPAN("z")));
    assert_int_equal(key.db, 9);
}

/* A wrong hash put there beforehand is what comes back, so nothing was hashed. */
static void test_a_known_hash_is_not_computed_again(void **state)
{
    struct request rq;

    (void)state;
    start(&rq);
    rq.known[0].at = 4;
    rq.known[0].hash = 4444;
    rq.known_count = 1;
    assert_int_equal(request_key(&rq, 4).hash, 4444);
    assert_true(request_key(&rq, 1).hash == key_hash(SPAN("a")));
    assert_int_equal(rq.known_count, 2);
    rq.known[1].hash = 1111; /* noted by the call above */
    assert_int_equal(request_key(&rq, 1).hash, 1111);
    assert_int_equal(rq.known_count, 2);
}

static void test_more_keys_than_there_is_room_for_are_hashed_each_time(void **state)
{
    struct request rq;

    (void)state;
    start(&rq);
    for (int round = 0; round < 2; round++)
        for (size_t at = 0; at < rq.argc; at++)
            assert_true(request_key(&rq, at).hash == key_hash(argv[at]));
    assert_int_equal(rq.known_count, REQUEST_INLINE_KEYS);
}

static void test_effects_keep_their_order_beyond_the_inline_room(void **state)
{
    struct request rq;

    (void)state;
    start(&rq);
    for (size_t i = 0; i < 1000; i++) {
        struct key key = request_key(&rq, 1 + i % 5);

        key.hash = i;
        if (i % 3)
            request_changed(&rq, key, EVENT_STREAM, "xadd");
        else
            request_effect(&rq, key, EFFECT_WAKE, EVENT_LIST, NULL);
    }
    assert_int_equal(rq.effect_count, 1000);
    for (size_t i = 0; i < 1000; i++) {
        const struct effect *effect = &rq.effects[i];

        assert_int_equal(effect->key.hash, i);
        assert_ptr_equal(effect->key.name.data, argv[1 + i % 5].data);
        assert_int_equal(effect->flags, i % 3 ? EFFECT_CHANGED : EFFECT_WAKE);
        assert_int_equal(effect->class, i % 3 ? EVENT_STREAM : EVENT_LIST);
        if (i % 3)
            assert_string_equal(effect->event, "xadd");
        else
            assert_null(effect->event);
    }
}

static void test_few_effects_need_no_memory(void **state)
{
    struct request rq;

    (void)state;
    start(&rq);
    rq.arena = NULL;
    for (size_t i = 0; i < REQUEST_INLINE_EFFECTS; i++)
        request_changed(&rq, request_key(&rq, 1), EVENT_STRING, "set");
    assert_ptr_equal(rq.effects, rq.inline_effects);
}

static void test_rewrites_keep_their_order_and_database(void **state)
{
    struct request rq;

    (void)state;
    start(&rq);
    for (size_t i = 0; i < 300; i++) {
        rq.db = (int)(i % 16);
        request_rewrite(&rq, i, argv + i % 5);
    }
    assert_int_equal(rq.rewrite_count, 300);
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(rq.rewrites[i].argc, i);
        assert_ptr_equal(rq.rewrites[i].argv, argv + i % 5);
        assert_int_equal(rq.rewrites[i].db, i % 16);
    }
}

static void test_a_wait_copies_names_and_lanes(void **state)
{
    char name[] = "key", lane[] = "group";
    struct wait_on keys[2] = {
        {.key = {.name = span_of(name, 3), .hash = 5, .db = 1},
         .lane = span_of(lane, 5),
         .kind = WAIT_TAKE_CLAIM,
         .threshold = {7, 8},
         .retry_at_ms = 9},
        {.key = {.name = SPAN("other")}, .kind = WAIT_READ},
    };
    struct request rq;

    (void)state;
    start(&rq);
    assert_true(request_wait(&rq, keys, 2, 1234));
    memset(name, 'x', 3);
    memset(lane, 'x', 5);
    memset(keys, 0, sizeof(keys));
    assert_int_equal(rq.wait_count, 2);
    assert_int_equal(rq.wait_deadline_ms, 1234);
    assert_true(span_equal(rq.wait[0].key.name, SPAN("key")));
    assert_true(span_equal(rq.wait[0].lane, SPAN("group")));
    assert_int_equal(rq.wait[0].key.hash, 5);
    assert_int_equal(rq.wait[0].key.db, 1);
    assert_int_equal(rq.wait[0].kind, WAIT_TAKE_CLAIM);
    assert_int_equal(rq.wait[0].threshold[1], 8);
    assert_int_equal(rq.wait[0].retry_at_ms, 9);
    assert_true(span_equal(rq.wait[1].key.name, SPAN("other")));
    assert_int_equal(rq.wait[1].lane.size, 0);
}

static void test_a_wait_is_refused_where_nobody_can_wait(void **state)
{
    struct wait_on key = {.key = {.name = SPAN("key")}};
    struct request rq;

    (void)state;
    start(&rq);
    rq.flags = REQUEST_NO_WAIT;
    assert_false(request_wait(&rq, &key, 1, 0));
    assert_int_equal(rq.wait_count, 0);
    assert_null(rq.wait);
}

static void test_settings_start_with_the_defaults_of_redis(void **state)
{
    struct settings settings;

    (void)state;
    settings_init(&settings);
    assert_int_equal(settings.databases, 16);
    assert_int_equal(settings.proto_max_bulk_len, 512 << 20);
    assert_int_equal(settings.stream_node_max_bytes, 4096);
    assert_int_equal(settings.stream_node_max_entries, 100);
    assert_int_equal(settings.maxmemory, 0);
    assert_int_equal(settings.maxmemory_policy, EVICT_NONE);
    assert_false(settings.lazyfree_lazy_eviction);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_request_asks_for_nothing),
        cmocka_unit_test(test_a_key_has_its_name_hash_and_database),
        cmocka_unit_test(test_a_known_hash_is_not_computed_again),
        cmocka_unit_test(test_more_keys_than_there_is_room_for_are_hashed_each_time),
        cmocka_unit_test(test_effects_keep_their_order_beyond_the_inline_room),
        cmocka_unit_test(test_few_effects_need_no_memory),
        cmocka_unit_test(test_rewrites_keep_their_order_and_database),
        cmocka_unit_test(test_a_wait_copies_names_and_lanes),
        cmocka_unit_test(test_a_wait_is_refused_where_nobody_can_wait),
        cmocka_unit_test(test_settings_start_with_the_defaults_of_redis),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
