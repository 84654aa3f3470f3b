package ai.scailabs.vault.access.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisLoginTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "redis",
                "redis://",
                "redis:///0",
                "http://cache:6379/0",
                "REDIS://cache:6379/0",
                "redis+tls://cache",
                "redis-sentinel://cache",
                "redis-socket:///var/run/redis.sock",
                "unix:///var/run/redis.sock",
                "redis://cache:0/0",
                "redis://cache:65536/0",
                "redis://cache:-1/0",
                "redis://cache:port/0",
                "redis://cache:6379/zero",
                "redis://cache:6379/0/1",
                "redis://cache:6379/0?verifyPeer=NONE",
                "rediss://cache:6379/0?verifyPeer=false",
                "rediss://cache:6379/0#fragment",
                "redis://s3cret-word@cache:6379/0",
                "redis://user:s3cret-word@@cache:6379",
                "redis://user:s3cret@word@cache:6379",
                "redis://user:s3cret-word@cache:6379,other:6379",
                "redis://user:s3cret:word@cache",
                "redis://:@cache",
                "redis://:s3cret%zzword@cache",
                "redis://:s3cret word@cache",
                "redis://:s3cret-word@cache\nCONFIG SET dir /",
                "redis://[::1:6379",
                "redis://[cache]:6379",
                "redis://-cache:6379",
                " redis://cache"
            })
    void hostileOrMalformedUrl_isRefused(String url) {
        assertThat(RedisLogin.parse(url)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "redis://cache, false, '', '', cache, 6379, 0",
        "redis://cache:6380/, false, '', '', cache, 6380, 0",
        "rediss://cache.example.test:6380/3, true, '', '', cache.example.test, 6380, 3",
        "redis://:s3cret-word@10.0.0.7/12, false, '', s3cret-word, 10.0.0.7, 6379, 12",
        "rediss://vault:p%40ss%2Fw%3Ard+1@[fd00::7]:6380/0, true, vault, p@ss/w:rd+1, fd00::7, 6380, 0"
    })
    void url_isReadInItsParts(
            String url, boolean tls, String user, String password, String host, int port, int database) {
        assertThat(RedisLogin.parse(url)).contains(new RedisLogin(tls, user, password, host, port, database));
    }

    @Test
    void text_holdsNoPassword() {
        assertThat(RedisLogin.parse("rediss://vault:s3cret-word@cache:6380/1").orElseThrow())
                .hasToString("rediss://vault@cache:6380/1");
    }
}
