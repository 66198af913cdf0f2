/* ACL rules: the input's lines are rules, given to a user one after the other. Each is taken, or
 * refused with a reason and without a change. What is written of the user, read again word by word
 * as from an ACL file, gives the same user; and a copy is equal to what it was made from. */
#include "broker/acl/acl_internal.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    INPUT_LIMIT = 4 * 1024
};

static struct acl_terms *terms(void)
{
    static struct acl_terms made;

    if (!made.registry)
        acl_terms_init(&made, registry_new(registry_families));
    return &made;
}

/* The rules of a user read from his line, as ACL LOAD reads it. */
static struct acl_rules *read_again(struct span line)
{
    struct span *words = mem_alloc((line.size / 2 + 1) * sizeof(*words));
    struct acl_rules *rules = acl_rules_new(terms());
    struct diag diag = {0};
    size_t count = 0;

    for (size_t at = 0; at < line.size; at++) {
        size_t start = at;

        while (at < line.size && line.data[at] != ' ')
            at++;
        words[count++] = span_of(line.data + start, at - start);
    }
    CHECK(acl_rules_apply_words(
              terms(), rules, &(struct acl_words){.count = count, .items = words, .what = "Error"},
              &diag) == 0);
    mem_free(words);
    return rules;
}

/* One rule, on a copy first: a refused one changes nothing. */
static void apply(struct acl_rules *rules, struct span rule)
{
    struct acl_rules *before = acl_rules_copy(rules);
    const char *why = acl_rules_apply(terms(), rules, rule);

    CHECK(!why || why[0]);
    CHECK(!why || acl_rules_equal(before, rules));
    acl_rules_free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of((const char *)data, size);
    struct buffer line = {0}, again = {0};
    struct acl_rules *rules, *other;

    if (size == 0 || size > INPUT_LIMIT)
        return 0;
    terms()->new_users_get_all_channels = data[0] & 1;
    rules = acl_rules_new(terms());
    while (text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        struct span rule = span_of(text.data, end ? (size_t)(end - text.data) : text.size);

        text = end ? span_of(end + 1, text.size - rule.size - 1) : span_of(NULL, 0);
        apply(rules, rule);
    }
    acl_rules_describe(rules, &line);
    CHECK(!memchr(line.data, '\n', line.size));
    other = read_again(span_of(line.data, line.size));
    CHECK(acl_rules_equal(rules, other));
    CHECK(acl_rules_unrestricted(rules) == acl_rules_unrestricted(other));
    acl_rules_describe(other, &again);
    CHECK(line.size == again.size && memcmp(line.data, again.data, line.size) == 0);
    acl_rules_free(other);
    acl_rules_free(rules);
    buffer_release(&line);
    buffer_release(&again);
    return 0;
}
