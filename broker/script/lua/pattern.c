/* A backtracking matcher. The pattern is walked item by item; a call is made only where there is
 * something to come back to: optional and repeated items and captures. */
#include "broker/script/lua/pattern.h"

#include "broker/script/lua/sandbox_internal.h"

#include <ctype.h>
#include <string.h>

enum {
    ESCAPE = '%',
    CAPTURE_OPEN = -1,     /* its end is not matched yet */
    CAPTURE_POSITION = -2, /* "()": only its start counts */
    STEPS_AT_ONCE = 256,
    SET_BYTES_PER_STEP = 4,
    TEXT_BYTES_PER_STEP = 64
};

static const char *match_here(struct pattern *match, const char *at, const char *pattern);

static void step(struct pattern *match)
{
    if (++match->steps < STEPS_AT_ONCE)
        return;
    sandbox_spend(match->state, match->steps);
    match->steps = 0;
}

void pattern_init(struct pattern *match, lua_State *state, const char *subject, size_t size)
{
    match->state = state;
    match->subject = subject;
    match->end = subject + size;
    match->depth = 0;
    match->steps = 0;
    match->captures = 0;
}

static bool class_has(int letter, unsigned char byte)
{
    bool has;

    switch (tolower(letter)) {
    case 'a':
        has = isalpha(byte);
        break;
    case 'c':
        has = iscntrl(byte);
        break;
    case 'd':
        has = isdigit(byte);
        break;
    case 'l':
        has = islower(byte);
        break;
    case 'p':
        has = ispunct(byte);
        break;
    case 's':
        has = isspace(byte);
        break;
    case 'u':
        has = isupper(byte);
        break;
    case 'w':
        has = isalnum(byte);
        break;
    case 'x':
        has = isxdigit(byte);
        break;
    case 'z':
        has = byte == 0;
        break;
    default:
        return letter == byte;
    }
    return isupper(letter) ? !has : has;
}

/* Where the item that starts at `pattern` ends. What it costs to read it, here and in set_has(), is
 * counted: a set can be as long as a pattern. */
static const char *item_end(struct pattern *match, const char *pattern)
{
    const char *start = pattern;
    char first = *pattern++;

    if (first == ESCAPE) {
        if (*pattern == '\0')
            luaL_error(match->state, "malformed pattern (ends with '%%')");
        return pattern + 1;
    }
    if (first != '[')
        return pattern;
    if (*pattern == '^')
        pattern++;
    do { /* a "]" that comes first belongs to the set */
        if (*pattern == '\0')
            luaL_error(match->state, "malformed pattern (missing ']')");
        if (*pattern++ == ESCAPE && *pattern != '\0')
            pattern++;
    } while (*pattern != ']');
    match->steps += (unsigned)(pattern - start) / SET_BYTES_PER_STEP;
    return pattern + 1;
}

/* `set` is at "[", `last` at its "]". */
static bool set_has(const char *set, const char *last, unsigned char byte)
{
    bool found = true;

    if (set[1] == '^') {
        found = false;
        set++;
    }
    while (++set < last) {
        if (*set == ESCAPE) {
            set++;
            if (class_has((unsigned char)*set, byte))
                return found;
        } else if (set[1] == '-' && set + 2 < last) {
            set += 2;
            if ((unsigned char)set[-2] <= byte && byte <= (unsigned char)*set)
                return found;
        } else if ((unsigned char)*set == byte) {
            return found;
        }
    }
    return !found;
}

/* Whether the item [pattern, end) fits one byte at `at`. */
static bool fits(struct pattern *match, const char *at, const char *pattern, const char *end)
{
    unsigned char byte;

    step(match);
    if (at >= match->end)
        return false;
    byte = (unsigned char)*at;
    switch (*pattern) {
    case '.':
        return true;
    case ESCAPE:
        return class_has((unsigned char)pattern[1], byte);
    case '[':
        match->steps += (unsigned)(end - pattern) / SET_BYTES_PER_STEP;
        return set_has(pattern, end - 1, byte);
    default:
        return (unsigned char)*pattern == byte;
    }
}

/* %bxy */
static const char *match_balance(struct pattern *match, const char *at, const char *pattern)
{
    char open = pattern[0], close;
    size_t depth = 1;

    if (open == '\0' || pattern[1] == '\0')
        luaL_error(match->state, "unbalanced pattern");
    close = pattern[1];
    if (at >= match->end || *at != open)
        return NULL;
    while (++at < match->end) {
        step(match);
        if (*at == close) {
            if (--depth == 0)
                return at + 1;
        } else if (*at == open) {
            depth++;
        }
    }
    return NULL;
}

static const char *match_most(struct pattern *match, const char *at, const char *pattern,
                              const char *end)
{
    ptrdiff_t count = 0;

    while (fits(match, at + count, pattern, end))
        count++;
    for (; count >= 0; count--) {
        const char *result = match_here(match, at + count, end + 1);

        if (result)
            return result;
    }
    return NULL;
}

static const char *match_least(struct pattern *match, const char *at, const char *pattern,
                               const char *end)
{
    for (;;) {
        const char *result = match_here(match, at, end + 1);

        if (result)
            return result;
        if (!fits(match, at, pattern, end))
            return NULL;
        at++;
    }
}

static const char *open_capture(struct pattern *match, const char *at, const char *pattern,
                                ptrdiff_t mark)
{
    const char *result;

    if (match->captures >= PATTERN_CAPTURES)
        luaL_error(match->state, "too many captures");
    match->capture[match->captures].start = at;
    match->capture[match->captures].size = mark;
    match->captures++;
    result = match_here(match, at, pattern);
    if (!result)
        match->captures--;
    return result;
}

static const char *close_capture(struct pattern *match, const char *at, const char *pattern)
{
    const char *result;
    int open = match->captures - 1;

    while (open >= 0 && match->capture[open].size != CAPTURE_OPEN)
        open--;
    if (open < 0)
        luaL_error(match->state, "invalid pattern capture");
    match->capture[open].size = at - match->capture[open].start;
    result = match_here(match, at, pattern);
    if (!result)
        match->capture[open].size = CAPTURE_OPEN;
    return result;
}

/* %1 to %9: what the capture holds once more. */
static const char *match_again(struct pattern *match, const char *at, char digit)
{
    int index = digit - '1';
    size_t size;

    if (index < 0 || index >= match->captures || match->capture[index].size == CAPTURE_OPEN)
        luaL_error(match->state, "invalid capture index");
    if (match->capture[index].size < 0) /* a position is never found in a subject */
        return NULL;
    size = (size_t)match->capture[index].size;
    match->steps += (unsigned)(size / TEXT_BYTES_PER_STEP);
    step(match);
    if ((size_t)(match->end - at) < size || memcmp(match->capture[index].start, at, size) != 0)
        return NULL;
    return at + size;
}

/* %f[set]: between a byte outside of the set and one inside; the ends of the subject count as NUL.
 */
static const char *match_frontier(struct pattern *match, const char *at, const char **pattern)
{
    const char *end;
    unsigned char before = at == match->subject ? 0 : (unsigned char)at[-1];
    unsigned char after = at == match->end ? 0 : (unsigned char)*at;

    if (**pattern != '[')
        luaL_error(match->state, "missing '[' after '%%f' in pattern");
    end = item_end(match, *pattern);
    if (set_has(*pattern, end - 1, before) || !set_has(*pattern, end - 1, after))
        return NULL;
    *pattern = end;
    return at;
}

/* One item and what repeats it. Returns where to go on with *pattern, or NULL; sets *done if the
 * rest of the pattern is matched already and the result is final. */
static const char *match_item(struct pattern *match, const char *at, const char **pattern,
                              bool *done)
{
    const char *end = item_end(match, *pattern), *result;

    switch (*end) {
    case '?':
        if (fits(match, at, *pattern, end) && (result = match_here(match, at + 1, end + 1))) {
            *done = true;
            return result;
        }
        *pattern = end + 1;
        return at;
    case '*':
        *done = true;
        return match_most(match, at, *pattern, end);
    case '+':
        *done = true;
        return fits(match, at, *pattern, end) ? match_most(match, at + 1, *pattern, end) : NULL;
    case '-':
        *done = true;
        return match_least(match, at, *pattern, end);
    default:
        result = fits(match, at, *pattern, end) ? at + 1 : NULL;
        *pattern = end;
        return result;
    }
}

/* The items with a letter of their own after "%". */
static const char *match_escape(struct pattern *match, const char *at, const char **pattern,
                                bool *done)
{
    const char *item = *pattern;

    switch (item[1]) {
    case 'b':
        at = match_balance(match, at, item + 2);
        *pattern = item + 4;
        return at;
    case 'f':
        *pattern = item + 2;
        return match_frontier(match, at, pattern);
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        *pattern = item + 2;
        return match_again(match, at, item[1]);
    default:
        return match_item(match, at, pattern, done);
    }
}

static const char *match_here(struct pattern *match, const char *at, const char *pattern)
{
    bool done = false;

    if (++match->depth > PATTERN_DEPTH)
        luaL_error(match->state, "pattern too complex");
    step(match);
    while (at && !done && *pattern != '\0') {
        if (*pattern == '(') {
            bool position = pattern[1] == ')';

            at = open_capture(match, at, pattern + (position ? 2 : 1),
                              position ? CAPTURE_POSITION : CAPTURE_OPEN);
            done = true;
        } else if (*pattern == ')') {
            at = close_capture(match, at, pattern + 1);
            done = true;
        } else if (*pattern == '$' && pattern[1] == '\0') {
            at = at == match->end ? at : NULL;
            done = true;
        } else if (*pattern == ESCAPE) {
            at = match_escape(match, at, &pattern, &done);
        } else {
            at = match_item(match, at, &pattern, &done);
        }
    }
    match->depth--;
    return at;
}

const char *pattern_match(struct pattern *match, const char *at, const char *pattern)
{
    match->captures = 0;
    match->depth = 0;
    return match_here(match, at, pattern);
}

void pattern_push_capture(struct pattern *match, int index, const char *from, const char *to)
{
    const struct pattern_capture *capture = &match->capture[index];

    if (index >= match->captures) {
        if (index != 0)
            luaL_error(match->state, "invalid capture index");
        lua_pushlstring(match->state, from, (size_t)(to - from));
        return;
    }
    if (capture->size == CAPTURE_OPEN)
        luaL_error(match->state, "unfinished capture");
    if (capture->size == CAPTURE_POSITION)
        lua_pushinteger(match->state, capture->start - match->subject + 1);
    else
        lua_pushlstring(match->state, capture->start, (size_t)capture->size);
}

int pattern_push_captures(struct pattern *match, const char *from, const char *to)
{
    int count = match->captures == 0 && from ? 1 : match->captures;

    luaL_checkstack(match->state, count, "too many captures");
    for (int i = 0; i < count; i++)
        pattern_push_capture(match, i, from, to);
    return count;
}
