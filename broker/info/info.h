/* info.h - INFO: what an operator sees of the server. Each section is a function that appends
 * "field:value" lines; fields are those of Redis that have a meaning here, with our own beside
 * them. */
#ifndef MS_BROKER_INFO_INFO_H
#define MS_BROKER_INFO_INFO_H

#include "core/bytes/buffer.h"
#include "core/command/command.h"

#include <stdbool.h>

struct server;

/* What a report is made from. The state is exclusive while it is. */
struct info_report {
    struct server *server;
    int64_t now_ms;
    uint64_t now_ns;
    struct buffer *out;
};

void info_server(struct info_report *report);
void info_clients(struct info_report *report);
void info_memory(struct info_report *report);
void info_persistence(struct info_report *report);
void info_stats(struct info_report *report);
void info_replication(struct info_report *report);
void info_cpu(struct info_report *report);
void info_modules(struct info_report *report);
void info_commandstats(struct info_report *report);
void info_errorstats(struct info_report *report);
void info_latencystats(struct info_report *report);
void info_cluster(struct info_report *report);
void info_keyspace(struct info_report *report);
void info_keysizes(struct info_report *report);
void info_threads(struct info_report *report);
void info_hotkeys(struct info_report *report);
bool info_has_hotkeys(const struct info_report *report); /* the section is shown */
void info_debug(struct info_report *report);

extern const struct command_spec info_commands[];

#endif
