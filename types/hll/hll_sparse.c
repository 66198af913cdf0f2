#include "types/hll/hll_sparse.h"

#include "core/base/error.h"

enum {
    ZEROS_LIMIT = 64,  /* registers in a run of one byte */
    VALUES_LIMIT = 4,  /* registers in a run of a value */
    VALUE_LIMIT = 32,  /* the highest value of a run */
    SPLIT_LIMIT = 5,   /* bytes of what one run can be split into */
    NEIGHBOURS = 5,    /* runs looked at for joining */
    SPARE_BYTES = 256, /* capacity beyond what is there */
};

/* --- Runs. */

/* As hll_run_read; inline, because walking over the runs is what adding an element costs. */
__attribute__((always_inline)) static inline bool read_run(struct span hll, size_t at,
                                                           struct hll_run *run)
{
    unsigned first;

    if (at >= hll.size)
        return false;
    first = (unsigned char)hll.data[at];
    if (first & 0x80) {
        *run = (struct hll_run){HLL_VALUES, (first >> 2 & 31) + 1, (first & 3) + 1, 1};
    } else if (first & 0x40) {
        if (at + 1 >= hll.size)
            return false;
        *run = (struct hll_run){HLL_MANY_ZEROS, 0, 1, 2};
        run->count += (first & 0x3f) << 8 | (unsigned char)hll.data[at + 1];
    } else {
        *run = (struct hll_run){HLL_ZEROS, 0, first + 1, 1};
    }
    return true;
}

bool hll_run_read(struct span hll, size_t at, struct hll_run *run)
{
    return read_run(hll, at, run);
}

static unsigned char *write_zeros(unsigned char *to, unsigned count)
{
    if (count > ZEROS_LIMIT)
        *to++ = (unsigned char)(0x40 | (count - 1) >> 8);
    *to++ = (unsigned char)(count - 1);
    return to;
}

static unsigned char *write_values(unsigned char *to, unsigned value, unsigned count)
{
    *to++ = (unsigned char)(0x80 | (value - 1) << 2 | (count - 1));
    return to;
}

int hll_sparse_merge(struct span hll, uint8_t registers[HLL_REGISTERS])
{
    struct hll_run run;
    size_t index = 0, at = HLL_HEADER_SIZE;

    while (read_run(hll, at, &run)) {
        if (run.count > HLL_REGISTERS - index)
            return ERR_DAMAGED;
        for (size_t i = index; run.value && i < index + run.count; i++)
            if (registers[i] < run.value)
                registers[i] = (uint8_t)run.value;
        index += run.count;
        at += run.size;
    }
    return at == hll.size && index == HLL_REGISTERS ? 0 : ERR_DAMAGED;
}

int hll_sparse_histogram(struct span hll, uint32_t histogram[HLL_VALUE_LIMIT])
{
    struct hll_run run;
    size_t index = 0, at = HLL_HEADER_SIZE;

    while (read_run(hll, at, &run)) {
        if (run.count > HLL_REGISTERS - index)
            return ERR_DAMAGED;
        histogram[run.value] += run.count;
        index += run.count;
        at += run.size;
    }
    return at == hll.size && index == HLL_REGISTERS ? 0 : ERR_DAMAGED;
}

/* --- Editing. */

/* Room for `size` bytes in all. */
static void reserve(struct hll_edit *edit, size_t size)
{
    unsigned char *grown;

    if (size <= edit->capacity)
        return;
    edit->capacity = size + size / 2 + SPARE_BYTES;
    grown = arena_alloc(edit->arena, edit->capacity);
    if (edit->size)
        memcpy(grown, edit->bytes, edit->size);
    edit->bytes = grown;
}

void hll_edit_start(struct hll_edit *edit, struct arena *arena, struct span now,
                    int64_t sparse_limit)
{
    *edit = (struct hll_edit){.arena = arena, .sparse_limit = (size_t)sparse_limit};
    if (now.size) {
        reserve(edit, now.size);
        memcpy(edit->bytes, now.data, now.size);
        edit->size = now.size;
        return;
    }
    reserve(edit, HLL_HEADER_SIZE + SPLIT_LIMIT);
    hll_header_init(edit->bytes, HLL_SPARSE);
    edit->size = (size_t)(write_zeros(edit->bytes + HLL_HEADER_SIZE, HLL_REGISTERS) - edit->bytes);
}

int hll_edit_to_dense(struct hll_edit *edit)
{
    uint8_t *registers;
    unsigned char *dense;

    if (hll_encoding(hll_edit_bytes(edit)) == HLL_DENSE)
        return 0;
    registers = arena_array(edit->arena, HLL_REGISTERS, 1);
    if (hll_sparse_merge(hll_edit_bytes(edit), registers) < 0)
        return ERR_DAMAGED;
    dense = arena_alloc(edit->arena, HLL_DENSE_SIZE);
    memcpy(dense, edit->bytes, HLL_HEADER_SIZE);
    hll_set_encoding(dense, HLL_DENSE);
    hll_dense_pack(dense, registers);
    edit->bytes = dense;
    edit->size = edit->capacity = HLL_DENSE_SIZE;
    return 0;
}

static int raise_dense(struct hll_edit *edit, unsigned index, unsigned value)
{
    if (hll_dense_get(edit->bytes, index) >= value)
        return 0;
    hll_dense_set(edit->bytes, index, value);
    return 1;
}

/* The run that holds a register. */
struct place {
    struct hll_run run;
    size_t at;      /* its offset */
    size_t before;  /* offset of the run before it, or its own if it is the first */
    unsigned first; /* its first register */
};

static int find_run(struct span hll, unsigned index, struct place *place)
{
    size_t at = HLL_HEADER_SIZE, before = at;
    struct hll_run run;
    unsigned first = 0;

    while (read_run(hll, at, &run)) {
        if (index < first + run.count) {
            *place = (struct place){.run = run, .at = at, .before = before, .first = first};
            return 0;
        }
        first += run.count;
        before = at;
        at += run.size;
    }
    return ERR_DAMAGED;
}

/* Writes registers on one side of the raised one, which stay as they were. */
static unsigned char *write_rest(unsigned char *to, unsigned value, unsigned count)
{
    if (count == 0)
        return to;
    return value ? write_values(to, value, count) : write_zeros(to, count);
}

/* Puts `size` bytes in place of the run. False if the string would become too large. */
static bool replace_run(struct hll_edit *edit, const struct place *place,
                        const unsigned char *bytes, size_t size)
{
    size_t rest = place->at + place->run.size, total = edit->size - place->run.size + size;

    if (total > edit->size && total > edit->sparse_limit)
        return false;
    reserve(edit, total);
    memmove(edit->bytes + place->at + size, edit->bytes + rest, edit->size - rest);
    memcpy(edit->bytes + place->at, bytes, size);
    edit->size = total;
    return true;
}

/* Joins neighbouring runs of the same value from offset `at` on, as far as a change can reach. */
static void join_runs(struct hll_edit *edit, size_t at)
{
    struct hll_run run, next;

    for (int i = 0; i < NEIGHBOURS && read_run(hll_edit_bytes(edit), at, &run); i++) {
        bool together = run.form == HLL_VALUES && read_run(hll_edit_bytes(edit), at + 1, &next) &&
                        next.value == run.value && run.count + next.count <= VALUES_LIMIT;

        if (!together) {
            at += run.size;
            continue;
        }
        write_values(edit->bytes + at + 1, run.value, run.count + next.count);
        memmove(edit->bytes + at, edit->bytes + at + 1, edit->size - at - 1);
        edit->size--;
    }
}

/* As hll_edit_raise while the registers are sparse and can stay so; ERR_FULL if they cannot. */
static int raise_sparse(struct hll_edit *edit, unsigned index, unsigned value)
{
    unsigned char split[SPLIT_LIMIT], *end = split;
    struct place place;

    if (value > VALUE_LIMIT)
        return ERR_FULL;
    if (find_run(hll_edit_bytes(edit), index, &place) < 0)
        return ERR_DAMAGED;
    if (place.run.value >= value)
        return 0;
    end = write_rest(end, place.run.value, index - place.first);
    end = write_values(end, value, 1);
    end = write_rest(end, place.run.value, place.first + place.run.count - 1 - index);
    if (!replace_run(edit, &place, split, (size_t)(end - split)))
        return ERR_FULL;
    join_runs(edit, place.before);
    return 1;
}

int hll_edit_raise(struct hll_edit *edit, unsigned index, unsigned value)
{
    int rc;

    if (hll_encoding(hll_edit_bytes(edit)) == HLL_DENSE)
        return raise_dense(edit, index, value);
    rc = raise_sparse(edit, index, value);
    if (rc != ERR_FULL)
        return rc;
    if (hll_edit_to_dense(edit) < 0)
        return ERR_DAMAGED;
    return raise_dense(edit, index, value);
}
