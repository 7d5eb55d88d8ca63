"""Python's pools, measured on request: a line names pool, measurement and number; the answer is a line of numbers."""

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

WORKERS = 2
now = time.perf_counter


def square(n):
    return n * n


def same(payload):
    return payload


def meet(path, n):
    with open(path, "ab") as place:
        place.write(b".")
    while os.stat(path).st_size < n:
        time.sleep(0.0001)


class Pool:
    """multiprocessing.Pool"""

    def __init__(self, workers=WORKERS):
        self.pool = multiprocessing.Pool(workers)

    def submit(self, function, *args):
        return self.pool.apply_async(function, args).get

    def map(self, function, items, chunksize):
        return self.pool.map(function, items, chunksize or None)

    def close(self):
        self.pool.terminate()
        self.pool.join()


class Executor:
    """concurrent.futures.ProcessPoolExecutor"""

    def __init__(self, workers=WORKERS):
        self.pool = ProcessPoolExecutor(workers)

    def submit(self, function, *args):
        return self.pool.submit(function, *args).result

    def map(self, function, items, chunksize):
        return list(self.pool.map(function, items, chunksize=chunksize or 1))

    def close(self):
        self.pool.shutdown()


def outstanding(pool, n):
    start = now()
    results = [pool.submit(square, i) for i in range(n)]
    assert all(result() == i * i for i, result in enumerate(results))
    return [(now() - start) / n]


def mapped(pool, n, chunksize):
    start = now()
    assert len(pool.map(square, range(n), chunksize)) == n
    return [(now() - start) / n]


def latency(pool, n):
    times = []
    for i in range(n):
        start = now()
        pool.submit(square, i)()
        times.append(now() - start)
    times.sort()
    return [times[n // 2], times[n * 99 // 100]]


def there_and_back(pool, n, repeat):
    payload = bytes(n)
    start = now()
    for _ in range(repeat):
        assert len(pool.submit(same, payload)()) == n
    return [(now() - start) / repeat]


def start(kind, n, path):
    begin = now()
    pool = kind(n)
    for result in [pool.submit(meet, path, n) for _ in range(n)]:
        result()
    taken = now() - begin
    pool.close()
    return [taken]


def main():
    kinds = {"Pool": Pool, "Executor": Executor}
    pools = {name: kind() for name, kind in kinds.items()}
    for line in sys.stdin:
        name, what, *rest = line.split()
        if what == "start":
            seconds = start(kinds[name], int(rest[0]), rest[1])
        else:
            measure = {"outstanding": outstanding, "mapped": mapped, "latency": latency, "bulk": there_and_back}[what]
            seconds = measure(pools[name], *map(int, rest))
        print(*(second * 1e6 for second in seconds), flush=True)
    for pool in pools.values():
        pool.close()


main()
