/* A long random life of a keyspace beside a naive model: an array of what each key should be. The
 * clock is the test's. MS_TEST_SEED repeats a run. */
#include "storage/keyspace/keyspace.h"
#include "core/num/num.h"
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/storage/dummy_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

enum {
    NAMES = 150,
    DATABASES = 3,
    STEPS = 60000,
    CHECK_EVERY = 500,
    SIZE_LIMIT = 400
};

enum kind {
    NOTHING,
    STRING,
    DUMMY
};

struct model {
    enum kind kind;
    int number; /* DUMMY */
    size_t size;
    char bytes[SIZE_LIMIT + 1];
    int64_t expire_ms; /* -1: never */
};

static struct model model[DATABASES][NAMES];
static struct fake *fake;
static struct request *rq;
static bool seen[NAMES];

static size_t below(size_t bound)
{
    return random_below(&fake->random, bound);
}

static void name_of(size_t at, char name[32])
{
    snprintf(name, 32, "%s:%zu", at % 3 ? "k" : "a rather longer name", at);
}

static struct key key_of(size_t db, size_t at)
{
    char name[32];
    struct key key;

    name_of(at, name);
    key = request_key_of(rq, arena_span(fake->arena, span_text(name)), (int)db);
    return key;
}

/* What the model says lives there; what has expired is forgotten. */
static struct model *live(size_t db, size_t at)
{
    struct model *m = &model[db][at];

    if (m->expire_ms >= 0 && m->expire_ms <= fake->now_ms)
        *m = (struct model){.expire_ms = -1};
    return m;
}

static void check_entry(const struct model *m, const struct entry *entry)
{
    char scratch[NUM_TEXT_LIMIT];

    if (m->kind == NOTHING) {
        assert_null(entry);
        return;
    }
    assert_non_null(entry);
    assert_int_equal(entry_expire_ms(entry), m->expire_ms);
    if (m->kind == DUMMY) {
        assert_ptr_equal(entry_type(entry), &dummy_type);
        assert_int_equal(((struct dummy *)entry_value(entry))->number, m->number);
    } else {
        struct span bytes = entry_string(entry, scratch);

        assert_int_equal(bytes.size, m->size);
        assert_memory_equal(bytes.data, m->bytes, m->size);
    }
}

static void set_string(size_t db, size_t at)
{
    struct model *m = live(db, at);
    bool keep = below(2);

    if (m->kind == NOTHING || !keep)
        m->expire_ms = -1;
    m->kind = STRING;
    if (below(3) == 0) {
        m->size = (size_t)snprintf(m->bytes, SIZE_LIMIT, "%lld",
                                   (long long)random_next(&fake->random) >> below(64));
    } else {
        m->size = below(below(2) ? 60 : SIZE_LIMIT);
        memset(m->bytes, 'a' + (int)below(26), m->size);
    }
    keyspace_set_string(rq, key_of(db, at), span_of(m->bytes, m->size), keep);
}

static void resize_string(size_t db, size_t at)
{
    struct model *m = live(db, at);
    size_t size = below(SIZE_LIMIT);
    char *bytes;

    if (m->kind == DUMMY)
        return;
    if (m->kind == NOTHING)
        m->size = 0;
    m->kind = STRING;
    if (size > m->size)
        memset(m->bytes + m->size, 0, size - m->size);
    m->size = size;
    bytes = keyspace_resize_string(rq, key_of(db, at), size);
    if (size > 0)
        bytes[size - 1] = m->bytes[size - 1] = '!';
}

static void put_dummy(size_t db, size_t at)
{
    struct model *m = live(db, at);
    struct dummy *dummy = dummy_new((int)below(1000), below(130));
    bool keep = below(2);

    if (m->kind == NOTHING || !keep)
        m->expire_ms = -1;
    m->kind = DUMMY;
    m->number = dummy->number;
    keyspace_put_take(rq, key_of(db, at), &dummy_type, dummy, keep);
}

static void set_expire(size_t db, size_t at)
{
    struct model *m = live(db, at);
    struct entry *entry = keyspace_find(rq, key_of(db, at), FIND_WRITE);

    if (!entry)
        return;
    m->expire_ms = below(4) == 0 ? -1 : fake->now_ms + (int64_t)below(5000);
    keyspace_set_expire(rq, key_of(db, at), entry, m->expire_ms);
}

static void move_or_copy(size_t db, size_t at)
{
    size_t to_db = below(DATABASES), to_at = below(NAMES);
    struct model *from = live(db, at), *to = live(to_db, to_at);

    if (from->kind == NOTHING || to->kind != NOTHING || from == to)
        return;
    *to = *from;
    if (below(2)) {
        keyspace_copy(rq, key_of(db, at), key_of(to_db, to_at));
    } else {
        keyspace_move(rq, key_of(db, at), key_of(to_db, to_at));
        *from = (struct model){.expire_ms = -1};
    }
}

static void delete (size_t db, size_t at)
{
    struct model *m = live(db, at);

    assert_int_equal(keyspace_delete(rq, key_of(db, at), below(2)), m->kind != NOTHING);
    *m = (struct model){.expire_ms = -1};
}

static void swap(size_t a, size_t b)
{
    static struct model saved[NAMES];

    memcpy(saved, model[a], sizeof(saved));
    memcpy(model[a], model[b], sizeof(saved));
    memcpy(model[b], saved, sizeof(saved));
    keyspace_swap(fake->keyspace, (int)a, (int)b);
}

static void flush(size_t db)
{
    for (size_t at = 0; at < NAMES; at++)
        model[db][at] = (struct model){.expire_ms = -1};
    keyspace_flush(fake->keyspace, (int)db, below(2));
}

static void see(void *context, struct entry *entry)
{
    size_t db = *(size_t *)context;
    struct span name = entry_key(entry);
    const char *digits = (const char *)memchr(name.data, ':', name.size) + 1;
    uint64_t at;

    assert_int_equal(num_parse_u64(span_of(digits, (size_t)(name.data + name.size - digits)), &at),
                     0);
    check_entry(live(db, at), entry);
    seen[at] = true;
}

static void check_all(void)
{
    for (size_t db = 0; db < DATABASES; db++) {
        size_t count = 0, expiring = 0;
        uint64_t cursor = 0;

        for (unsigned shard = 0; shard < 64; shard++) {
            bool more;

            keyspace_expire_slice(rq, shard, 1000000, &more);
            assert_false(more);
        }
        memset(seen, 0, sizeof(seen));
        do {
            cursor = keyspace_scan(rq, (int)db, cursor, 1 + below(20), see, &db);
        } while (cursor);
        for (size_t at = 0; at < NAMES; at++) {
            const struct model *m = live(db, at);

            count += m->kind != NOTHING;
            expiring += m->kind != NOTHING && m->expire_ms >= 0;
            assert_int_equal(seen[at], m->kind != NOTHING);
            check_entry(m, keyspace_find(rq, key_of(db, at), FIND_READ));
        }
        assert_int_equal(keyspace_count(fake->keyspace, (int)db), count);
        assert_int_equal(keyspace_expiring_count(fake->keyspace, (int)db), expiring);
        memset(seen, 0, sizeof(seen));
        keyspace_each(fake->keyspace, (int)db, see, &db);
        for (size_t at = 0; at < NAMES; at++)
            assert_int_equal(seen[at], live(db, at)->kind != NOTHING);
    }
}

static void step(void)
{
    size_t db = below(DATABASES), at = below(NAMES);

    fake->now_ms += (int64_t)below(10);
    fake_request(fake);
    switch (below(12)) {
    case 0:
    case 1:
    case 2:
        set_string(db, at);
        break;
    case 3:
        put_dummy(db, at);
        break;
    case 4:
    case 5:
        set_expire(db, at);
        break;
    case 6:
        move_or_copy(db, at);
        break;
    case 7:
        delete (db, at);
        break;
    case 8:
        resize_string(db, at);
        break;
    case 9:
        if (below(100) == 0)
            swap(db, below(DATABASES));
        else if (below(200) == 0)
            flush(db);
        break;
    default:
        check_entry(live(db, at), keyspace_find(rq, key_of(db, at), FIND_READ));
    }
}

static void test_a_random_life_agrees_with_a_naive_model(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    fake = fake_new();
    rq = &fake->rq;
    random_init(&fake->random, seed);
    for (size_t db = 0; db < DATABASES; db++)
        for (size_t at = 0; at < NAMES; at++)
            model[db][at].expire_ms = -1;
    for (int i = 0; i < STEPS; i++) {
        step();
        if (i % CHECK_EVERY == 0)
            check_all();
    }
    check_all();
    fake_free(fake);
    assert_int_equal(atomic_load(&dummies_alive), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_random_life_agrees_with_a_naive_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
