/* glob.c - one pass with a single point of return: when a mismatch comes up after a star, that star
 * takes one more byte and matching goes on behind it. Going back to an earlier star can never help,
 * since the later star can take whatever the earlier one would have.
 *
 * Bytes are unsigned here. Redis compares them as signed in a class, so there a range from below
 * 0x80 to above it means something else; nobody can want that. */
#include "core/text/glob.h"

static unsigned char fold(unsigned char c, bool nocase)
{
    return nocase && c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Matches one byte against the class that begins at pattern[at] == '['; *next is behind it. */
static bool match_class(struct span pattern, size_t at, unsigned char c, bool nocase, size_t *next)
{
    bool negated, found = false;

    at++;
    negated = at < pattern.size && pattern.data[at] == '^';
    at += negated;
    c = fold(c, nocase);
    while (at < pattern.size && pattern.data[at] != ']') {
        bool escaped = pattern.data[at] == '\\' && at + 1 < pattern.size;
        unsigned char low, high;

        at += escaped;
        low = high = (unsigned char)pattern.data[at++];
        if (!escaped && at + 1 < pattern.size && pattern.data[at] == '-') {
            high = (unsigned char)pattern.data[at + 1];
            at += 2;
        }
        if (low > high) {
            unsigned char swap = low;

            low = high;
            high = swap;
        }
        low = fold(low, nocase);
        high = fold(high, nocase);
        found |= c >= low && c <= high;
    }
    *next = at < pattern.size ? at + 1 : at;
    return found != negated;
}

/* Matches one byte against the item at pattern[at], which is no star; *next is behind the item. */
static bool match_item(struct span pattern, size_t at, unsigned char c, bool nocase, size_t *next)
{
    if (pattern.data[at] == '[')
        return match_class(pattern, at, c, nocase, next);
    if (pattern.data[at] == '?') {
        *next = at + 1;
        return true;
    }
    if (pattern.data[at] == '\\' && at + 1 < pattern.size)
        at++;
    *next = at + 1;
    return fold((unsigned char)pattern.data[at], nocase) == fold(c, nocase);
}

bool glob_match(struct span pattern, struct span text, bool nocase)
{
    size_t p = 0, t = 0, next = 0;
    size_t star = (size_t)-1, star_text = 0;

    while (t < text.size) {
        if (p < pattern.size && pattern.data[p] == '*') {
            star = ++p;
            star_text = t;
        } else if (p < pattern.size &&
                   match_item(pattern, p, (unsigned char)text.data[t], nocase, &next)) {
            p = next;
            t++;
        } else if (star != (size_t)-1) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}
