#include "core/command/settings.h"

void settings_init(struct settings *settings)
{
    *settings = (struct settings){
        .databases = 16,
        .proto_max_bulk_len = 512LL * 1024 * 1024,
        .stream_node_max_bytes = 4096,
        .stream_node_max_entries = 100,
        .stream_idmp_duration = 100,
        .stream_idmp_maxsize = 100,
        .maxmemory_policy = EVICT_NONE,
        .maxmemory_samples = 5,
        .maxmemory_eviction_tenacity = 10,
        .lfu_log_factor = 10,
        .lfu_decay_time = 1,
        .active_expire_effort = 1,
    };
}
