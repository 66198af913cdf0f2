/* families.c - the list of all command families. A new family is one line here. */
#include "broker/admin/admin_commands.h"
#include "broker/command/command_commands.h"
#include "broker/command/registry.h"
#include "broker/config/config_commands.h"
#include "broker/info/info.h"
#include "broker/session/client_commands.h"
#include "broker/session/connection_commands.h"
#include "groups/group_commands.h"
#include "streams/append_commands.h"
#include "streams/change_commands.h"
#include "streams/read_commands.h"
#include "types/generic/database_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/generic/object_commands.h"
#include "types/generic/scan_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_counter_commands.h"
#include "types/string/string_increx_commands.h"
#include "types/string/string_lcs_commands.h"
#include "types/string/string_multi_commands.h"
#include "types/string/string_range_commands.h"

#include <stddef.h>

const struct command_spec *const registry_families[] = {
    admin_commands,          client_commands,        command_commands,
    config_commands,         connection_commands,    info_commands,
    database_commands,       expire_commands,        key_commands,
    object_commands,         scan_commands,          group_ack_commands,
    group_claim_commands,    group_commands,         group_info_commands,
    group_pending_commands,  group_read_commands,    stream_append_commands,
    stream_change_commands,  stream_read_commands,   string_commands,
    string_counter_commands, string_increx_commands, string_lcs_commands,
    string_multi_commands,   string_range_commands,  NULL,
};
