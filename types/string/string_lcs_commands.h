/* string_lcs_commands.h - LCS: the longest common subsequence of two strings. */
#ifndef MS_TYPES_STRING_STRING_LCS_COMMANDS_H
#define MS_TYPES_STRING_STRING_LCS_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec string_lcs_commands[];

#endif
