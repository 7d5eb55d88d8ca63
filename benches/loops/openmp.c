/* The same loops by hand with OpenMP; compiled and loaded by contenders/openmp.rs when the benchmark starts. */

#define _POSIX_C_SOURCE 200809L
#include <omp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NESTED = 8, WAITING = 16 };

/* The bodies, as in bodies.rs; b is what Body::numbers gives. */

static inline uint64_t tiny(const uint64_t *b, size_t x) {
    (void)b;
    return x ^ (x << 3);
}

static inline uint64_t steps_from(uint64_t steps, size_t x) {
    uint64_t state = x;
    for (uint64_t step = 0; step < steps; step++) {
        state = (state ^ step) * UINT64_C(0x9E3779B97F4A7C15);
        /* No body but the smallest is vectorised, by nobody. */
        __asm__("" : "+r"(state));
    }
    return state >> 32;
}

static inline uint64_t short_(const uint64_t *b, size_t x) {
    uint64_t state = ((uint64_t)x ^ 1) * UINT64_C(0x9E3779B97F4A7C15) % b[0];
    state = (state ^ 2) * UINT64_C(0x9E3779B97F4A7C15) % b[0];
    return state >> 32;
}

static inline uint64_t chain(const uint64_t *b, size_t x) {
    return steps_from(b[0], x);
}

static inline uint64_t skewed(const uint64_t *b, size_t x) {
    if (b[2])
        return steps_from(x == b[1] / 2 ? 1000 * b[0] : b[0], x);
    return steps_from(2 * b[0] * x / b[1], x);
}

static inline uint64_t sleep_(const uint64_t *b, size_t x) {
    struct timespec time = { b[0] / 1000000000, b[0] % 1000000000 };
    nanosleep(&time, NULL);
    return x;
}

typedef const uint64_t *body;

#define PRAGMA(text) _Pragma(#text)
#define OMP(...) PRAGMA(omp __VA_ARGS__)

/* Each sink over the body BODY; even bodies are shared out at once, others as they are done. */
#define LOOPS(BODY, SCHEDULE)                                                                                         \
    uint64_t push_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                     \
        OMP(parallel for schedule(SCHEDULE)) for (size_t x = 0; x < n; x++) out[x] = BODY(b, x);                      \
        return 0;                                                                                                     \
    }                                                                                                                 \
    uint64_t store_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                    \
        OMP(parallel for schedule(SCHEDULE)) for (size_t x = 0; x < n; x++) out[x] = BODY(b, x);                      \
        return 0;                                                                                                     \
    }                                                                                                                 \
    uint64_t slice_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                    \
        OMP(parallel for schedule(SCHEDULE)) for (size_t i = 0; i < n; i++) out[i] = BODY(b, items[i]);               \
        return 0;                                                                                                     \
    }                                                                                                                 \
    uint64_t sum_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                      \
        uint64_t sum = 0;                                                                                             \
        OMP(parallel for schedule(SCHEDULE) reduction(+ : sum)) for (size_t x = 0; x < n; x++) sum += BODY(b, x);     \
        return sum;                                                                                                   \
    }                                                                                                                 \
    uint64_t max_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                      \
        uint64_t max = 0;                                                                                             \
        OMP(parallel for schedule(SCHEDULE) reduction(max : max)) for (size_t x = 0; x < n; x++) {                    \
            uint64_t y = BODY(b, x);                                                                                  \
            max = y > max ? y : max;                                                                                  \
        }                                                                                                             \
        return max;                                                                                                   \
    }                                                                                                                 \
    /* Blocks from the front, until one holds what is looked for; SIZE_MAX if none does. */                           \
    uint64_t find_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                     \
        size_t block = n / (64 * omp_get_max_threads()), next = 0, found = SIZE_MAX;                                  \
        block = block < 1 ? 1 : block > 1000 ? 1000 : block;                                                          \
        OMP(parallel) for (;;) {                                                                                      \
            size_t first = __atomic_fetch_add(&next, block, __ATOMIC_RELAXED);                                        \
            if (first >= n || first > __atomic_load_n(&found, __ATOMIC_RELAXED))                                      \
                break;                                                                                                \
            size_t end = first + block < n ? first + block : n;                                                       \
            for (size_t x = first; x < end; x++) {                                                                    \
                if (BODY(b, x) == wanted) {                                                                           \
                    OMP(critical) if (x < found) __atomic_store_n(&found, x, __ATOMIC_RELAXED);                       \
                    break;                                                                                            \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
        return found;                                                                                                 \
    }                                                                                                                 \
    /* The position of the first failure; SIZE_MAX if there is none. */                                               \
    uint64_t fallible_##BODY(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {                 \
        size_t failed = SIZE_MAX;                                                                                     \
        OMP(parallel for schedule(SCHEDULE) reduction(min : failed)) for (size_t x = 0; x < n; x++) {                 \
            out[x] = BODY(b, x);                                                                                      \
            if (out[x] == wanted && x < failed)                                                                       \
                failed = x;                                                                                           \
        }                                                                                                             \
        return failed;                                                                                                \
    }

LOOPS(tiny, static)
LOOPS(short_, static)
LOOPS(chain, static)
LOOPS(skewed, guided)

/* The bits of a sum in order. */
uint64_t float_chain(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {
    double *terms = malloc(n * sizeof *terms), sum = 0;
#pragma omp parallel for schedule(static)
    for (size_t x = 0; x < n; x++)
        terms[x] = (double)chain(b, x) * 0.1;
    for (size_t x = 0; x < n; x++)
        sum += terms[x];
    free(terms);
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits;
}

uint64_t nested_chain(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t y = 0; y < NESTED; y++)
        for (size_t x = 0; x < NESTED; x++)
            out[y * NESTED + x] = chain(b, y * NESTED + x);
    return 0;
}

uint64_t waiting_sleep(size_t n, body b, uint64_t wanted, const size_t *items, uint64_t *out) {
#pragma omp parallel for schedule(dynamic) num_threads(WAITING)
    for (size_t x = 0; x < n; x++)
        out[x] = sleep_(b, x);
    return 0;
}

/* As a string that can be shown. */
const char *compiler(void) {
    return "gcc " __VERSION__;
}
