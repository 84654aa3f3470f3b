package ai.scailabs.vault.credentials.connector.mongodb;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoIncompatibleDriverException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.MongoTimeoutException;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import javax.security.sasl.SaslException;

/** What is wrong, by the code of MongoDB's error or the kind of the driver's: their texts may repeat what was sent. */
final class MongoFailures {
    private MongoFailures() {}

    /** @param late whether the work was cut off for taking too long */
    static TargetException of(Throwable failure, boolean late) {
        TargetFailure found = TargetFailure.UNREACHABLE;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case MongoCommandException refused -> {
                    return found == TargetFailure.LOGIN_REFUSED
                            ? ofLogin(refused.getErrorCode())
                            : of(refused.getErrorCode());
                }
                // Unless there is a reason within, such as a connection that broke.
                case MongoSecurityException _ -> found = TargetFailure.LOGIN_REFUSED;
                case SaslException _ -> found = TargetFailure.LOGIN_REFUSED;
                case SSLException _ -> found = TargetFailure.TLS_FAILED;
                case GeneralSecurityException _ -> found = TargetFailure.TLS_FAILED;
                case MongoTimeoutException _ -> found = TargetFailure.TIMED_OUT;
                case MongoSocketReadTimeoutException _ -> found = TargetFailure.TIMED_OUT;
                case ConnectTimeoutException _ -> found = TargetFailure.TIMED_OUT;
                case MongoIncompatibleDriverException _ -> found = TargetFailure.NOT_SUPPORTED;
                case MongoConfigurationException _ -> found = TargetFailure.NOT_SUPPORTED;
                case IOException _ -> found = TargetFailure.UNREACHABLE;
                default -> {}
            }
        }
        return new TargetException(late ? TargetFailure.TIMED_OUT : found);
    }

    /** Servers have many codes for a login that they do not accept. */
    private static TargetException ofLogin(int code) {
        TargetException refused = of(code);
        return refused.failure().isPassing()
                ? refused
                : new TargetException(TargetFailure.LOGIN_REFUSED, String.valueOf(code));
    }

    static TargetException of(int code) {
        TargetFailure failure = switch (code) {
            // AuthenticationFailed, MechanismUnavailable.
            case 18, 334 -> TargetFailure.LOGIN_REFUSED;
            // Unauthorized.
            case 13 -> TargetFailure.NOT_PERMITTED;
            // CommandNotFound.
            case 59 -> TargetFailure.NOT_SUPPORTED;
            // MaxTimeMSExpired, WriteConcernFailed, ExceededTimeLimit.
            case 50, 64, 262 -> TargetFailure.TIMED_OUT;
            // HostUnreachable, NetworkTimeout, ShutdownInProgress, PrimarySteppedDown, NotWritablePrimary,
            // InterruptedAtShutdown, InterruptedDueToReplStateChange,
            // NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary.
            case 6, 89, 91, 189, 10107, 11600, 11602, 13435, 13436 -> TargetFailure.UNREACHABLE;
            default -> TargetFailure.STATEMENT_REFUSED;
        };
        return new TargetException(failure, String.valueOf(code));
    }
}
