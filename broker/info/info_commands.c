#include "broker/info/info.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/time/clock.h"

enum {
    SECTION_DEFAULT = 1 << 0, /* printed without argument */
    SECTION_ALL = 1 << 1,     /* printed for "all", and "everything": modules are none */
};

static const struct {
    const char *name;  /* as asked for */
    const char *title; /* as printed */
    unsigned sets;
    void (*write)(struct info_report *report);
    bool (*is_there)(const struct info_report *report); /* NULL: always */
} sections[] = {
    {"server", "Server", SECTION_DEFAULT | SECTION_ALL, info_server, NULL},
    {"clients", "Clients", SECTION_DEFAULT | SECTION_ALL, info_clients, NULL},
    {"memory", "Memory", SECTION_DEFAULT | SECTION_ALL, info_memory, NULL},
    {"persistence", "Persistence", SECTION_DEFAULT | SECTION_ALL, info_persistence, NULL},
    {"threads", "Threads", SECTION_ALL, info_threads, NULL},
    {"stats", "Stats", SECTION_DEFAULT | SECTION_ALL, info_stats, NULL},
    {"replication", "Replication", SECTION_DEFAULT | SECTION_ALL, info_replication, NULL},
    {"cpu", "CPU", SECTION_DEFAULT | SECTION_ALL, info_cpu, NULL},
    {"modules", "Modules", SECTION_DEFAULT | SECTION_ALL, info_modules, NULL},
    {"commandstats", "Commandstats", SECTION_ALL, info_commandstats, NULL},
    {"errorstats", "Errorstats", SECTION_DEFAULT | SECTION_ALL, info_errorstats, NULL},
    {"latencystats", "Latencystats", SECTION_ALL, info_latencystats, NULL},
    {"cluster", "Cluster", SECTION_DEFAULT | SECTION_ALL, info_cluster, NULL},
    {"keyspace", "Keyspace", SECTION_DEFAULT | SECTION_ALL, info_keyspace, NULL},
    {"keysizes", "Keysizes", SECTION_ALL, info_keysizes, NULL},
    {"hotkeys", "Hotkeys", SECTION_DEFAULT | SECTION_ALL, info_hotkeys, info_has_hotkeys},
    {"debug", "Debug", 0, info_debug, NULL},
};

enum {
    SECTION_COUNT = sizeof(sections) / sizeof(sections[0])
};

static unsigned wanted_set(struct span word)
{
    if (span_is(word, "default"))
        return SECTION_DEFAULT;
    if (span_is(word, "all") || span_is(word, "everything"))
        return SECTION_ALL;
    return 0;
}

/* INFO [section ...] -> each section that is asked for once, in our order. */
static void info(struct request *rq, struct reply *out)
{
    struct buffer text = {0};
    struct info_report report = {.server = request_session(rq)->reactor->server,
                                 .now_ms = rq->now_ms,
                                 .now_ns = clock_monotonic_ns(),
                                 .out = &text};
    unsigned sets = rq->argc == 1 ? SECTION_DEFAULT : 0;

    for (size_t i = 1; i < rq->argc; i++)
        sets |= wanted_set(rq->argv[i]);
    for (int at = 0; at < SECTION_COUNT; at++) {
        bool wanted = sections[at].sets & sets;

        for (size_t i = 1; i < rq->argc && !wanted; i++)
            wanted = span_is(rq->argv[i], sections[at].name);
        if (!wanted || (sections[at].is_there && !sections[at].is_there(&report)))
            continue;
        if (text.size > 0)
            buffer_printf(&text, "\r\n");
        buffer_printf(&text, "# %s\r\n", sections[at].title);
        sections[at].write(&report);
    }
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&text);
}

const struct command_spec info_commands[] = {
    {.name = "info",
     .usage = "[section [section ...]]",
     .since = "1.0.0",
     .arity = -1,
     .summary = "Reports on the server.",
     .group = "server",
     .complexity = "O(N) in the connections and commands",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION,
     .acl = ACL_DANGEROUS,
     .tips = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
     .run = info},
    {.name = NULL},
};
