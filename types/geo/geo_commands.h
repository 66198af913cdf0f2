/* geo_commands.h - the tables of the geo commands, each beside its handlers. */
#ifndef MS_TYPES_GEO_GEO_COMMANDS_H
#define MS_TYPES_GEO_GEO_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec geo_commands[]; /* GEOADD GEODIST GEOHASH GEOPOS */
extern const struct command_spec
    geo_search_commands[]; /* GEOSEARCH, GEOSEARCHSTORE, GEORADIUS ... */

#endif
