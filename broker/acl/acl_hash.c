/* acl_hash.c - passwords are kept as their SHA-256. */
#include "broker/acl/acl_internal.h"
#include "core/base/check.h"

#include <openssl/evp.h>
#include <pthread.h>

static EVP_MD *sha256; /* looked up once: a look-up costs more than the hash */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    CHECK(sha256);
}

void acl_hash(struct span password, char text[ACL_HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[ACL_HASH_SIZE];
    unsigned size = 0;

    pthread_once(&once, fetch);
    CHECK(EVP_Digest(password.size ? password.data : "", password.size, hash, &size, sha256,
                     NULL) == 1);
    CHECK(size == ACL_HASH_SIZE);
    for (int i = 0; i < ACL_HASH_SIZE; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
}
