/* Random calls against a model that is nothing but arrays, with a clock that goes on: both forms
 * and changes between them, times set, dropped, kept and come. Every reply must be the model's, and
 * the keyspace must know the earliest time. */
#include "core/hash/random.h"
#include "tests/unit/types/hash/hash_test.h"

#include <string.h>
#include <time.h>

enum {
    FIELDS = 24,
    CALLS = 30000,
    VALUE_LIMIT = 300
};

struct model_field {
    bool there;    /* set and not deleted; may have expired */
    int64_t at_ms; /* -1: never */
    int size;      /* of the value, which repeats `letter` */
    char letter;
};

static struct model_field model[FIELDS];
static struct random chance;

static uint64_t below(uint64_t bound)
{
    return random_below(&chance, bound);
}

static bool is_live(const struct model_field *field)
{
    return field->there && (field->at_ms < 0 || field->at_ms > fake->now_ms);
}

static size_t live_count(void)
{
    size_t count = 0;

    for (int i = 0; i < FIELDS; i++)
        count += is_live(&model[i]);
    return count;
}

static void value_text(const struct model_field *field, char *text)
{
    memset(text, field->letter, (size_t)field->size);
    text[field->size] = '\0';
}

static void set_model(struct model_field *field, int64_t at_ms)
{
    *field = (struct model_field){true, at_ms, 0, 'a'};
    field->letter = (char)('a' + below(26));
    field->size = (int)(below(8) == 0 ? below(VALUE_LIMIT) : below(12));
}

static void check_value(const struct model_field *field, const char *reply)
{
    char text[VALUE_LIMIT + 1], expected[VALUE_LIMIT + 3];

    value_text(field, text);
    snprintf(expected, sizeof(expected), "\"%s\"", text);
    assert_string_equal(reply, is_live(field) ? expected : "nil");
}

static void check_number(const char *reply, long long number)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", number);
    assert_string_equal(reply, text);
}

static void check_numbers(const char *reply, long long number)
{
    char text[24];

    snprintf(text, sizeof(text), "[%lld]", number);
    assert_string_equal(reply, text);
}

static void call_set(struct model_field *field, const char *name)
{
    char text[VALUE_LIMIT + 1], wait[24];
    bool was = is_live(field);

    switch (below(3)) {
    case 0:
        set_model(field, -1);
        value_text(field, text);
        check_number(fake_run(fake, "HSET", "h", name, text), !was);
        break;
    case 1:
        set_model(field, was ? field->at_ms : -1);
        value_text(field, text);
        check_number(fake_run(fake, "HSETEX", "h", "KEEPTTL", "FIELDS", "1", name, text), 1);
        break;
    default:
        snprintf(wait, sizeof(wait), "%d", (int)below(300));
        set_model(field, fake->now_ms + atoi(wait));
        field->there = atoi(wait) > 0;
        value_text(field, text);
        check_number(fake_run(fake, "HSETEX", "h", "PX", wait, "FIELDS", "1", name, text), 1);
    }
}

static void call_expire(struct model_field *field, const char *name)
{
    static const char *const words[] = {"NX", "XX", "GT", "LT"};
    size_t word = below(4);
    int64_t at_ms = fake->now_ms + (int64_t)below(300);
    bool has = field->at_ms >= 0;
    const bool allowed[] = {!has, has, has && at_ms > field->at_ms, !has || at_ms < field->at_ms};
    int outcome = !is_live(field) ? -2 : !allowed[word] ? 0 : at_ms > fake->now_ms ? 1 : 2;
    char time_text[24];

    snprintf(time_text, sizeof(time_text), "%lld", (long long)at_ms);
    check_numbers(fake_run(fake, "HPEXPIREAT", "h", time_text, words[word], "FIELDS", "1", name),
                  outcome);
    if (outcome == 1)
        field->at_ms = at_ms;
    if (outcome == 2)
        field->there = false;
}

static void call_persist(struct model_field *field, const char *name)
{
    int outcome = !is_live(field) ? -2 : field->at_ms < 0 ? -1 : 1;

    check_numbers(fake_run(fake, "HPERSIST", "h", "FIELDS", "1", name), outcome);
    if (outcome == 1)
        field->at_ms = -1;
}

static void call_all(void)
{
    size_t seen = 0;
    const char *at = fake_line(fake, "HKEYS h");

    while ((at = strchr(at, 'f')) != NULL) {
        assert_true(is_live(&model[atoi(++at)]));
        seen++;
    }
    assert_int_equal(seen, live_count());
}

static void call_timer(void)
{
    for (unsigned shard = 0; shard < 64; shard++) {
        bool more;

        keyspace_expire_slice(fake_request(fake), shard, 1000000, &more);
        assert_false(more);
    }
    check_number(fake_line(fake, "HLEN h"), (long long)live_count());
}

/* What the keyspace notes is what the hash says. */
static void check_noted(void)
{
    struct entry *entry = keyspace_find(fake_request(fake), fake_key(fake, "h"), FIND_QUIET);
    int64_t first_ms = -1;

    for (int i = 0; i < FIELDS; i++)
        if (is_live(&model[i]) && model[i].at_ms >= 0 &&
            (first_ms < 0 || model[i].at_ms < first_ms))
            first_ms = model[i].at_ms;
    if (entry) {
        int64_t next_ms = hash_next_expire_ms(entry_value(entry));

        assert_int_equal(keyspace_part_expiring_count(fake->keyspace, 0), next_ms >= 0);
        assert_true(next_ms == first_ms || (next_ms >= 0 && next_ms <= fake->now_ms));
    } else {
        assert_int_equal(keyspace_part_expiring_count(fake->keyspace, 0), 0);
        assert_int_equal(live_count(), 0);
    }
}

static void call_one(void)
{
    struct model_field *field = &model[below(FIELDS)];
    char name[8];

    snprintf(name, sizeof(name), "f%d", (int)(field - model));
    switch (below(10)) {
    case 0:
    case 1:
    case 2:
        call_set(field, name);
        break;
    case 3:
        check_value(field, fake_run(fake, "HGET", "h", name));
        break;
    case 4:
        check_number(fake_run(fake, "HDEL", "h", name), is_live(field));
        field->there = false;
        break;
    case 5:
        call_expire(field, name);
        break;
    case 6:
        call_persist(field, name);
        break;
    case 7:
        call_all();
        break;
    case 8:
        fake->now_ms += (int64_t)below(40);
        break;
    default:
        if (below(4) == 0)
            call_timer();
        else
            check_numbers(fake_run(fake, "HPTTL", "h", "FIELDS", "1", name),
                          !is_live(field)    ? -2
                          : field->at_ms < 0 ? -1
                                             : field->at_ms - fake->now_ms);
    }
}

static void run(uint64_t seed, int64_t entries, int64_t value)
{
    print_message("seed %llu, listpacks up to %lld fields of %lld bytes\n",
                  (unsigned long long)seed, (long long)entries, (long long)value);
    random_init(&chance, seed);
    memset(model, 0, sizeof(model));
    fake->settings.hash_max_listpack_entries = entries;
    fake->settings.hash_max_listpack_value = value;
    for (int i = 0; i < CALLS; i++) {
        if (i % 500 == 499) { /* begin again in the small form */
            fake_line(fake, "DEL h");
            memset(model, 0, sizeof(model));
        }
        call_one();
        check_noted();
    }
    fake_line(fake, "DEL h");
}

static void test_every_reply_is_the_models(void **state)
{
    uint64_t seed = (uint64_t)time(NULL);

    (void)state;
    run(seed, 1000, 1000);   /* lists only */
    run(seed + 1, 0, 1000);  /* tables only */
    run(seed + 2, 12, 1000); /* tables from twelve fields on */
    run(seed + 3, 20, 40);   /* or from a long value on */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_reply_is_the_models, hash_test_set_up,
                                        hash_test_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
