#include "broker/config/directive.h"
#include "broker/pubsub/keyspace_events.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct directive *directive_find(struct span name)
{
    for (int i = 0; i < directive_count; i++)
        if (span_is(name, directives[i].name) ||
            (directives[i].alias && span_is(name, directives[i].alias)))
            return &directives[i];
    return NULL;
}

static void *field_of(struct config *config, const struct directive *directive)
{
    return (char *)config + directive->field;
}

static char *text_of(struct span span)
{
    char *text = mem_alloc(span.size + 1);

    if (span.size)
        memcpy(text, span.data, span.size);
    text[span.size] = '\0';
    return text;
}

static void replace_text(char **at, char *text)
{
    mem_free(*at);
    *at = text;
}

/* --- Kinds: each checks first and stores afterwards. */

static int set_bool(struct config *config, const struct directive *directive, struct span word,
                    struct diag *diag)
{
    bool yes = span_is(word, "yes");

    if (!yes && !span_is(word, "no"))
        return diag_set(diag, ERR_SYNTAX, "argument must be 'yes' or 'no'");
    if (directive->field != DIRECTIVE_NO_FIELD)
        *(bool *)field_of(config, directive) = yes;
    return 0;
}

static int check_range(const struct directive *directive, int64_t value, struct diag *diag)
{
    if (value >= directive->min && value <= directive->max)
        return 0;
    if (directive->kind == DIRECTIVE_OCTAL)
        return diag_set(diag, ERR_RANGE, "argument must be between %llo and %llo inclusive",
                        (unsigned long long)directive->min, (unsigned long long)directive->max);
    return diag_set(diag, ERR_RANGE, "argument must be between %lld and %lld inclusive",
                    (long long)directive->min, (long long)directive->max);
}

static int parse_octal(struct span word, int64_t *value)
{
    int64_t sum = 0;

    if (word.size == 0 || word.size > 6)
        return ERR_SYNTAX;
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '7')
            return ERR_SYNTAX;
        sum = sum * 8 + (word.data[i] - '0');
    }
    *value = sum;
    return 0;
}

static int set_memory_or_percent(struct config *config, const struct directive *directive,
                                 struct span word, struct diag *diag)
{
    bool percent = word.size > 0 && word.data[word.size - 1] == '%';
    int64_t value = 0;
    int rc = percent ? num_parse_i64(span_of(word.data, word.size - 1), &value)
                     : num_parse_memory(word, &value);

    if (rc < 0 || value < 0)
        return diag_set(diag, ERR_SYNTAX, "argument must be a memory or percent value");
    if (percent && value > 100)
        return diag_set(diag, ERR_RANGE, "percentage argument must be less or equal to 100");
    *(int64_t *)field_of(config, directive) = percent ? -value : value;
    return 0;
}

static int set_number(struct config *config, const struct directive *directive, struct span word,
                      struct diag *diag)
{
    int64_t value = 0;
    int rc;

    if (directive->kind == DIRECTIVE_MEMORY) {
        if (num_parse_memory(word, &value) < 0)
            return diag_set(diag, ERR_SYNTAX, "argument must be a memory value");
    } else if (directive->kind == DIRECTIVE_OCTAL) {
        if (parse_octal(word, &value) < 0)
            return diag_set(diag, ERR_SYNTAX, "argument couldn't be parsed as an octal number");
    } else if (num_parse_i64(word, &value) < 0) {
        return diag_set(diag, ERR_SYNTAX, "argument couldn't be parsed into an integer");
    }
    rc = check_range(directive, value, diag);
    if (rc < 0 || directive->field == DIRECTIVE_NO_FIELD)
        return rc;
    if (directive->kind == DIRECTIVE_INT || directive->kind == DIRECTIVE_OCTAL)
        *(int *)field_of(config, directive) = (int)value;
    else
        *(int64_t *)field_of(config, directive) = value;
    return 0;
}

static int find_word(const struct directive *directive, struct span word)
{
    for (int at = 0; directive->words[at]; at++)
        if (span_is(word, directive->words[at]))
            return at;
    return -1;
}

static int refuse_words(const struct directive *directive, struct diag *diag)
{
    struct buffer list = {0};
    int rc;

    for (int at = 0; directive->words[at]; at++)
        buffer_printf(&list, "%s%s", at ? ", " : "", directive->words[at]);
    rc = diag_set(diag, ERR_SYNTAX, "argument(s) must be one of the following: %.*s",
                  (int)list.size, list.data);
    buffer_release(&list);
    return rc;
}

static int set_enum(struct config *config, const struct directive *directive, size_t count,
                    const struct span *words, struct diag *diag)
{
    int found = count == 1 ? find_word(directive, words[0]) : -1;

    if (found < 0)
        return refuse_words(directive, diag);
    if (directive->field != DIRECTIVE_NO_FIELD)
        *(int *)field_of(config, directive) = found;
    return 0;
}

static bool is_about_shutdown(const struct directive *directive)
{
    return directive->field == offsetof(struct config, shutdown_on_sigint) ||
           directive->field == offsetof(struct config, shutdown_on_sigterm);
}

static int set_flags(struct config *config, const struct directive *directive, size_t count,
                     const struct span *words, struct diag *diag)
{
    unsigned flags = 0;

    for (size_t i = 0; i < count; i++) {
        int found = find_word(directive, words[i]);

        if (found < 0)
            return refuse_words(directive, diag);
        if (found > 0)
            flags |= 1U << (found - 1);
    }
    if (count == 0)
        return refuse_words(directive, diag);
    if (is_about_shutdown(directive) && flags & SHUTDOWN_SAVE && flags & SHUTDOWN_NOSAVE)
        return diag_set(diag, ERR_SYNTAX,
                        "shutdown options SAVE and NOSAVE can't be used simultaneously");
    if (directive->field != DIRECTIVE_NO_FIELD)
        *(unsigned *)field_of(config, directive) = flags;
    return 0;
}

static int set_oom_values(int *values, size_t count, const struct span *words, struct diag *diag)
{
    int64_t read[OOM_VALUES];

    if (count != OOM_VALUES)
        return diag_set(diag, ERR_SYNTAX, "wrong number of arguments");
    for (int i = 0; i < OOM_VALUES; i++)
        if (num_parse_i64(words[i], &read[i]) < 0 || read[i] < -2000 || read[i] > 2000)
            return diag_set(diag, ERR_RANGE,
                            "Invalid oom-score-adj-values, elements must be between -2000 and "
                            "2000.");
    for (int i = 0; i < OOM_VALUES; i++)
        values[i] = (int)read[i];
    return 0;
}

static int set_bind(struct config *config, size_t count, const struct span *words,
                    struct diag *diag)
{
    if (count > CONFIG_ADDRESSES_LIMIT)
        return diag_set(diag, ERR_RANGE, "Too many bind addresses specified.");
    for (int i = 0; i < config->bind_count; i++)
        mem_free(config->bind[i]);
    config->bind_count = 0;
    for (size_t i = 0; i < count; i++)
        if (words[i].size > 0)
            config->bind[config->bind_count++] = text_of(words[i]);
    return 0;
}

static int parse_client_class(struct span word)
{
    if (span_is(word, "normal"))
        return CLIENT_NORMAL;
    if (span_is(word, "slave") || span_is(word, "replica"))
        return CLIENT_REPLICA;
    return span_is(word, "pubsub") ? CLIENT_PUBSUB : -1;
}

static int set_output_limits(struct config *config, size_t count, const struct span *words,
                             struct diag *diag)
{
    struct config_output_limit limits[CLIENT_CLASSES];

    if (count == 0 || count % 4 != 0)
        return diag_set(diag, ERR_SYNTAX,
                        "Wrong number of arguments in buffer limit configuration.");
    memcpy(limits, config->output_limits, sizeof(limits));
    for (size_t i = 0; i < count; i += 4) {
        int class = parse_client_class(words[i]);
        struct config_output_limit limit;

        if (class < 0)
            return diag_set(diag, ERR_SYNTAX,
                            "Invalid client class specified in buffer limit configuration.");
        if (num_parse_memory(words[i + 1], &limit.hard) < 0 ||
            num_parse_memory(words[i + 2], &limit.soft) < 0 ||
            num_parse_i64(words[i + 3], &limit.soft_seconds) < 0 || limit.hard < 0 ||
            limit.soft < 0 || limit.soft_seconds < 0)
            return diag_set(
                diag, ERR_SYNTAX,
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        limits[class] = limit;
    }
    memcpy(config->output_limits, limits, sizeof(limits));
    return 0;
}

static int set_events(unsigned *mask, size_t count, const struct span *words, struct diag *diag)
{
    if (count > 1)
        return diag_set(diag, ERR_SYNTAX, "wrong number of arguments");
    if (keyspace_events_parse(count ? words[0] : span_of(NULL, 0), mask) == 0)
        return 0;
    return diag_set(diag, ERR_SYNTAX, "Invalid event class character. Use 'Ag$lshzxeKEtmdnocr'.");
}

static int set_percentiles(struct config *config, size_t count, const struct span *words,
                           struct diag *diag)
{
    double values[CONFIG_PERCENTILES_LIMIT];
    int used = 0;

    if (count > CONFIG_PERCENTILES_LIMIT)
        return diag_set(diag, ERR_RANGE, "at most %d percentiles", CONFIG_PERCENTILES_LIMIT);
    for (size_t i = 0; i < count; i++) {
        if (words[i].size == 0)
            continue;
        if (num_parse_double(words[i], &values[used]) < 0 || values[used] < 0 || values[used] > 100)
            return diag_set(diag, ERR_SYNTAX,
                            "latency-tracking-info-percentiles percentiles should be between 0.0 "
                            "and 100.0");
        used++;
    }
    memcpy(config->latency_percentiles, values, sizeof(double) * (size_t)used);
    config->latency_percentile_count = used;
    return 0;
}

/* Pairs of seconds and changes with one space between them, or nothing. */
static int check_save(size_t count, const struct span *words, struct diag *diag)
{
    size_t numbers = 0;
    bool good = true;

    if (count == 1 && words[0].size == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0, end; at <= words[i].size; at = end + 1) {
            int64_t value;

            end = at;
            while (end < words[i].size && words[i].data[end] != ' ')
                end++;
            good = good && num_parse_i64(span_of(words[i].data + at, end - at), &value) == 0 &&
                   value >= (numbers % 2 ? 0 : 1);
            numbers++;
        }
    }
    if (!good || numbers % 2 != 0)
        return diag_set(diag, ERR_SYNTAX, "Invalid save parameters");
    if (numbers > 2 * CONFIG_SAVE_POINTS_LIMIT)
        return diag_set(diag, ERR_RANGE, "at most %d save points", CONFIG_SAVE_POINTS_LIMIT);
    return 0;
}

/* The words of a line of which there may be several are to be told apart when it is split again. */
static char *join(size_t count, const struct span *words, bool quoted)
{
    struct buffer text = {0};

    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_append_byte(&text, ' ');
        if (quoted && (count > 1 || words[i].size))
            config_quote(&text, words[i]);
        else
            buffer_append_span(&text, words[i]);
    }
    buffer_append_byte(&text, '\0');
    return text.data;
}

/* What has no field is kept as text, in the form it is shown. */
static void keep_text(struct config *config, const struct directive *directive, size_t count,
                      const struct span *words)
{
    char **slot = &config->extra[directive - directives];
    int64_t bytes;

    if (directive->kind == DIRECTIVE_MEMORY && num_parse_memory(words[0], &bytes) == 0) {
        char text[NUM_TEXT_LIMIT];

        replace_text(slot, text_of(span_of(text, num_format_i64(text, bytes))));
    } else if ((directive->flags & DIRECTIVE_FILE_ONLY) && *slot && (*slot)[0]) {
        struct buffer all = {0};
        char *line = join(count, words, true);

        buffer_printf(&all, "%s\n%s", *slot, line); /* repeated lines are all kept */
        buffer_append_byte(&all, '\0');
        mem_free(line);
        replace_text(slot, all.data);
    } else {
        replace_text(slot, join(count, words, directive->flags & DIRECTIVE_FILE_ONLY));
    }
}

void directive_set_text(struct config *config, const char *name, struct span text)
{
    const struct directive *directive = directive_find(span_text(name));

    CHECK(directive && directive->field == DIRECTIVE_NO_FIELD);
    replace_text(&config->extra[directive - directives], text_of(text));
}

static bool is_name(struct span word)
{
    return word.size > 0 && !memchr(word.data, '/', word.size) &&
           !memchr(word.data, 0, word.size) && !span_is(word, ".") && !span_is(word, "..");
}

int directive_set(struct config *config, const struct directive *directive, size_t count,
                  const struct span *words, struct diag *diag)
{
    bool several = directive->kind >= DIRECTIVE_WORDS || (directive->flags & DIRECTIVE_MULTI) ||
                   (directive->flags & DIRECTIVE_IGNORED);
    int rc = 0;

    if (!several && count != 1)
        return diag_set(diag, ERR_SYNTAX, "wrong number of arguments");
    switch (directive->kind) {
    case DIRECTIVE_BOOL:
        rc = set_bool(config, directive, words[0], diag);
        break;
    case DIRECTIVE_INT:
    case DIRECTIVE_INT64:
    case DIRECTIVE_MEMORY:
    case DIRECTIVE_OCTAL:
        rc = set_number(config, directive, words[0], diag);
        break;
    case DIRECTIVE_MEMORY_OR_PERCENT:
        return set_memory_or_percent(config, directive, words[0], diag);
    case DIRECTIVE_ENUM:
        rc = set_enum(config, directive, count, words, diag);
        break;
    case DIRECTIVE_BIND:
        return set_bind(config, count, words, diag);
    case DIRECTIVE_OUTPUT_LIMITS:
        return set_output_limits(config, count, words, diag);
    case DIRECTIVE_PERCENTILES:
        return set_percentiles(config, count, words, diag);
    case DIRECTIVE_STRING:
        if ((directive->flags & DIRECTIVE_NAME) && !is_name(words[0]))
            return diag_set(diag, ERR_SYNTAX, "%s can't be a path, just a name", directive->name);
        if (directive->field != DIRECTIVE_NO_FIELD)
            replace_text(field_of(config, directive), text_of(words[0]));
        break;
    case DIRECTIVE_SAVE:
        rc = check_save(count, words, diag);
        break;
    case DIRECTIVE_EVENTS:
        return set_events(field_of(config, directive), count, words, diag);
    case DIRECTIVE_FLAGS:
        rc = set_flags(config, directive, count, words, diag);
        break;
    case DIRECTIVE_OOM_VALUES:
        return set_oom_values(field_of(config, directive), count, words, diag);
    case DIRECTIVE_WORDS:
        break;
    }
    if (rc == 0 && directive->field == DIRECTIVE_NO_FIELD)
        keep_text(config, directive, count, words);
    return rc;
}

/* --- And back. */

static void get_output_limits(const struct config *config, struct buffer *out)
{
    static const char *const names[CLIENT_CLASSES] = {"normal", "slave", "pubsub"};

    for (int i = 0; i < CLIENT_CLASSES; i++)
        buffer_printf(out, "%s%s %lld %lld %lld", i ? " " : "", names[i],
                      (long long)config->output_limits[i].hard,
                      (long long)config->output_limits[i].soft,
                      (long long)config->output_limits[i].soft_seconds);
}

static void get_percentiles(const struct config *config, struct buffer *out)
{
    for (int i = 0; i < config->latency_percentile_count; i++) {
        char text[40];

        if (i)
            buffer_append_byte(out, ' ');
        buffer_append(out, text, num_format_double(text, config->latency_percentiles[i]));
    }
}

static void get_flags(const struct directive *directive, unsigned flags, struct buffer *out)
{
    if (!flags)
        buffer_printf(out, "%s", directive->words[0]);
    for (int at = 1, put = 0; directive->words[at]; at++)
        if (flags & 1U << (at - 1))
            buffer_printf(out, "%s%s", put++ ? " " : "", directive->words[at]);
}

static void get_memory_or_percent(int64_t value, struct buffer *out)
{
    if (value < 0)
        buffer_printf(out, "%lld%%", (long long)-value);
    else
        buffer_printf(out, "%lld", (long long)value);
}

void directive_get(const struct config *config, const struct directive *directive,
                   struct buffer *out)
{
    const void *field;

    if (directive->field == DIRECTIVE_NO_FIELD) {
        const char *text = config->extra[directive - directives];

        buffer_append(out, text, strlen(text));
        return;
    }
    field = (const char *)config + directive->field;
    switch (directive->kind) {
    case DIRECTIVE_BOOL:
        buffer_printf(out, "%s", *(const bool *)field ? "yes" : "no");
        break;
    case DIRECTIVE_INT:
        buffer_printf(out, "%d", *(const int *)field);
        break;
    case DIRECTIVE_OCTAL:
        buffer_printf(out, "%o", (unsigned)*(const int *)field);
        break;
    case DIRECTIVE_INT64:
    case DIRECTIVE_MEMORY:
        buffer_printf(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case DIRECTIVE_MEMORY_OR_PERCENT:
        get_memory_or_percent(*(const int64_t *)field, out);
        break;
    case DIRECTIVE_ENUM:
        buffer_printf(out, "%s", directive->words[*(const int *)field]);
        break;
    case DIRECTIVE_STRING:
        buffer_printf(out, "%s", *(char *const *)field);
        break;
    case DIRECTIVE_BIND:
        for (int i = 0; i < config->bind_count; i++)
            buffer_printf(out, "%s%s", i ? " " : "", config->bind[i]);
        break;
    case DIRECTIVE_OUTPUT_LIMITS:
        get_output_limits(config, out);
        break;
    case DIRECTIVE_PERCENTILES:
        get_percentiles(config, out);
        break;
    case DIRECTIVE_FLAGS:
        get_flags(directive, *(const unsigned *)field, out);
        break;
    case DIRECTIVE_OOM_VALUES:
        for (int i = 0; i < OOM_VALUES; i++)
            buffer_printf(out, "%s%d", i ? " " : "", ((const int *)field)[i]);
        break;
    case DIRECTIVE_EVENTS:
        keyspace_events_format(*(const unsigned *)field, out);
        break;
    case DIRECTIVE_SAVE:
    case DIRECTIVE_WORDS:
        break;
    }
}

bool directive_is_changed(const struct config *config, const struct directive *directive)
{
    struct buffer value = {0};
    bool same;

    directive_get(config, directive, &value);
    same = span_equal(span_of(value.data, value.size), span_text(directive->initial));
    buffer_release(&value);
    return !same;
}

/* --- Snapshots. */

struct config *config_copy(const struct config *config)
{
    struct config *copy = mem_dup(config, sizeof(*config));

    for (int i = 0; i < config->bind_count; i++)
        copy->bind[i] = mem_strdup(config->bind[i]);
    copy->extra = mem_zalloc(sizeof(char *) * (size_t)directive_count);
    for (int i = 0; i < directive_count; i++) {
        const struct directive *directive = &directives[i];

        if (config->extra[i])
            copy->extra[i] = mem_strdup(config->extra[i]);
        if (directive->kind == DIRECTIVE_STRING && directive->field != DIRECTIVE_NO_FIELD) {
            char **text = field_of(copy, directive);

            *text = mem_strdup(*text);
        }
    }
    return copy;
}

void config_drop(struct config *config)
{
    if (!config)
        return;
    for (int i = 0; i < config->bind_count; i++)
        mem_free(config->bind[i]);
    for (int i = 0; i < directive_count; i++) {
        const struct directive *directive = &directives[i];

        mem_free(config->extra[i]);
        if (directive->kind == DIRECTIVE_STRING && directive->field != DIRECTIVE_NO_FIELD)
            mem_free(*(char **)field_of(config, directive));
    }
    mem_free(config->extra);
    mem_free(config);
}
