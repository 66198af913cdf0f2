/* check.c - millstream-check: the command line. */
#include "broker/check/check.h"
#include "core/base/error.h"
#include "core/bytes/span.h"
#include "core/num/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char usage[] =
    "Usage: millstream-check [options] DIR | FILE.rdb\n"
    "\n"
    "DIR is a log directory (millstream-log in the server's dir), FILE.rdb an RDB file, ours or\n"
    "Redis's. Without options everything in it is read and checked.\n"
    "\n"
    "  --dump               print the records as commands, one a line: position, command\n"
    "  --follow             print records as they come, until interrupted; from now on, or --from\n"
    "                       (as soon as they are in the file: a power cut may still take them)\n"
    "  --from POINT         where to begin printing\n"
    "  --to POINT           where to end printing\n"
    "  --time               print the time of each record, too\n"
    "  --repair             show what would be cut off to make the log sound\n"
    "  --yes                and do it; what is cut off is kept in a file beside\n"
    "  --export AOFDIR      make an append only directory for Redis of the state at the end\n"
    "  --write DIR2         make a new log directory of the state at the end\n"
    "  --until POINT        for --export and --write: the state at this point instead\n"
    "  --help, --version\n"
    "\n"
    "POINT is a position as --dump prints it (what stands at it and behind it is left out by --to\n"
    "and --until), or a time in UTC: 2026-11-21T07:08:25.123Z or @ and Unix seconds.\n"
    "\n"
    "Exit code: 0 sound, 1 damaged, 2 usage, 3 can't be read.\n";

/* --- Points. */

/* "7", "07.5", "7.123": seconds to milliseconds. */
static bool parse_seconds(const char *text, int64_t *ms)
{
    const char *dot = strchr(text, '.');
    size_t whole = dot ? (size_t)(dot - text) : strlen(text);
    uint64_t seconds;
    int64_t scale = 100, fraction = 0;

    if (num_parse_u64(span_of(text, whole), &seconds) < 0 || seconds > INT64_MAX / 2000)
        return false;
    for (const char *at = dot ? dot + 1 : ""; *at; at++, scale /= 10) {
        if (*at < '0' || *at > '9')
            return false;
        fraction += (*at - '0') * scale;
    }
    *ms = (int64_t)seconds * 1000 + fraction;
    return true;
}

static bool parse_date(const char *text, int64_t *ms)
{
    char seconds[16] = "";
    struct tm date = {0};
    int64_t second_ms;
    time_t day;
    size_t size;

    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%15s", &date.tm_year, &date.tm_mon, &date.tm_mday,
               &date.tm_hour, &date.tm_min, seconds) != 6)
        return false;
    size = strlen(seconds);
    if (size > 0 && seconds[size - 1] == 'Z')
        seconds[size - 1] = '\0';
    if (!parse_seconds(seconds, &second_ms) || second_ms >= 61000 || date.tm_mon < 1 ||
        date.tm_mon > 12 || date.tm_mday < 1 || date.tm_mday > 31 || date.tm_hour > 23 ||
        date.tm_min > 59)
        return false;
    date.tm_year -= 1900;
    date.tm_mon--;
    day = timegm(&date);
    *ms = (int64_t)day * 1000 + second_ms;
    return true;
}

bool check_point_parse(const char *text, struct check_point *point)
{
    *point = (struct check_point){.kind = POINT_POSITION};
    if (num_parse_u64(span_text(text), &point->position) == 0)
        return true;
    point->kind = POINT_TIME;
    return text[0] == '@' ? parse_seconds(text + 1, &point->time_ms)
                          : parse_date(text, &point->time_ms);
}

void check_format_time(int64_t time_ms, char *to)
{
    time_t seconds = (time_t)(time_ms / 1000);
    char day[CHECK_TIME_SIZE] = "?";
    struct tm date;

    if (time_ms >= 0 && gmtime_r(&seconds, &date))
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &date);
    snprintf(to, CHECK_TIME_SIZE, "%.26s.%03dZ", day, (int)(time_ms % 1000 + 1000) % 1000);
}

enum check_exit check_exit_of(int rc)
{
    switch (rc) {
    case 0:
        return CHECK_SOUND;
    case ERR_DAMAGED:
    case ERR_UNSUPPORTED:
    case ERR_SYNTAX:
        return CHECK_DAMAGED;
    default:
        return CHECK_UNREADABLE;
    }
}

/* --- Options. */

struct flag {
    const char *name;
    enum {
        FLAG_JOB,        /* sets the job */
        FLAG_JOB_TARGET, /* and takes what it makes */
        FLAG_POINT,
        FLAG_BOOL,
    } kind;
    enum check_job job;
    size_t field; /* of check_options */
};

#define FIELD(member) offsetof(struct check_options, member)
static const struct flag flags[] = {
    {"--dump", FLAG_JOB, JOB_DUMP, 0},
    {"--follow", FLAG_JOB, JOB_FOLLOW, 0},
    {"--repair", FLAG_JOB, JOB_REPAIR, 0},
    {"--export", FLAG_JOB_TARGET, JOB_EXPORT, 0},
    {"--write", FLAG_JOB_TARGET, JOB_WRITE, 0},
    {"--from", FLAG_POINT, JOB_VERIFY, FIELD(from)},
    {"--to", FLAG_POINT, JOB_VERIFY, FIELD(to)},
    {"--until", FLAG_POINT, JOB_VERIFY, FIELD(until)},
    {"--time", FLAG_BOOL, JOB_VERIFY, FIELD(times)},
    {"--yes", FLAG_BOOL, JOB_VERIFY, FIELD(yes)},
};

static const struct flag *find_flag(const char *name)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

static int take_flag(struct check_options *options, const struct flag *flag, const char *value,
                     struct diag *diag)
{
    char *field = (char *)options + flag->field;

    switch (flag->kind) {
    case FLAG_JOB:
    case FLAG_JOB_TARGET:
        if (options->job != JOB_VERIFY)
            return diag_set(diag, ERR_SYNTAX, "%s: only one thing at a time", flag->name);
        options->job = flag->job;
        options->target = value;
        return 0;
    case FLAG_POINT:
        if (!check_point_parse(value, (struct check_point *)(void *)field))
            return diag_set(diag, ERR_SYNTAX, "%s: '%s' is no position and no time", flag->name,
                            value);
        return 0;
    default:
        *(bool *)(void *)field = true;
        return 0;
    }
}

/* Options that mean nothing to the job are mistakes. */
static int check_together(const struct check_options *options, struct diag *diag)
{
    bool prints = options->job == JOB_DUMP || options->job == JOB_FOLLOW;
    bool makes = options->job == JOB_EXPORT || options->job == JOB_WRITE;

    if (!options->path)
        return diag_set(diag, ERR_SYNTAX, "which directory or file?");
    if (!prints && (options->from.kind || options->to.kind || options->times))
        return diag_set(diag, ERR_SYNTAX, "--from, --to and --time go with --dump and --follow");
    if (!makes && options->until.kind)
        return diag_set(diag, ERR_SYNTAX, "--until goes with --export and --write");
    if (options->yes && options->job != JOB_REPAIR)
        return diag_set(diag, ERR_SYNTAX, "--yes goes with --repair");
    return 0;
}

static int parse_options(struct check_options *options, int argc, char **argv, struct diag *diag)
{
    for (int i = 1; i < argc; i++) {
        const struct flag *flag = find_flag(argv[i]);
        const char *value = NULL;
        int rc;

        if (!flag && argv[i][0] == '-')
            return diag_set(diag, ERR_SYNTAX, "no such option: %s", argv[i]);
        if (!flag && options->path)
            return diag_set(diag, ERR_SYNTAX, "one directory or file, not also '%s'", argv[i]);
        if (!flag) {
            options->path = argv[i];
            continue;
        }
        if (flag->kind == FLAG_JOB_TARGET || flag->kind == FLAG_POINT) {
            if (++i == argc)
                return diag_set(diag, ERR_SYNTAX, "%s needs a value", flag->name);
            value = argv[i];
        }
        rc = take_flag(options, flag, value, diag);
        if (rc < 0)
            return rc;
    }
    return check_together(options, diag);
}

static enum check_exit run(const struct check_options *options, struct diag *diag)
{
    struct stat facts;

    if (stat(options->path, &facts) < 0) {
        diag_errno(diag, "%s", options->path);
        return CHECK_UNREADABLE;
    }
    if (!S_ISDIR(facts.st_mode) && options->job != JOB_VERIFY) {
        diag_set(diag, ERR_SYNTAX, "%s is no directory", options->path);
        return CHECK_USAGE;
    }
    switch (options->job) {
    case JOB_DUMP:
        return check_dump(options, diag);
    case JOB_FOLLOW:
        return check_follow(options, diag);
    case JOB_REPAIR:
        return check_repair(options, diag);
    case JOB_EXPORT:
        return check_export(options, diag);
    case JOB_WRITE:
        return check_write(options, diag);
    default:
        return S_ISDIR(facts.st_mode) ? check_verify_directory(options, diag)
                                      : check_verify_rdb(options, diag);
    }
}

int main(int argc, char **argv)
{
    struct check_options options = {.job = JOB_VERIFY};
    struct diag diag = {0};
    enum check_exit code;

    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return CHECK_SOUND;
    }
    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0)) {
        printf("Millstream check v=%s\n", MS_VERSION);
        return CHECK_SOUND;
    }
    if (parse_options(&options, argc, argv, &diag) < 0) {
        fprintf(stderr, "millstream-check: %s\n\n%s", diag.text, usage);
        return CHECK_USAGE;
    }
    code = run(&options, &diag);
    if (fflush(stdout) != 0 && code == CHECK_SOUND) {
        diag_errno(&diag, "standard output");
        code = CHECK_UNREADABLE;
    }
    if (code != CHECK_SOUND && diag.text[0])
        fprintf(stderr, "millstream-check: %s\n", diag.text);
    return code;
}
