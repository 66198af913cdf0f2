/* settings.h - the part of the configuration that command handlers and data structures read. A
 * snapshot: the broker replaces the whole struct in an exclusive section, and a request keeps one
 * for its whole life. Names are those of the directives, '-' as '_'. Sizes in bytes. */
#ifndef MS_CORE_COMMAND_SETTINGS_H
#define MS_CORE_COMMAND_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

enum eviction_policy {
    EVICT_NONE = 0, /* noeviction */
    EVICT_VOLATILE_LRU,
    EVICT_VOLATILE_LFU,
    EVICT_VOLATILE_RANDOM,
    EVICT_VOLATILE_TTL,
    EVICT_VOLATILE_LRM,
    EVICT_ALLKEYS_LRU,
    EVICT_ALLKEYS_LFU,
    EVICT_ALLKEYS_RANDOM,
    EVICT_ALLKEYS_LRM,
};

struct settings {
    int databases;
    int64_t proto_max_bulk_len;
    int64_t stream_node_max_bytes;
    int64_t stream_node_max_entries;
    int64_t stream_compress_depth; /* blocks at a stream's end that stay plain; 0: all do */
    int64_t stream_compress_min_bytes;
    int64_t stream_idmp_duration;   /* seconds */
    int64_t stream_idmp_maxsize;    /* iids per producer */
    int64_t list_max_listpack_size; /* elements in a node if above 0; -1 to -5: 4 to 64 KiB */
    int64_t list_compress_depth;
    int64_t hash_max_listpack_entries, hash_max_listpack_value;
    int64_t set_max_intset_entries, set_max_listpack_entries, set_max_listpack_value;
    int64_t zset_max_listpack_entries, zset_max_listpack_value;
    int64_t hll_sparse_max_bytes;
    int64_t array_slice_size, array_sparse_kmax, array_sparse_kmin; /* elements */
    int64_t tracking_table_max_keys;
    uint64_t maxmemory; /* 0: no limit */
    enum eviction_policy maxmemory_policy;
    int maxmemory_samples;
    int maxmemory_eviction_tenacity;
    int lfu_log_factor;
    int lfu_decay_time; /* minutes */
    int active_expire_effort;
    unsigned notify_keyspace_events; /* enum event_class and event_channel, of request.h */
    bool rdbcompression;
    bool lazyfree_lazy_eviction;
    bool lazyfree_lazy_expire;
    bool lazyfree_lazy_server_del;
    bool lazyfree_lazy_user_del;
    bool lazyfree_lazy_user_flush;
};

/* Fills in Redis's defaults. For tests and for the start. */
void settings_init(struct settings *settings);

#endif
