/* ACL LOG: what is counted together, how old an entry is, and how much is kept of it. */
#include "broker/acl/acl_internal.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum {
    LIMIT = 3,
    HUGE_SIZE = 1 << 20
};

static void add(struct acl_log *log, struct span object, int64_t at_ms)
{
    struct acl_log_entry what = {
        .reason = ACL_DENIED_KEY, .context = ACL_TOPLEVEL, .updated_ms = at_ms};

    buffer_append_span(&what.object, object);
    buffer_append_span(&what.user, object);
    buffer_append_span(&what.client, object);
    acl_log_add(log, &what, LIMIT);
    buffer_release(&what.object);
    buffer_release(&what.user);
    buffer_release(&what.client);
}

static void assert_age(struct acl_log *log, int64_t now_ms, const char *age)
{
    struct buffer text = {0};
    struct reply out;
    char wanted[64];

    reply_init(&out, &text, 2);
    acl_log_reply(log, 1, now_ms, &out);
    buffer_append_byte(&text, '\0');
    snprintf(wanted, sizeof(wanted), "age-seconds\r\n$%zu\r\n%s\r\n", strlen(age), age);
    assert_non_null(strstr(text.data, wanted));
    buffer_release(&text);
}

static void test_the_same_within_a_minute_counts_only(void **state)
{
    struct acl_log log = {0};

    (void)state;
    acl_log_init(&log);
    add(&log, SPAN("k"), 1000);
    add(&log, SPAN("other"), 2000);
    add(&log, SPAN("k"), 61000);
    assert_int_equal(log.count, 2);
    assert_int_equal(log.first->count, 2);
    assert_int_equal(log.first->created_ms, 1000);
    add(&log, SPAN("k"), 121001);
    assert_int_equal(log.count, 3);
    assert_int_equal(log.first->count, 1);
    acl_log_release(&log);
}

static void test_the_age_is_that_of_the_last_refusal(void **state)
{
    struct acl_log log = {0};

    (void)state;
    acl_log_init(&log);
    add(&log, SPAN("k"), 1000);
    assert_age(&log, 2500, "1.5");
    add(&log, SPAN("k"), 11000);
    assert_age(&log, 11250, "0.25");
    acl_log_release(&log);
}

static void test_no_more_is_kept_than_the_limit(void **state)
{
    struct acl_log log = {0};
    char name[16];

    (void)state;
    acl_log_init(&log);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "k%d", i);
        add(&log, span_text(name), 1000);
    }
    assert_int_equal(log.count, LIMIT);
    acl_log_trim(&log, 1);
    assert_int_equal(log.count, 1);
    assert_int_equal(log.first->object.data[1], '9');
    acl_log_release(&log);
}

/* Keys may be as large as arguments can be: whoever is refused would fill the memory with them. */
static void test_of_a_huge_name_the_beginning_is_kept(void **state)
{
    char *text = mem_alloc(HUGE_SIZE);
    struct acl_log log = {0};
    size_t before;

    (void)state;
    memset(text, 'x', HUGE_SIZE);
    acl_log_init(&log);
    before = mem_used();
    add(&log, span_of(text, HUGE_SIZE), 1000);
    assert_true(mem_used() - before < 64 * 1024);
    add(&log, span_of(text, HUGE_SIZE), 2000);
    assert_int_equal(log.count, 1);
    assert_int_equal(log.first->count, 2);
    acl_log_release(&log);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_within_a_minute_counts_only),
        cmocka_unit_test(test_the_age_is_that_of_the_last_refusal),
        cmocka_unit_test(test_no_more_is_kept_than_the_limit),
        cmocka_unit_test(test_of_a_huge_name_the_beginning_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
