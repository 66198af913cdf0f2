/* config.h - the server's configuration: one table of directives (directives.c) from which the file
 * reader, the command line, CONFIG GET, SET, REWRITE and the defaults derive.
 *
 * `struct config` is a snapshot. CONFIG SET makes a changed copy and puts it in place in an
 * exclusive section; reactors read the current one under their own world lock, so they need no
 * other. Strings belong to the snapshot. Sizes are bytes. */
#ifndef MS_BROKER_CONFIG_CONFIG_H
#define MS_BROKER_CONFIG_CONFIG_H

#include "broker/net/tls.h"
#include "core/base/diag.h"
#include "core/bytes/buffer.h"
#include "core/command/settings.h"

#include <stdbool.h>
#include <stdint.h>

enum config_log_level {
    LOG_DEBUG,
    LOG_VERBOSE,
    LOG_NOTICE,
    LOG_WARNING,
    LOG_NOTHING
};
enum config_log_format {
    LOG_FORMAT_TEXT,
    LOG_FORMAT_JSON
};
enum config_supervised { /* who started us and wants to be told how it goes */
    SUPERVISED_UPSTART,
    SUPERVISED_SYSTEMD,
    SUPERVISED_AUTO,
    SUPERVISED_NO
};
enum config_gate {
    GATE_NO,
    GATE_YES,
    GATE_LOCAL
}; /* enable-debug-command and its like */
enum client_class {
    CLIENT_NORMAL,
    CLIENT_REPLICA,
    CLIENT_PUBSUB,
    CLIENT_CLASSES
};

enum config_acl_pubsub { /* what channels a new user has */
    ACL_PUBSUB_ALL,
    ACL_PUBSUB_NONE
};

enum config_appendfsync {
    APPENDFSYNC_EVERYSEC,
    APPENDFSYNC_ALWAYS,
    APPENDFSYNC_NO
};

enum config_diskless_load { /* how a replica takes in what a full synchronisation sends */
    DISKLESS_LOAD_DISABLED,
    DISKLESS_LOAD_ON_EMPTY_DB,
    DISKLESS_LOAD_SWAPDB,
    DISKLESS_LOAD_FLUSHDB
};

enum config_sync_timeout { /* what happens to writes when sync-replicas are missing */
    SYNC_TIMEOUT_WAIT,
    SYNC_TIMEOUT_REFUSE
};

enum config_tls_user { /* what in a client's certificate names its user */
    TLS_USER_COMMON_NAME,
    TLS_USER_OFF
};

enum config_oom_score { /* what becomes of the kernel's oom_score_adj */
    OOM_SCORE_NO,
    OOM_SCORE_YES, /* as relative */
    OOM_SCORE_RELATIVE,
    OOM_SCORE_ABSOLUTE
};

enum { /* places of oom-score-adj-values */
    OOM_PRIMARY,
    OOM_REPLICA,
    OOM_CHILD,
    OOM_VALUES
};

enum shutdown_flag { /* as the words of shutdown-on-sigint follow each other */
    SHUTDOWN_SAVE = 1 << 0,
    SHUTDOWN_NOSAVE = 1 << 1,
    SHUTDOWN_NOW = 1 << 2,
    SHUTDOWN_FORCE = 1 << 3
};

struct config_output_limit {
    int64_t hard; /* bytes; 0: none */
    int64_t soft;
    int64_t soft_seconds;
};

enum {
    CONFIG_ADDRESSES_LIMIT = 16,
    CONFIG_PERCENTILES_LIMIT = 16,
    CONFIG_SAVE_POINTS_LIMIT = 32
};

struct config {
    struct settings settings;

    int reactors; /* threads; 0: as many as there are CPUs to run on */
    int port;
    char *bind[CONFIG_ADDRESSES_LIMIT];
    int bind_count;
    char *unixsocket; /* "" none */
    int unixsocketperm;
    int tcp_backlog;
    int tcp_keepalive;       /* seconds */
    int max_new_connections; /* a round of a listener; those over TLS: below */
    int64_t socket_mark_id;  /* 0: none */
    char *bind_source_addr;  /* of connections to a primary; "" any */
    int timeout;             /* seconds of idleness; 0: none */
    int64_t maxclients;
    int64_t maxmemory_clients; /* bytes, 0: no limit; below 0: so many percent of maxmemory */
    bool protected_mode;
    char *requirepass; /* "" none */
    char *aclfile;     /* "" none */
    enum config_acl_pubsub acl_pubsub_default;
    int64_t acllog_max_len;
    int64_t client_query_buffer_limit;
    struct config_output_limit output_limits[CLIENT_CLASSES];
    int client_default_resp;
    int hz;
    bool daemonize;
    char *pidfile, *logfile, *dir;
    enum config_log_level loglevel;
    enum config_log_format log_format;
    bool syslog_enabled;
    char *syslog_ident;
    int syslog_facility; /* server/system_log.h */
    bool hide_user_data_from_log;
    bool crash_log_enabled, crash_memcheck_enabled, use_exit_on_panic;
    int watchdog_period; /* ms; 0: off */
    enum config_supervised supervised;
    enum config_gate enable_debug_command;
    enum config_gate enable_protected_configs;
    int64_t busy_reply_threshold;    /* milliseconds; 0: never */
    int64_t slowlog_log_slower_than; /* microseconds; below 0: never */
    int64_t slowlog_max_len, slowlog_entry_max_argc, slowlog_entry_max_string_len;
    int64_t latency_monitor_threshold; /* milliseconds; 0: off */
    bool latency_tracking;
    double latency_percentiles[CONFIG_PERCENTILES_LIMIT];
    int latency_percentile_count;
    int shutdown_timeout;
    unsigned shutdown_on_sigint, shutdown_on_sigterm; /* enum shutdown_flag */
    enum config_oom_score oom_score_adj;
    int oom_score_adj_values[OOM_VALUES];
    char *server_cpulist, *bio_cpulist, *aof_rewrite_cpulist, *bgsave_cpulist; /* "" all */
    int lookahead; /* calls of a pipeline */
    char *proc_title_template;
    bool set_proc_title;
    bool activerehashing;
    bool key_memory_histograms;

    bool appendonly;
    enum config_appendfsync appendfsync;
    bool no_appendfsync_on_rewrite;
    char *log_directory;
    bool log_compression;
    int64_t log_segment_size;
    int64_t auto_aof_rewrite_min_size, auto_aof_rewrite_percentage;
    bool aof_load_truncated;
    int64_t aof_load_corrupt_tail_max_size; /* bytes */
    bool rdb_save_incremental_fsync, aof_rewrite_incremental_fsync;
    char *appenddirname, *appendfilename; /* where a Redis AOF may be found */
    bool save_given;                      /* `save` was set, and is not the default */
    char *dbfilename;
    char *backupdirname;       /* in the server's directory */
    int64_t backup_sealed_ttl; /* seconds; 0: for ever */
    bool rdbchecksum;
    bool stop_writes_on_bgsave_error;

    char *masterauth, *masteruser;                       /* "" none */
    int64_t min_replicas_to_write, min_replicas_max_lag; /* seconds */
    int64_t repl_backlog_size; /* bytes of the log kept for replicas, at least */
    int64_t repl_backlog_ttl;  /* seconds without replicas, until nothing is kept for them */
    int64_t repl_timeout, repl_ping_replica_period; /* seconds */
    bool repl_disable_tcp_nodelay;
    bool repl_diskless_sync;
    int64_t repl_diskless_sync_delay; /* seconds */
    int64_t repl_diskless_sync_max_replicas;
    enum config_diskless_load repl_diskless_load;
    char *replica_announce_ip; /* "" none */
    int64_t replica_announce_port;
    bool replica_announced, replica_read_only, replica_serve_stale_data, replica_lazy_flush;
    bool replica_ignore_maxmemory;
    bool jemalloc_bg_thread, disable_thp;
    int64_t replica_priority;
    int sync_replicas; /* that have a write on disk before it is acknowledged */
    enum config_sync_timeout sync_replicas_on_timeout;
    int64_t sync_replicas_timeout_ms;

    int tls_port; /* 0: none */
    char *tls_cert_file, *tls_key_file, *tls_key_file_pass;
    char *tls_client_cert_file, *tls_client_key_file, *tls_client_key_file_pass;
    char *tls_ca_cert_file, *tls_ca_cert_dir;
    char *tls_expected_peer_name;
    char *tls_protocols, *tls_ciphers, *tls_ciphersuites, *tls_groups, *tls_dh_params_file;
    enum tls_auth tls_auth_clients;
    enum config_tls_user tls_auth_clients_user;
    bool tls_prefer_server_ciphers;
    bool tls_session_caching;
    int tls_session_cache_size, tls_session_cache_timeout; /* sessions, seconds */
    bool tls_replication, tls_cluster;
    int max_new_tls_connections; /* a round of a reactor's loop */

    char **extra; /* values of directives without a field of their own, by directive number */
};

struct config_store;

/* The defaults. */
struct config_store *config_new(void);
void config_free(struct config_store *store);

/* Reads `millstream-server [file] [--directive value ...]` ("-" reads the file from standard
 * input). 0, or ERR_SYNTAX / ERR_IO with the reason, naming file and line. */
int config_load(struct config_store *store, int argc, char **argv, struct diag *diag);

/* The snapshot in force. */
const struct config *config_current(const struct config_store *store);

/* Appends the value of a directive as CONFIG GET shows it. CHECKs that there is such a directive.
 */
void config_get_text(const struct config *config, const char *name, struct buffer *out);

/* The next directive from number *at on that has no effect here and another value than `before` has
 * (NULL: than the default); moves *at behind it. NULL: there is none. */
const char *config_next_without_effect(const struct config *config, const struct config *before,
                                       int *at);

/* True if the directive of this name holds a secret, which no log may show. */
bool config_is_secret(struct span name);

/* The absolute path of the file read at start, "" if none. */
const char *config_file(const struct config_store *store);

#endif
