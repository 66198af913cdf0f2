/* Payloads of FUNCTION RESTORE: whatever the bytes, either all libraries in them are there
 * afterwards, and what DUMP gives of them restores to the same, or nothing has changed. The
 * checksum is put right, so that chance gets behind it. */
#include "broker/script/engine.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_value.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    INPUT_LIMIT = 16 * 1024
};

/* Loops would last for as long as they are allowed to. */
static bool may_loop(struct span text)
{
    static const char *const words[] = {"while", "repeat", "for", "function", "rep", "goto"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (i != 3 && memmem(text.data, text.size, words[i], strlen(words[i])))
            return true;
    return false;
}

static void same_again(struct scripts *scripts)
{
    struct buffer first = {0}, second = {0};
    struct diag diag = {0};

    library_dump(scripts, &first);
    CHECK(library_restore(scripts, span_of(first.data, first.size), FUNCTION_FLUSH, true, &diag) ==
          0);
    library_dump(scripts, &second);
    CHECK(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
    buffer_release(&first);
    buffer_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scripts *scripts;
    struct buffer payload = {0};
    struct diag diag = {0};
    size_t before;

    if (size > INPUT_LIMIT || may_loop(span_of((const char *)data, size)))
        return 0;
    if (!scripts)
        scripts = scripts_new(NULL);
    buffer_append(&payload, data, size);
    rdb_payload_seal(&payload, 0, RDB_VERSION_OLDEST);
    before = dict_count(&scripts->table.libraries);
    if (library_restore(scripts, span_of(payload.data, payload.size), FUNCTION_REPLACE, true,
                        &diag) == 0)
        same_again(scripts);
    else
        CHECK(diag.text[0] && dict_count(&scripts->table.libraries) == before);
    if (dict_count(&scripts->table.libraries) > 16)
        library_flush(scripts);
    buffer_release(&payload);
    return 0;
}
