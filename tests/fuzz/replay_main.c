/* replay_main.c - runs a fuzz target without a fuzzer, so that every build proves what fuzzing has
 * found: each file of the corpus as it is, each of its beginnings, and some hundred random changes.
 *
 *     replay_<target> file-or-folder ...
 *
 * A run is repeatable: the changes depend only on the file. */
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PATH_SIZE = 4096,
    PREFIX_LIMIT = 4096, /* beginnings up to this size are tried one by one */
    CHANGES = 500,       /* changed copies of each file */
    CHANGES_AT_ONCE = 4,
};

static size_t inputs;

/* An exact copy on the heap, where a sanitizer sees each byte read behind it. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = mem_alloc(size ? size : 1);

    if (size)
        memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    mem_free(copy);
    inputs++;
}

static void change(struct random *random, uint8_t *data, size_t size)
{
    static const uint8_t usual[] = {0, 0xff, '\r', '\n', '$', '*', '-', '0', '9', '"'};
    uint64_t count = 1 + random_below(random, CHANGES_AT_ONCE);

    while (count--) {
        size_t at = random_below(random, size);

        if (random_below(random, 2))
            data[at] = usual[random_below(random, sizeof(usual))];
        else
            data[at] ^= (uint8_t)(1u << random_below(random, 8));
    }
}

static void run_all_about(const uint8_t *data, size_t size)
{
    uint8_t *copy = mem_alloc(size ? size : 1);
    struct random random;

    run(data, size);
    for (size_t prefix = 0; prefix < size && prefix < PREFIX_LIMIT; prefix++)
        run(data, prefix);
    random_init(&random, size);
    for (int i = 0; i < CHANGES && size; i++) {
        memcpy(copy, data, size);
        change(&random, copy, size);
        run(copy, size);
    }
    mem_free(copy);
}

static bool run_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    bool complete;

    if (!file) {
        perror(path);
        return false;
    }
    data = mem_alloc(size ? size : 1);
    complete = fread(data, 1, size, file) == size;
    fclose(file);
    if (complete)
        run_all_about(data, size);
    else
        fprintf(stderr, "%s: cannot be read whole\n", path);
    mem_free(data);
    return complete;
}

static bool run_folder(const char *path);

static bool run_path(const char *path, bool folders)
{
    struct stat about;

    if (stat(path, &about) < 0) {
        perror(path);
        return false;
    }
    if (S_ISDIR(about.st_mode))
        return !folders || run_folder(path);
    return run_file(path, (size_t)about.st_size);
}

/* The files in it, not those in folders below. */
static bool run_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *item;
    bool good = folder != NULL;

    if (!folder)
        perror(path);
    while (good && (item = readdir(folder))) {
        char name[PATH_SIZE];

        if (item->d_name[0] == '.')
            continue;
        good = snprintf(name, sizeof(name), "%s/%s", path, item->d_name) < PATH_SIZE &&
               run_path(name, false);
    }
    if (folder)
        closedir(folder);
    return good;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!run_path(argv[i], true))
            return EXIT_FAILURE;
    printf("%zu inputs\n", inputs);
    return inputs ? EXIT_SUCCESS : EXIT_FAILURE;
}
