"""Cache objects of one process share their connections to the broker."""

from django.core.cache.backends.redis import RedisCacheClient

from config.broker_pool import SharedPool


def pool_of(url):
    client = RedisCacheClient(url, pool_class="config.broker_pool.SharedPool")
    return client.get_client().connection_pool


def test_the_caches_of_two_requests_use_one_pool_and_another_broker_has_its_own():
    first = pool_of(["redis://127.0.0.1:1/0"])
    assert pool_of(["redis://127.0.0.1:1/0"]) is first
    assert pool_of(["redis://127.0.0.1:1/1"]) is not first


def test_options_belong_to_the_pool():
    plain, other = (SharedPool.from_url("redis://127.0.0.1:1/0", **more) for more in ({}, {"db": 3}))
    assert plain is not other
