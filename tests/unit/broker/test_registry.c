/* Every command of the server: found by name in any case, numbered, and complete in its table. */
#include "broker/command/help.h"
#include "broker/command/registry.h"
#include "broker/command/usage.h"
#include "core/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void test_names_are_found_in_any_case(void **state)
{
    struct registry *registry = registry_new(registry_families);

    (void)state;
    assert_non_null(registry_find(registry, SPAN("xadd")));
    assert_ptr_equal(registry_find(registry, SPAN("XaDd")), registry_find(registry, SPAN("xadd")));
    assert_null(registry_find(registry, SPAN("xad")));
    assert_null(registry_find(registry, SPAN("xaddd")));
    assert_null(registry_find(registry, SPAN("")));
    registry_free(registry);
}

/* Whatever one byte of a name is changed to, only the other case of a letter is the same command.
 */
static void test_a_name_that_differs_in_one_byte_is_another(void **state)
{
    struct registry *registry = registry_new(registry_families);

    (void)state;
    for (const struct command_spec *const *family = registry_families; *family; family++) {
        for (const struct command_spec *spec = *family; spec->name; spec++) {
            struct span name = span_text(spec->name);
            const struct command *command = registry_find_logged(registry, name);
            char text[64];

            assert_ptr_equal(command->spec, spec);
            assert_true(name.size < sizeof(text));
            memcpy(text, name.data, name.size);
            for (size_t i = 0; i < name.size * 256; i++) {
                const struct command *found;
                size_t at = i / 256;

                text[at] = (char)(i % 256);
                found = registry_find_logged(registry, span_of(text, name.size));
                assert_true(!found || span_is(span_of(text, name.size), found->spec->name));
                assert_int_equal(found == command, span_is(span_of(text, name.size), spec->name));
                text[at] = name.data[at];
            }
        }
    }
    registry_free(registry);
}

static void test_subcommands_are_found_by_both_ways(void **state)
{
    struct registry *registry = registry_new(registry_families);
    const struct command *create = registry_find_full(registry, SPAN("XGROUP|create"));

    (void)state;
    assert_non_null(create);
    assert_string_equal(create->full_name, "xgroup|create");
    assert_ptr_equal(create,
                     registry_find_sub(registry_find(registry, SPAN("xgroup")), SPAN("CREATE")));
    assert_ptr_equal(create->parent, registry_find(registry, SPAN("xgroup")));
    assert_null(registry_find_full(registry, SPAN("xgroup|nosuch")));
    assert_null(registry_find_full(registry, SPAN("nosuch|create")));
    registry_free(registry);
}

static void test_a_renamed_command_is_found_by_its_new_name_only(void **state)
{
    struct registry *registry = registry_new(registry_families);
    const struct command *get = registry_find(registry, SPAN("get"));
    struct diag diag = {0};

    (void)state;
    assert_int_equal(registry_rename(registry, SPAN("GET"), SPAN("Fetch"), &diag), 0);
    assert_null(registry_find(registry, SPAN("get")));
    assert_ptr_equal(registry_find(registry, SPAN("FETCH")), get);
    assert_ptr_equal(registry_find_original(registry, SPAN("get")), get);
    assert_ptr_equal(registry_find_logged(registry, SPAN("get")), get);
    assert_int_equal(registry_rename(registry, SPAN("get"), SPAN("x"), &diag), ERR_MISSING);
    assert_int_equal(registry_rename(registry, SPAN("set"), SPAN("mget"), &diag), ERR_EXISTS);
    assert_int_equal(registry_rename(registry, SPAN("config"), SPAN(""), &diag), 0);
    assert_null(registry_find(registry, SPAN("config")));
    assert_null(registry_find_full(registry, SPAN("config|get")));
    assert_non_null(registry_find_original(registry, SPAN("config|get")));
    assert_null(registry_find(registry, SPAN("")));
    assert_int_equal(registry_rename(registry, SPAN("set"), SPAN("get"), &diag), 0);
    assert_ptr_equal(registry_find(registry, SPAN("get")),
                     registry_find_original(registry, SPAN("set")));
    registry_free(registry);
}

static void test_every_entry_of_the_table_is_complete(void **state)
{
    struct registry *registry = registry_new(registry_families);
    struct arena *arena = arena_new();

    (void)state;
    for (unsigned i = 0; i < registry_total(registry); i++) {
        const struct command *command = registry_by_number(registry, i);
        const struct command_spec *spec = command->spec;

        print_message("%s\n", command->full_name);
        assert_int_equal(command->number, i);
        assert_true(spec->run != NULL || spec->subcommands != NULL);
        assert_non_null(spec->usage);
        assert_non_null(spec->group);
        assert_non_null(spec->since);
        assert_int_equal(spec->summary[strlen(spec->summary) - 1], '.');
        assert_int_not_equal(spec->arity, 0);
        if (spec->usage[0])
            assert_non_null(usage_parse(arena, spec->usage));
        assert_false((spec->flags & CMD_WRITE) && (spec->flags & CMD_READONLY));
    }
    arena_free(arena);
    registry_free(registry);
}

/* What only the log may call is neither found by a client's name nor counted. */
static void test_the_logs_own_commands_are_unknown_to_clients(void **state)
{
    struct registry *registry = registry_new(registry_families);
    unsigned known = 0;

    (void)state;
    assert_null(registry_find(registry, SPAN("ms.group")));
    assert_null(registry_find_full(registry, SPAN("MS.GROUP")));
    assert_non_null(registry_find_logged(registry, SPAN("ms.group")));
    assert_ptr_equal(registry_find_logged(registry, SPAN("get")),
                     registry_find(registry, SPAN("get")));
    for (unsigned i = 0; i < registry_total(registry); i++) {
        const struct command *command = registry_by_number(registry, i);

        known += !command->parent && !(command->spec->flags & CMD_INTERNAL);
    }
    assert_int_equal(registry_count(registry), known);
    registry_free(registry);
}

static void test_every_container_has_help_but_where_redis_has_none(void **state)
{
    struct registry *registry = registry_new(registry_families);

    (void)state;
    for (unsigned i = 0; i < registry_total(registry); i++) {
        const struct command *command = registry_by_number(registry, i);
        const struct command *help =
            command->subcommand_count > 0 ? registry_find_sub(command, SPAN("help")) : NULL;

        if (command->subcommand_count > 0 && strcmp(command->full_name, "himport") != 0 && !help)
            fail_msg("%s has no HELP", command->full_name);
        if (help && help->spec->run == command_help && !(help->spec->flags & CMD_SESSION))
            fail_msg("HELP of %s finds no session", command->full_name);
    }
    registry_free(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_found_in_any_case),
        cmocka_unit_test(test_a_name_that_differs_in_one_byte_is_another),
        cmocka_unit_test(test_subcommands_are_found_by_both_ways),
        cmocka_unit_test(test_a_renamed_command_is_found_by_its_new_name_only),
        cmocka_unit_test(test_every_entry_of_the_table_is_complete),
        cmocka_unit_test(test_the_logs_own_commands_are_unknown_to_clients),
        cmocka_unit_test(test_every_container_has_help_but_where_redis_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
