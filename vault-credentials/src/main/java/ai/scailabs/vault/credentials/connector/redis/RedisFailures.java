package ai.scailabs.vault.credentials.connector.redis;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** What is wrong, by the first word of Redis's error: the rest of it may repeat what was sent. */
final class RedisFailures {
    private RedisFailures() {}

    static TargetException of(Throwable failure) {
        TargetFailure found = TargetFailure.UNREACHABLE;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case RedisCommandExecutionException refused -> {
                    return refused(word(refused));
                }
                case SSLException _ -> found = TargetFailure.TLS_FAILED;
                case GeneralSecurityException _ -> found = TargetFailure.TLS_FAILED;
                case RedisCommandTimeoutException _ -> found = TargetFailure.TIMED_OUT;
                case TimeoutException _ -> found = TargetFailure.TIMED_OUT;
                case ConnectTimeoutException _ -> found = TargetFailure.TIMED_OUT;
                case ConnectException _ -> found = TargetFailure.UNREACHABLE;
                default -> {}
            }
        }
        return new TargetException(found);
    }

    /** @param word the first of its answer */
    static TargetException refused(String word) {
        TargetFailure failure = switch (word) {
            case "WRONGPASS", "NOAUTH" -> TargetFailure.LOGIN_REFUSED;
            case "NOPERM" -> TargetFailure.NOT_PERMITTED;
            case "LOADING", "MASTERDOWN", "BUSY" -> TargetFailure.UNREACHABLE;
            default -> TargetFailure.STATEMENT_REFUSED;
        };
        return new TargetException(failure, word);
    }

    static String word(RedisCommandExecutionException refused) {
        String said = String.valueOf(refused.getMessage());
        int space = said.indexOf(' ');
        return space < 0 ? said : said.substring(0, space);
    }
}
