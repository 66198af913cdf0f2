/* families.c - the list of all command families. A new family is one line here. */
#include "broker/acl/acl.h"
#include "broker/admin/admin_commands.h"
#include "broker/command/command_commands.h"
#include "broker/command/registry.h"
#include "broker/config/config_commands.h"
#include "broker/info/info.h"
#include "broker/migrate/migrate_commands.h"
#include "broker/observe/memory_commands.h"
#include "broker/persistence/backup_commands.h"
#include "broker/observe/observe_commands.h"
#include "broker/persistence/persistence_commands.h"
#include "broker/pubsub/pubsub_commands.h"
#include "broker/replication/replication_commands.h"
#include "broker/replication/follow_commands.h"
#include "broker/replication/failover_commands.h"
#include "broker/script/eval_commands.h"
#include "broker/script/function_commands.h"
#include "broker/session/client_commands.h"
#include "broker/session/connection_commands.h"
#include "broker/session/himport_commands.h"
#include "broker/transaction/transaction_commands.h"
#include "groups/group_commands.h"
#include "streams/append_commands.h"
#include "streams/change_commands.h"
#include "streams/read_commands.h"
#include "types/array/array_commands.h"
#include "types/bitmap/bitmap_commands.h"
#include "types/generic/database_commands.h"
#include "types/generic/dump_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/generic/object_commands.h"
#include "types/generic/scan_commands.h"
#include "types/geo/geo_commands.h"
#include "types/hash/hash_commands.h"
#include "types/hll/hll_commands.h"
#include "types/list/list_commands.h"
#include "types/set/set_commands.h"
#include "types/sort/sort_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_counter_commands.h"
#include "types/string/string_increx_commands.h"
#include "types/string/string_lcs_commands.h"
#include "types/string/string_multi_commands.h"
#include "types/string/string_range_commands.h"
#include "types/zset/zset_commands.h"

#include <stddef.h>

const struct command_spec *const registry_families[] = {
    admin_commands,
    client_commands,
    command_commands,
    config_commands,
    connection_commands,
    info_commands,
    database_commands,
    expire_commands,
    key_commands,
    object_commands,
    scan_commands,
    group_ack_commands,
    group_claim_commands,
    group_commands,
    group_info_commands,
    group_pending_commands,
    group_read_commands,
    group_record_commands,
    stream_append_commands,
    stream_change_commands,
    stream_read_commands,
    string_commands,
    string_counter_commands,
    string_increx_commands,
    string_lcs_commands,
    string_multi_commands,
    string_range_commands,
    dump_commands,
    migrate_commands,
    persistence_commands,
    replication_commands,
    list_push_commands,
    list_pop_commands,
    list_read_commands,
    list_edit_commands,
    list_move_commands,
    zset_add_commands,
    zset_read_commands,
    zset_range_commands,
    zset_remove_commands,
    zset_pop_commands,
    zset_combine_commands,
    geo_commands,
    geo_search_commands,
    hash_commands,
    hash_read_commands,
    hash_scan_commands,
    hash_counter_commands,
    hash_expire_commands,
    hash_ex_commands,
    himport_commands,
    pubsub_commands,
    transaction_commands,
    set_member_commands,
    set_random_commands,
    set_combine_commands,
    sort_commands,
    array_read_commands,
    array_write_commands,
    array_search_commands,
    bitmap_commands,
    bitfield_commands,
    hll_commands,
    hll_debug_commands,
    backup_commands,
    memory_commands,
    module_commands,
    lolwut_commands,
    eval_commands,
    acl_commands,
    observe_commands,
    latency_commands,
    function_commands,
    follow_commands,
    failover_commands,
    NULL,
};
