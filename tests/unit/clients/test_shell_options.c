/* The command line of millstream-cli. */
#include "clients/shell/shell_options.h"
#include "core/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct shell_options options;
static char error[256];

#define PARSE(...) parse((char *[]){(char[]){"millstream-cli"}, __VA_ARGS__, NULL})
#define ARG(text)  ((char[]){text})

static int parse(char **argv)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    return shell_options_parse(&options, argc, argv, error, sizeof(error));
}

static void test_flags_end_at_the_command(void **state)
{
    (void)state;
    assert_int_equal(PARSE(ARG("-h"), ARG("host"), ARG("-p"), ARG("7000"), ARG("-n"), ARG("3"),
                           ARG("get"), ARG("-p")),
                     0);
    assert_string_equal(options.connection.host, "host");
    assert_int_equal(options.connection.port, 7000);
    assert_int_equal(options.connection.database, 3);
    assert_int_equal(options.argc, 2);
    assert_string_equal(options.argv[1], "-p");
}

static void test_json_speaks_resp3_unless_told_otherwise(void **state)
{
    (void)state;
    assert_int_equal(PARSE(ARG("--json"), ARG("ping")), 0);
    assert_int_equal(options.connection.protocol, 3);
    assert_int_equal(PARSE(ARG("--json"), ARG("-2"), ARG("ping")), 0);
    assert_int_equal(options.connection.protocol, 2);
    assert_int_equal(PARSE(ARG("ping")), 0);
    assert_int_equal(options.connection.protocol, 2);
}

static void test_a_uri_gives_user_password_host_port_and_database(void **state)
{
    (void)state;
    assert_int_equal(PARSE(ARG("-u"), ARG("redis://al%40ice:p%3aw@box:7001/5"), ARG("ping")), 0);
    assert_string_equal(options.connection.username, "al@ice");
    assert_string_equal(options.connection.password, "p:w");
    assert_string_equal(options.connection.host, "box");
    assert_int_equal(options.connection.port, 7001);
    assert_int_equal(options.connection.database, 5);
    assert_int_equal(PARSE(ARG("-u"), ARG("redis://:pw@box"), ARG("ping")), 0);
    assert_null(options.connection.username);
    assert_string_equal(options.connection.password, "pw");
}

static void test_tls_comes_by_flag_or_by_uri(void **state)
{
    (void)state;
    assert_int_equal(PARSE(ARG("-u"), ARG("redis://box"), ARG("ping")), 0);
    assert_false(options.use_tls);
    assert_int_equal(PARSE(ARG("-u"), ARG("rediss://box:7001"), ARG("ping")), 0);
    assert_true(options.use_tls);
    assert_string_equal(options.connection.host, "box");
    assert_int_equal(PARSE(ARG("--tls"), ARG("--cacert"), ARG("a"), ARG("--cert"), ARG("b"),
                           ARG("--key"), ARG("c"), ARG("--sni"), ARG("d"), ARG("--insecure")),
                     0);
    assert_true(options.use_tls);
    assert_string_equal(options.tls.ca_file, "a");
    assert_string_equal(options.tls.certificate_file, "b");
    assert_string_equal(options.tls.key_file, "c");
    assert_string_equal(options.tls.server_name, "d");
    assert_true(options.tls.insecure);
}

static void test_the_environment_gives_the_password_unless_a_flag_does(void **state)
{
    (void)state;
    setenv("REDISCLI_AUTH", "old", 1);
    assert_int_equal(PARSE(ARG("ping")), 0);
    assert_string_equal(options.connection.password, "old");
    assert_false(options.auth_warning);
    setenv("MILLSTREAMCLI_AUTH", "own", 1);
    assert_int_equal(PARSE(ARG("ping")), 0);
    assert_string_equal(options.connection.password, "own");
    assert_int_equal(PARSE(ARG("-a"), ARG("flag"), ARG("ping")), 0);
    assert_string_equal(options.connection.password, "flag");
    assert_true(options.auth_warning);
    unsetenv("REDISCLI_AUTH");
    unsetenv("MILLSTREAMCLI_AUTH");
}

static void test_what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(ARG("--nonsense")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-p")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-p"), ARG("0")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-p"), ARG("65536")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-r"), ARG("x")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-i"), ARG("-1")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-u"), ARG("http://box")), ERR_SYNTAX);
    assert_int_equal(PARSE(ARG("-u"), ARG("redis://a%4@box")), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_end_at_the_command),
        cmocka_unit_test(test_json_speaks_resp3_unless_told_otherwise),
        cmocka_unit_test(test_a_uri_gives_user_password_host_port_and_database),
        cmocka_unit_test(test_tls_comes_by_flag_or_by_uri),
        cmocka_unit_test(test_the_environment_gives_the_password_unless_a_flag_does),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
    };

    unsetenv("REDISCLI_AUTH");
    unsetenv("MILLSTREAMCLI_AUTH");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
