#include "core/text/regex.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

struct regex {
    pcre2_general_context *memory;
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_code *code;
    pcre2_match_data *data;
};

static void *get(size_t size, void *unused)
{
    (void)unused;
    return mem_try_alloc(size);
}

static void put(void *block, void *unused)
{
    (void)unused;
    mem_free(block);
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_match_data_free(regex->data);
    pcre2_code_free(regex->code);
    pcre2_match_context_free(regex->match);
    pcre2_compile_context_free(regex->compile);
    pcre2_general_context_free(regex->memory);
    mem_free(regex);
}

/* The contexts, in which the limits are. False if memory is out. */
static bool set_up(struct regex *regex)
{
    regex->memory = pcre2_general_context_create(get, put, NULL);
    if (!regex->memory)
        return false;
    regex->compile = pcre2_compile_context_create(regex->memory);
    regex->match = pcre2_match_context_create(regex->memory);
    if (!regex->compile || !regex->match)
        return false;
    pcre2_set_parens_nest_limit(regex->compile, REGEX_NEST_LIMIT);
    pcre2_set_max_pattern_length(regex->compile, REGEX_PATTERN_LIMIT);
    pcre2_set_match_limit(regex->match, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(regex->match, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(regex->match, REGEX_HEAP_LIMIT_KIB);
    return true;
}

static int fail(struct regex *regex, int code, const char *text, char *reason)
{
    snprintf(reason, REGEX_REASON_SIZE, "%s", text);
    regex_free(regex);
    return code;
}

int regex_new(struct span pattern, bool nocase, struct regex **out, char reason[REGEX_REASON_SIZE])
{
    uint32_t options = PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
    struct regex *regex = mem_zalloc(sizeof(*regex));
    char text[REGEX_REASON_SIZE];
    size_t at;
    int code;

    *out = NULL;
    if (pattern.size > REGEX_PATTERN_LIMIT)
        return fail(regex, ERR_FULL, "it is too long", reason);
    if (!set_up(regex))
        return fail(regex, ERR_NOMEM, "out of memory", reason);
    regex->code =
        pcre2_compile((PCRE2_SPTR)(pattern.data ? pattern.data : ""), pattern.size,
                      options | (nocase ? PCRE2_CASELESS : 0), &code, &at, regex->compile);
    if (!regex->code) {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text));
        return fail(regex, ERR_SYNTAX, text, reason);
    }
    regex->data = pcre2_match_data_create(1, regex->memory);
    if (!regex->data)
        return fail(regex, ERR_NOMEM, "out of memory", reason);
    *out = regex;
    return 0;
}

int regex_match(struct regex *regex, struct span text)
{
    int rc = pcre2_match(regex->code, (PCRE2_SPTR)(text.data ? text.data : ""), text.size, 0, 0,
                         regex->data, regex->match);

    if (rc >= 0)
        return 1; /* 0: more groups than we asked to be told of */
    return rc == PCRE2_ERROR_NOMATCH ? 0 : ERR_FULL;
}
