/* migrate.c - the steps of a migration:
 *
 *   check -> follow -> full synchronisation -> compare while writers go on -> (pause) -> lag nil ->
 *   compare what was still different -> REPLICAOF NO ONE -> has the Redis been written to?
 *
 * Nothing that was acknowledged by the Redis may be missing at the end. With writers paused that is
 * so because the pause is renewed while everything else is done, and ends later than the switch.
 * Without, the Redis tells by its count of calls that nobody has written since the lag was nil; if
 * somebody has at the very end, it is said, with another exit code. */
#include "clients/shell/migrate.h"
#include "clients/shell/migrate_internal.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    COMMAND_TIMEOUT_MS = 60000,
    RECONNECTS = 4,
    SLICE_MS = 50,
    SHOWN_TERMINAL_US = 200000,
    SHOWN_FILE_US = 5000000,
    ROUNDS = 6,     /* of reading again what differed while writers write */
    ROUND_MS = 200, /* between them */
    FINAL_ROUNDS = 3,
    QUIET_MS = 1000, /* nobody has written for so long: writers have been stopped */
    COMPARE_ATTEMPTS = 5
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* The second one ends the program at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool migrate_is_interrupted(void)
{
    return interrupted != 0;
}

/* ---- Saying something ---- */

static void end_progress(struct migration *m)
{
    if (m->open_line)
        fputs("\r\033[K", stdout);
    m->open_line = false;
}

void migrate_say(struct migration *m, const char *format, ...)
{
    va_list values;

    end_progress(m);
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    putchar('\n');
    fflush(stdout);
    m->shown_us = clock_monotonic_us();
}

void migrate_progress(struct migration *m, const char *format, ...)
{
    bool terminal = isatty(STDOUT_FILENO);
    uint64_t now_us = clock_monotonic_us();
    va_list values;

    if (now_us - m->shown_us < (terminal ? SHOWN_TERMINAL_US : SHOWN_FILE_US))
        return;
    end_progress(m);
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    if (!terminal)
        putchar('\n');
    m->open_line = terminal;
    fflush(stdout);
    m->shown_us = now_us;
}

int migrate_failed(struct migration *m, const struct side *side)
{
    migrate_say(m, "error: %s", side_error(side));
    return MIGRATE_FAILED;
}

bool migrate_wait(struct migration *m, int ms)
{
    while (ms > 0 && !interrupted) {
        int some = ms < SLICE_MS ? ms : SLICE_MS;
        struct timespec pause = {.tv_nsec = some * 1000000L};

        nanosleep(&pause, NULL);
        ms -= some;
    }
    migrate_renew_pause(m);
    return !interrupted;
}

/* ---- Comparing ---- */

static bool tick(void *context)
{
    struct migration *m = context;
    uint64_t done = comparison_done(m->comparison);
    uint64_t total = comparison_total(m->comparison);

    migrate_renew_pause(m);
    migrate_progress(
        m, "compared %" PRIu64 " keys of about %" PRIu64 " (%.0f%%), to be read again: %zu", done,
        total, total ? 100.0 * (double)(done < total ? done : total) / (double)total : 100.0,
        comparison_suspects(m->comparison));
    return !interrupted;
}

static void begin_comparison(struct migration *m)
{
    struct compare_options options = {.redis = &m->redis,
                                      .ours = &m->ours,
                                      .databases = m->databases,
                                      .functions = m->version >= VERSION_7_0,
                                      .tick = tick,
                                      .context = m};

    options.abilities.expiry_times = m->version >= VERSION_7_0;
    options.abilities.stream_counters = m->version >= VERSION_7_0;
    m->comparison = comparison_new(&options);
}

/* Runs `read` until both servers have answered: where the link broke and a full synchronisation
 * follows, this server answers again once it is over. */
static int compare_by(struct migration *m, int (*read)(struct comparison *))
{
    for (int attempt = 1;; attempt++) {
        int rc = read(m->comparison);
        struct side *failed = comparison_failed(m->comparison);

        if (rc == MS_OK)
            return MIGRATE_DONE;
        if (rc == MS_ERROR_STOPPED)
            return MIGRATE_INTERRUPTED;
        if (attempt == COMPARE_ATTEMPTS ||
            strstr(ms_connection_error(failed->connection), "NOPERM"))
            return migrate_failed(m, failed);
        migrate_say(m, "note  %s; comparing again", side_error(failed));
        ms_connection_close(m->redis.connection);
        ms_connection_close(m->ours.connection);
        if (!migrate_wait(m, 10 * ROUND_MS))
            return MIGRATE_INTERRUPTED;
        rc = m->following ? migrate_wait_synced(m) : MIGRATE_DONE;
        if (rc != MIGRATE_DONE)
            return rc;
    }
}

/* Reads again what was not the same, with pauses in which the stream brings what is missing. */
static int compare_rounds(struct migration *m, int rounds)
{
    int rc = MIGRATE_DONE;

    for (int i = 0; i < rounds && comparison_suspects(m->comparison) > 0 && rc == MIGRATE_DONE;
         i++) {
        if (i > 0 && !migrate_wait(m, ROUND_MS))
            return MIGRATE_INTERRUPTED;
        if (m->following)
            rc = migrate_wait_level(m);
        if (rc == MIGRATE_DONE)
            rc = compare_by(m, comparison_again);
    }
    return rc;
}

static int different(struct migration *m)
{
    migrate_say(m, "The two do not hold the same:");
    comparison_print(m->comparison, stdout);
    if (comparison_is_partial(m->comparison))
        migrate_say(m, "  (more than could be kept)");
    return MIGRATE_DIFFERENT;
}

/* Compares all while writers may write. MIGRATE_DONE with suspects left: they change all the time.
 */
static int compare_live(struct migration *m)
{
    uint64_t begin_us = clock_monotonic_us();
    size_t left;
    int rc;

    begin_comparison(m);
    rc = compare_by(m, comparison_pass);
    if (rc == MIGRATE_DONE)
        rc = compare_rounds(m, ROUNDS);
    if (rc != MIGRATE_DONE)
        return rc;
    left = comparison_suspects(m->comparison);
    migrate_say(m, "compared %" PRIu64 " keys in %.1f s: not the same, or changing: %zu",
                comparison_done(m->comparison), (double)(clock_monotonic_us() - begin_us) / 1e6,
                left);
    if (comparison_settled(m->comparison) > 0)
        return different(m);
    if (left > 0) {
        migrate_say(m, "these change too often to be compared while they are written to:");
        comparison_print(m->comparison, stdout);
    }
    return MIGRATE_DONE;
}

/* The last word: nobody writes, and the lag is nil. */
static int compare_final(struct migration *m)
{
    char error[SIDE_TEXT_SIZE];
    int rc = MIGRATE_DONE;

    if (!m->comparison)
        return MIGRATE_DONE;
    if (m->options->thorough || comparison_is_partial(m->comparison))
        rc = compare_by(m, comparison_pass);
    if (rc == MIGRATE_DONE)
        rc = compare_rounds(m, FINAL_ROUNDS);
    /* Keys that have expired and are not deleted yet are counted there, maybe not here: names tell.
     */
    if (rc == MIGRATE_DONE && !comparison_counts(m->comparison, error, sizeof(error))) {
        migrate_say(m, "note  %s: comparing all names", error);
        rc = compare_by(m, comparison_pass);
        if (rc == MIGRATE_DONE)
            rc = compare_rounds(m, FINAL_ROUNDS);
    }
    if (rc == MIGRATE_DONE && comparison_suspects(m->comparison) > 0)
        rc = different(m);
    if (rc == MIGRATE_DONE)
        migrate_say(m, "the two hold the same");
    return rc;
}

/* ---- The switch ---- */

/* Waits until no writing command has been called for a while; *calls becomes their number. */
static int wait_quiet(struct migration *m, int64_t *calls)
{
    uint64_t begin_us = clock_monotonic_us();
    uint64_t still_us = begin_us;

    *calls = migrate_write_calls(m);
    if (*calls < 0)
        migrate_say(
            m,
            "note  INFO commandstats of the Redis says nothing: whether anybody writes cannot be "
            "seen");
    for (;;) {
        uint64_t now_us;
        int64_t before = *calls;

        if (!migrate_wait(m, 2 * SLICE_MS))
            return MIGRATE_INTERRUPTED;
        *calls = migrate_write_calls(m);
        now_us = clock_monotonic_us();
        if (*calls != before)
            still_us = now_us;
        if (now_us - still_us >= QUIET_MS * 1000ULL)
            return migrate_wait_level(m);
        if (now_us - begin_us > (uint64_t)m->options->timeout_s * 1000000) {
            migrate_say(m, "error: the Redis is still written to after %d s",
                        m->options->timeout_s);
            return MIGRATE_LATE;
        }
        if (*calls != before)
            migrate_progress(m, "the Redis is still written to");
    }
}

/* From here on it cannot be interrupted: it is done or it is not. `calls`: of writing commands when
 * the lag was nil. */
static int switch_over(struct migration *m, int64_t calls)
{
    int64_t after;
    int rc = MIGRATE_DONE;

    if (m->paused)
        rc = migrate_pause(m, m->options->hold_s * 1000);
    if (rc == MIGRATE_DONE)
        rc = migrate_promote(m);
    if (rc != MIGRATE_DONE)
        return rc;
    migrate_say(m, "switched: this server at %s is the primary", m->ours.address);
    after = migrate_write_calls(m);
    if (m->options->fence && migrate_fence(m) == MIGRATE_DONE)
        migrate_unpause(m);
    else if (m->options->fence)
        rc = MIGRATE_FAILED;
    if (calls >= 0 && after != calls) {
        migrate_say(m,
                    "error: the Redis was written to while this server took over (%lld calls); "
                    "those writes are not here",
                    (long long)(after - calls));
        rc = MIGRATE_WRITTEN;
    }
    return rc;
}

static void say_what_next(struct migration *m)
{
    migrate_say(m, "Now let all clients, producers and consumers alike, connect to %s.",
                m->ours.address);
    if (m->paused)
        migrate_say(m,
                    "Writers on the Redis stay paused for %d s more; then they would write there "
                    "again: stop it before,\nor cut them off (CLIENT KILL TYPE normal, SHUTDOWN; "
                    "--fence makes it refuse writes).",
                    m->options->hold_s);
    else if (!m->options->fence)
        migrate_say(m,
                    "The Redis still takes writes: stop it (SHUTDOWN) before a client finds it.");
    migrate_say(m,
                "If this server is started from a configuration file: CONFIG REWRITE puts into it "
                "what was changed.");
}

/* Paused: whatever was acknowledged has been sent, and nothing more can be. */
static int switch_paused(struct migration *m)
{
    uint64_t begin_us = clock_monotonic_us();
    int64_t calls;
    int rc = migrate_pause(m, 0);

    if (rc != MIGRATE_DONE)
        return rc;
    migrate_say(m, "writers on the Redis are paused");
    calls = migrate_write_calls(m);
    rc = migrate_wait_level(m);
    if (rc == MIGRATE_DONE)
        migrate_say(m, "the lag is nil (offset %lld)", (long long)migrate_redis_offset(m));
    if (rc == MIGRATE_DONE)
        rc = compare_final(m);
    if (rc == MIGRATE_DONE && interrupted)
        rc = MIGRATE_INTERRUPTED;
    if (rc == MIGRATE_DONE && calls != migrate_write_calls(m)) {
        migrate_say(m, "error: the Redis is written to although it was paused");
        rc = MIGRATE_LATE;
    }
    if (rc == MIGRATE_DONE)
        rc = switch_over(m, calls);
    if (m->switched)
        migrate_say(m, "writers waited %.2f s until the switch",
                    (double)(clock_monotonic_us() - begin_us) / 1e6);
    else
        migrate_unpause(m);
    return rc;
}

static int switch_stopped(struct migration *m)
{
    migrate_say(m,
                "Stop all writers (consumers of groups write, too); waiting for that up to %d s.",
                m->options->timeout_s);
    for (;;) {
        int64_t calls;
        int rc = wait_quiet(m, &calls);

        if (rc != MIGRATE_DONE)
            return rc;
        migrate_say(m, "nobody writes, the lag is nil (offset %lld)",
                    (long long)migrate_redis_offset(m));
        rc = compare_final(m);
        if (rc == MIGRATE_DONE && interrupted)
            rc = MIGRATE_INTERRUPTED;
        if (calls != migrate_write_calls(m) && (rc == MIGRATE_DONE || rc == MIGRATE_DIFFERENT)) {
            migrate_say(m, "the Redis is written to again");
            continue;
        }
        return rc == MIGRATE_DONE ? switch_over(m, calls) : rc;
    }
}

/* ---- Step by step ---- */

static void say_plan(struct migration *m)
{
    const struct migrate_options *options = m->options;

    migrate_say(m, "A run without --dry-run would:");
    if (!m->following)
        migrate_say(m, "  - say REPLICAOF %s %d to this server%s", options->seen_host,
                    options->seen_port, options->replace ? " (what it holds is replaced)" : "");
    migrate_say(m, "  - wait for the full synchronisation%s",
                options->no_compare ? "" : ", then compare every key of the two");
    if (options->pause)
        migrate_say(m,
                    "  - pause writers on the Redis (CLIENT PAUSE ... WRITE) until the lag is nil");
    else if (options->switches)
        migrate_say(m, "  - wait until you have stopped all writers and the lag is nil");
    else
        migrate_say(m, "  - leave this server following, for a run with --pause or --switch");
    if (options->switches)
        migrate_say(m, "  - %ssay REPLICAOF NO ONE to this server",
                    options->no_compare ? "" : "compare what was still different, then ");
    if (options->pause && !options->fence)
        migrate_say(m, "  - leave writers on the Redis paused for %d s more", options->hold_s);
    if (options->fence)
        migrate_say(m, "  - make the Redis refuse writes (min-replicas-to-write)");
    migrate_say(m, "Nothing was changed.");
}

/* Where things stand after anything but a switch. */
static void say_state(struct migration *m)
{
    if (!m->following)
        return;
    migrate_say(
        m,
        "This server is still a replica of %s:%d. Run the same command again to go on; to give "
        "up say\nREPLICAOF NO ONE to it (what it holds stays, as the Redis had it).",
        m->options->seen_host, m->options->seen_port);
}

static int compare_only(struct migration *m)
{
    int rc = compare_live(m);

    if (rc == MIGRATE_DONE && comparison_suspects(m->comparison) > 0)
        return different(m);
    if (rc == MIGRATE_DONE)
        migrate_say(m, "the two hold the same");
    return rc;
}

/* Neither --pause nor --switch: all is made ready. */
static int prepare(struct migration *m)
{
    int rc = migrate_wait_level(m);

    if (rc == MIGRATE_DONE)
        migrate_say(m, "This server has what the Redis has, and goes on following.\nTo switch: run "
                       "this again with --pause; or stop all writers and run it with --switch.");
    return rc;
}

static int run_steps(struct migration *m)
{
    int rc = migrate_check(m);

    if (rc == MIGRATE_REFUSED && !m->options->compare_only)
        migrate_say(m, "Not done, nothing was changed.");
    if (m->options->dry_run && rc == MIGRATE_DONE)
        say_plan(m);
    if (m->options->dry_run || rc == MIGRATE_FAILED)
        return rc;
    if (m->options->compare_only)
        return compare_only(m);
    if (rc == MIGRATE_DONE)
        rc = migrate_follow(m);
    else
        m->following = false; /* nothing to be said about it */
    if (rc == MIGRATE_DONE)
        rc = migrate_wait_synced(m);
    if (rc == MIGRATE_DONE)
        migrate_say(m, "the full synchronisation is done");
    if (rc == MIGRATE_DONE)
        rc = migrate_wait_level(m);
    if (rc == MIGRATE_DONE && !m->options->no_compare)
        rc = compare_live(m);
    if (rc != MIGRATE_DONE)
        return rc;
    if (!m->options->switches)
        return prepare(m);
    return m->options->pause ? switch_paused(m) : switch_stopped(m);
}

static struct ms_options patient(const struct ms_options *options)
{
    struct ms_options result = *options;

    result.protocol = 2; /* one form of every reply */
    result.database = 0;
    result.command_timeout_ms = COMMAND_TIMEOUT_MS;
    result.reconnect_limit = RECONNECTS;
    return result;
}

static int run_connected(struct migration *m, const struct ms_options *ours,
                         const struct ms_options *redis)
{
    struct ms_options options = patient(redis);
    int rc;

    side_init(&m->redis, "the Redis", &options);
    side_init(&m->control, "the Redis", &options);
    options = patient(ours);
    side_init(&m->ours, "this server", &options);
    if (ms_connection_open(m->redis.connection) != MS_OK)
        rc = migrate_failed(m, &m->redis);
    else if (ms_connection_open(m->ours.connection) != MS_OK)
        rc = migrate_failed(m, &m->ours);
    else
        rc = run_steps(m);
    if (rc == MIGRATE_INTERRUPTED)
        migrate_say(m, "interrupted");
    if (m->switched)
        say_what_next(m);
    else if (rc != MIGRATE_DONE)
        say_state(m);
    comparison_free(m->comparison);
    mem_free(m->commands);
    side_release(&m->redis);
    side_release(&m->control);
    side_release(&m->ours);
    return rc;
}

int migrate_run(const struct ms_options *ours, int argc, char **argv)
{
    struct migrate_options options;
    struct migration m = {.options = &options};
    struct ms_tls *tls = NULL;
    char error[512];
    int rc;

    if (migrate_options_parse(&options, argc, argv, error, sizeof(error)) < 0) {
        fprintf(stderr, "%s\nTry millstream-cli migrate from-redis --help.\n", error);
        return MIGRATE_FAILED;
    }
    if (options.help) {
        migrate_options_help(stdout);
        return MIGRATE_DONE;
    }
    if (options.use_tls) {
        tls = ms_tls_new(&options.tls, error, sizeof(error));
        if (!tls) {
            fprintf(stderr, "%s\n", error);
            return MIGRATE_FAILED;
        }
        options.redis.transport = ms_tls_transport();
        options.redis.transport_context = tls;
    }
    catch_signals();
    rc = run_connected(&m, ours, &options.redis);
    ms_tls_free(tls);
    return rc;
}
