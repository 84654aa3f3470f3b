package ai.scailabs.vault.access.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** What is wrong with Redis, in words of ours: those of the driver may name an address or repeat what was sent. */
final class RedisProblem {
    private static final List<String> LOGIN_REFUSED =
            List.of("NOAUTH", "WRONGPASS", "NOPERM", "ERR AUTH", "ERR invalid password");

    private RedisProblem() {}

    static String of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case SSLException _ -> {
                    return "the TLS connection to Redis cannot be trusted";
                }
                case RedisCommandTimeoutException _ -> {
                    return "Redis does not answer in time";
                }
                case TimeoutException _ -> {
                    return "Redis does not answer in time";
                }
                case RedisCommandExecutionException refused -> {
                    String said = String.valueOf(refused.getMessage());
                    return LOGIN_REFUSED.stream().anyMatch(said::startsWith)
                            ? "Redis refuses the login"
                            : "Redis refuses the commands";
                }
                default -> {}
            }
        }
        return "Redis cannot be reached";
    }
}
