#include "core/command/settings.h"

void settings_init(struct settings *settings)
{
    *settings = (struct settings){
        .databases = 16,
        .proto_max_bulk_len = 512LL * 1024 * 1024,
        .stream_node_max_bytes = 4096,
        .stream_node_max_entries = 100,
        .stream_compress_min_bytes = 512,
        .stream_idmp_duration = 100,
        .stream_idmp_maxsize = 100,
        .list_max_listpack_size = -2,
        .hash_max_listpack_entries = 512,
        .hash_max_listpack_value = 64,
        .set_max_intset_entries = 512,
        .set_max_listpack_entries = 128,
        .set_max_listpack_value = 64,
        .zset_max_listpack_entries = 128,
        .zset_max_listpack_value = 64,
        .hll_sparse_max_bytes = 3000,
        .array_slice_size = 4096,
        .array_sparse_kmax = 10,
        .array_sparse_kmin = 5,
        .tracking_table_max_keys = 1000000,
        .maxmemory_policy = EVICT_NONE,
        .maxmemory_samples = 5,
        .maxmemory_eviction_tenacity = 10,
        .lfu_log_factor = 10,
        .lfu_decay_time = 1,
        .active_expire_effort = 1,
        .rdbcompression = true,
    };
}
