#include "types/hll/hll_args.h"

#include "core/base/error.h"
#include "core/num/num.h"

int hll_args_find(struct request *rq, struct key key, enum find_mode mode, struct entry **entry,
                  struct span *hll, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];

    *hll = (struct span){0};
    if (keyspace_find_string(rq, key, mode, entry, out) < 0)
        return ERR_UNSUPPORTED;
    if (!*entry)
        return 0;
    if (entry_string_form(*entry) != ENTRY_INTEGER)
        *hll = entry_string(*entry, scratch); /* not in `scratch`, which only integers use */
    if (hll_is_valid(*hll))
        return 0;
    reply_error(out, "WRONGTYPE Key is not a valid HyperLogLog string value.");
    return ERR_UNSUPPORTED;
}

void hll_args_store(struct request *rq, struct key key, struct span bytes)
{
    memcpy(keyspace_resize_string(rq, key, bytes.size), bytes.data, bytes.size);
}
